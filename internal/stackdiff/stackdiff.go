package stackdiff

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// Change is a resource that a deployment would change.
type Change struct {
	// Resource is its logical id, Type its CloudFormation type.
	Resource string `json:"resource"`
	Type     string `json:"type"`
	// Kind is added, removed or changed.
	Kind string `json:"kind"`
	// Values are the values that differ, in the order of their paths; none for a
	// resource that is added or removed.
	Values []Value `json:"values,omitempty"`
	// Effect says what it means for running jobs.
	Effect string `json:"effect"`
}

// Value is a value that differs. Before and After are JSON, "" where there is none.
type Value struct {
	Path   string `json:"path"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Kinds of changes.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Version is a template, as it was written and as the macro expands it.
type Version struct{ Original, Expanded *cfn.Node }

// written reports whether the macro writes a resource, in place of one of the template's
// or beside them.
func (v Version) written(id string) bool {
	return v.Original.At("Resources", id, "Type").AsString() != v.Expanded.At("Resources", id, "Type").AsString()
}

// Compare returns what changes of the resources that the macro writes, in the order of
// their logical ids.
func Compare(before, after Version) []Change {
	var ids []string
	for _, v := range []Version{before, after} {
		for _, field := range v.Expanded.Get("Resources").Entries() {
			if v.written(field.Key) {
				ids = append(ids, field.Key)
			}
		}
	}
	slices.Sort(ids)
	changes := []Change{}
	for _, id := range slices.Compact(ids) {
		old, fresh := before.Expanded.At("Resources", id), after.Expanded.At("Resources", id)
		c := Change{Resource: id, Type: typeOf(old, fresh), Kind: Changed}
		switch {
		case old == nil:
			c.Kind = Added
		case fresh == nil:
			c.Kind = Removed
		default:
			compare("", old, fresh, &c.Values)
			c.Values = slices.DeleteFunc(c.Values, func(v Value) bool { return strings.HasSuffix(v.Path, "TemplateDigest") })
			if len(c.Values) == 0 {
				continue
			}
		}
		c.Effect = c.effect(isOnHost(fresh))
		changes = append(changes, c)
	}
	return changes
}

func typeOf(old, fresh *cfn.Node) string {
	if fresh != nil {
		return fresh.Get("Type").AsString()
	}
	return old.Get("Type").AsString()
}

// isOnHost reports whether a resource is a Runner with an EC2 host, or a task definition
// that the macro writes for one.
func isOnHost(resource *cfn.Node) bool {
	properties := resource.Get("Properties")
	return properties.Has("LaunchTemplateId") || slices.ContainsFunc(properties.Get("RequiresCompatibilities").Elements(), func(n *cfn.Node) bool { return n.AsString() == "EC2" })
}

// effect says what a change means for jobs that run or wait while it is deployed
// (docs/architecture.md). A host has one configuration, so that each change brings a new one.
func (c Change) effect(onHost bool) string {
	next := "running jobs end on the task that they have; jobs that are queued after the deployment run on a new task"
	if onHost || c.Type == "AWS::EC2::LaunchTemplate" {
		next += ", on a new host"
	}
	switch c.Type {
	case "Custom::AttiniRunner":
		switch c.Kind {
		case Added:
			return "a new runner; no job is affected"
		case Removed:
			return "the runner is removed: its running and waiting jobs fail with RunnerRemoved, its task and host end"
		}
		return next
	case "AWS::ECS::TaskDefinition":
		return "a new revision: " + next
	case "AWS::EC2::LaunchTemplate":
		return "a new version: " + next
	case "AWS::Serverless::StateMachine":
		return "running executions go on with the old definition; the deployment starts one with the new"
	case "AWS::SQS::Queue":
		if c.Kind == Removed {
			return "the queue is deleted with its waiting jobs"
		}
		return "the queue and its waiting jobs stay"
	case "AWS::SQS::QueuePolicy":
		return "running jobs end on the task that they have; jobs of earlier executions that still wait can be taken only with the new role"
	case "AWS::EC2::SecurityGroup":
		if c.Kind == Removed {
			return "the group can be deleted only when no task has it any more"
		}
		return "rules apply to running tasks at once"
	}
	return "no running job is affected"
}

// compare collects the values that differ, by their paths.
func compare(path string, old, fresh *cfn.Node, values *[]Value) {
	switch {
	case old.IsMap() && fresh.IsMap():
		keys := []string{}
		for _, n := range []*cfn.Node{old, fresh} {
			for _, field := range n.Entries() {
				keys = append(keys, field.Key)
			}
		}
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			compare(strings.TrimPrefix(path+"."+key, "."), old.Get(key), fresh.Get(key), values)
		}
	case old.IsList() && fresh.IsList() && len(old.Items) == len(fresh.Items):
		for i := range old.Items {
			compare(path+"["+strconv.Itoa(i)+"]", old.Items[i], fresh.Items[i], values)
		}
	default:
		if before, after := text(old), text(fresh); before != after {
			*values = append(*values, Value{path, before, after})
		}
	}
}

// maxText is how many bytes of a value are shown.
const maxText = 300

func text(n *cfn.Node) string {
	if n == nil {
		return ""
	}
	json, err := n.MarshalJSON()
	if err != nil {
		return fmt.Sprintf("(%s)", err)
	}
	return string(json)
}

// Short shortens a value for people.
func Short(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}
