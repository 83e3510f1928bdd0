package templatecheck

import (
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// The rules of what a resource or an output has and lacks; those of Runners and plans
// are the same.
const (
	RuleMember   = "unknown-property"
	RuleRequired = "required"
)

// resourceMembers are what CloudFormation lets a resource have, and SAM.
func resourceMembers() []string {
	return []string{
		"Type", "Properties", "DependsOn", "Condition", "Metadata", "CreationPolicy", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy",
		"Connectors", "IgnoreGlobals",
	}
}

// members reports what a resource cannot have, and outputs without a Value. Runners are
// reported with their properties.
func (c *checker) members() {
	known := resourceMembers()
	for _, resource := range c.template.Get("Resources").Entries() {
		kind := resource.Value.Get("Type").AsString()
		if kind == "" || kind == runnerType || strings.HasPrefix(resource.Key, "Fn::") {
			continue
		}
		for _, field := range resource.Value.Entries() {
			if slices.Contains(known, field.Key) || strings.HasPrefix(field.Key, "Fn::") {
				continue
			}
			near := wording.Nearest(field.Key, known)
			if near == "" && kind != planType {
				continue // CloudFormation has attributes that are for one type alone
			}
			c.report(c.names.severity(), RuleMember, cfn.NewPath("Resources", resource.Key, field.Key), field.Place,
				"a resource has no such attribute; "+wording.Suggestion(field.Key, known), "")
			c.fix(field.Key, near)
		}
	}
	for _, output := range c.template.Get("Outputs").Entries() {
		if strings.HasPrefix(output.Key, "Fn::") || !output.Value.IsMap() || output.Value.Has("Value") || output.Value.Has(cfn.TransformKey) {
			continue
		}
		c.report(problem.Error, RuleRequired, cfn.NewPath("Outputs", output.Key, "Value"), output.Place, "an output needs a Value", "")
	}
}
