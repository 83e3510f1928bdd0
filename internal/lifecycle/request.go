package lifecycle

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// RuleRequest is the rule of properties of a custom resource that are not as the macro
// writes them.
const RuleRequest = "custom-resource"

// CapabilityProperty is "true" where the steps' ids have a capability.
const CapabilityProperty = "Capability"

// RunnerRequest is a Custom::AttiniRunner as CloudFormation resolved it.
type RunnerRequest struct {
	StackID, StackName, RunnerName string
	QueueURL                       string
	// EcsClientLogGroup, LaunchTemplateID and LaunchTemplateVersion are an
	// EC2 host's; "" on Fargate.
	EcsClientLogGroup, LaunchTemplateID, LaunchTemplateVersion string

	// WithCapability asks for an id that the launcher can tell from one that another
	// stack has read somewhere. Plans that were expanded before do not ask.
	WithCapability bool

	// problem is why the request is refused, whatever its configuration.
	problem error
	// resource is the Runner as its author would have written it, with
	// resolved values.
	resource *cfn.Node
}

// PhysicalID is the runner's physical resource id, {stack}/{runner}. It never changes.
func (r RunnerRequest) PhysicalID() string { return physicalID(r.StackName, r.RunnerName) }

const physicalIDSeparator = "/"

func physicalID(stack, runner string) string { return stack + physicalIDSeparator + runner }

// runnerOfPhysicalID splits a runner's physical id. ok is false for an id that
// CloudFormation made up.
func runnerOfPhysicalID(id string) (stack, runner string, ok bool) {
	stack, runner, ok = strings.Cut(id, physicalIDSeparator)
	return stack, runner, ok && stack != "" && runner != "" && !strings.Contains(runner, physicalIDSeparator)
}

// ReadRunner reads the ResourceProperties of a Custom::AttiniRunner. logicalID replaces
// a missing RunnerName, so that the request always has a PhysicalID. The stack is that
// of the request: a StackName can only repeat it.
func ReadRunner(stackID, logicalID string, properties *cfn.Node) RunnerRequest {
	r := RunnerRequest{
		StackID: stackID, StackName: StackNameOf(stackID), RunnerName: stringProperty(properties, "RunnerName"),
		QueueURL: stringProperty(properties, "QueueUrl"), EcsClientLogGroup: stringProperty(properties, "EcsClientLogGroup"),
		LaunchTemplateID: stringProperty(properties, "LaunchTemplateId"), LaunchTemplateVersion: stringProperty(properties, "LaunchTemplateVersion"),
		WithCapability: stringProperty(properties, CapabilityProperty) == "true",
	}
	if r.RunnerName == "" {
		r.RunnerName = logicalID
	}
	r.problem = checkStackName(stackID, stringProperty(properties, "StackName"))
	// {stack}-{runner} has one reading only without a hyphen in the runner's name.
	if r.problem == nil && !isLogicalID(r.RunnerName) {
		r.problem = fmt.Errorf("RunnerName: %q cannot be a logical id; give the Runner's logical id, or leave it out", r.RunnerName)
	}
	configuration := properties.Get("Configuration").Clone()
	if configuration == nil {
		configuration = cfn.Obj()
	}
	normalizeLists(configuration.Get("AwsVpcConfiguration"), "Subnets", "SecurityGroups")
	normalizeLists(configuration, "SharedWith")
	r.resource = cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", configuration))
	return r
}

// stringProperty is a property's text. CloudFormation passes every scalar as a text.
func stringProperty(n *cfn.Node, key string) string {
	if value := n.Get(key); value.IsScalar() {
		return value.Text
	}
	return ""
}

// whitespace may surround the ids of a text that is folded over lines.
const whitespace = " \t\r\n"

// normalizeLists makes lists of texts that are separated by commas, such as imported
// values, and removes blanks, empty items and duplicates.
func normalizeLists(object *cfn.Node, keys ...string) {
	for _, key := range keys {
		list := object.Get(key)
		switch {
		case list.IsString() && !cfn.IsDynamicReference(list.Text):
			object.Set(key, normalizeItems(list, strings.Split(list.Text, ",")))
		case list.IsList() && allStrings(list):
			items := make([]string, len(list.Items))
			for i, item := range list.Items {
				items[i] = item.Text
			}
			object.Set(key, normalizeItems(list, items))
		}
	}
}

func allStrings(list *cfn.Node) bool {
	for _, item := range list.Items {
		if !item.IsString() {
			return false
		}
	}
	return true
}

func normalizeItems(list *cfn.Node, items []string) *cfn.Node {
	result := &cfn.Node{Kind: cfn.List, Place: list.Place}
	seen := map[string]bool{}
	for _, item := range items {
		item = strings.Trim(item, whitespace)
		if item == "" || seen[item] {
			continue
		}
		seen[item] = true
		result.Items = append(result.Items, &cfn.Node{Kind: cfn.String, Text: item, Place: list.Place})
	}
	return result
}

// path is the Runner's path in messages and problems.
func (r RunnerRequest) path() cfn.Path { return cfn.NewPath("Resources", r.RunnerName) }

// unresolved is the problem of a value that is still unknown, by its path below
// Properties.
func (r RunnerRequest) unresolved(path string) problem.Problem {
	return problem.Problem{
		Severity: problem.Error, Rule: RuleRequest, Path: r.path().Key("Properties").Keys(strings.Split(path, ".")...).String(),
		Message: fmt.Sprintf("Runner %q: %s: CloudFormation has not resolved its value", r.RunnerName, path),
		Advice:  "Use functions and dynamic references that CloudFormation resolves in a custom resource's properties; a secure one is not.",
	}
}
