package compat

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// Rules, as problems name them.
const (
	// RuleFargateSize is a Warning above the largest size that is known:
	// the sizes of Fargate grow.
	RuleFargateSize = "fargate-size"
	// RuleAmiAlias: the region lacks the recommended AMI.
	RuleAmiAlias = "ami-alias"
	// RuleUnknownAmi: the region has no such AMI that the account may use.
	RuleUnknownAmi = "unknown-ami"
	// RuleAmiEndOfLife is a Warning.
	RuleAmiEndOfLife = "ami-end-of-life"
	RuleContainer    = "container-name"
	RuleEntryPoint   = "entry-point"
	RuleLaunchType   = "launch-type"
	RuleNetworkMode  = "network-mode"
	RuleInstanceType = "instance-type"
	RuleArchitecture = "architecture"
	RuleAmiPlatform  = "ami-platform"
	// RuleHostAddress is a Warning.
	RuleHostAddress = "host-address"
	RuleAccelerator = "accelerator"
	RuleHostCPU     = "host-cpu"
	// RuleHostMemory is a Warning up to the host's whole memory.
	RuleHostMemory = "host-memory"
	// RuleAccount: the account could not be asked.
	RuleAccount = "account"
)

const propertiesKey = "Properties"

// reporter collects what is wrong with one Runner.
type reporter struct {
	runner   *schema.Runner
	problems problem.List
}

// writtenValue is how the template gives a property.
type writtenValue struct {
	// node is nil when it is absent.
	node *cfn.Node
	// known is false if node is an intrinsic function whose value is unknown.
	known bool
}

func writtenAs[T any](value schema.Value[T]) writtenValue {
	return writtenValue{value.Node, value.Known}
}

// add reports a property, whose keys lead to it from Properties.
func (r *reporter) add(severity problem.Severity, rule string, as writtenValue, message string, keys ...string) {
	r.problems.Add(problem.Problem{
		Severity: severity, Rule: rule,
		Path:    r.runner.Path.Key(propertiesKey).Keys(keys...).String(),
		Place:   r.place(as.node, keys),
		Message: fmt.Sprintf("Runner %s: %s: %s%s", wording.Quote(r.runner.Name), strings.Join(keys, "."), message, as.origin(keys[len(keys)-1])),
	})
}

// warn adds what to do to the last problem.
func (r *reporter) warn(advice string) {
	r.problems[len(r.problems)-1].Advice = advice
}

// place is the property's place or, if it is absent, that of the nearest object around
// it.
func (r *reporter) place(node *cfn.Node, keys []string) problem.Place {
	if node != nil {
		return node.Place
	}
	n := r.runner.Resource
	if n == nil {
		return problem.Place{}
	}
	place := n.Place
	for _, key := range append([]string{propertiesKey}, keys[:len(keys)-1]...) {
		if !n.Has(key) {
			break
		}
		place, n = n.KeyPlace(key), n.Get(key)
	}
	return place
}

// origin says where a value comes from that is not written where it is used.
func (w writtenValue) origin(property string) string {
	name, argument, ok := cfn.Intrinsic(w.node)
	switch {
	case !ok || !w.known:
		return ""
	case name == "Ref" && argument.IsString():
		return fmt.Sprintf("; %s is the value of parameter %s", property, wording.Quote(argument.Text))
	default:
		return fmt.Sprintf("; %s is what %s comes to", property, wording.Brief(name))
	}
}
