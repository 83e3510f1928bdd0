package templatecheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// checkCall reports a function that CloudFormation does not know, or that is given
// something else than it takes. Those of a plan are reported with its steps.
func (c *checker) checkCall(name string, n, argument *cfn.Node, at cfn.Path) {
	owner := c.ownerOf(at)
	switch {
	case strings.HasPrefix(name, cfn.LoopPrefix):
		return // checker.loop reports it
	case name == "Fn::FindInMap" && cfn.NeedsLanguageExtensions(name, argument):
		c.needsExtensions("the DefaultValue of "+name, argument.Items[3].Place, at)
	case cfn.NeedsLanguageExtensions(name, argument):
		c.needsExtensions(name, n.Place, at)
	}
	if owner == planType || cfn.IsConditionFunction(name) || slices.Contains([]string{"Ref", "Fn::GetAtt", "Fn::Sub", cfn.TransformKey, "Condition"}, name) {
		return
	}
	severity := problem.Warning
	if owner == runnerType {
		severity = c.names.severity()
	}
	want, known := cfn.WantedArgument(name, argument)
	switch {
	case owner != runnerType && isLenient(name, argument):
	case want != "":
		c.report(severity, RuleShape, at, n.Place, fmt.Sprintf("%s must be given %s", name, want), "")
	case !known && owner == runnerType:
		c.report(problem.Warning, RuleShape, at, n.Place,
			fmt.Sprintf("%s is no intrinsic function that is known here; %s", name, wording.Suggestion(name, cfn.Functions())), "")
	}
}

// isLenient reports whether published templates give a function, outside of Runners,
// something that is documented nowhere.
func isLenient(name string, argument *cfn.Node) bool {
	switch name {
	case "Fn::GetAZs", "Fn::ImportValue", "Fn::Base64":
		return true
	default:
		return name == "Fn::If" && argument.IsList() && len(argument.Items) == 3
	}
}

// needsExtensions reports a function that CloudFormation knows only with
// AWS::LanguageExtensions.
func (c *checker) needsExtensions(what string, place problem.Place, at cfn.Path) {
	_, transforms, _ := transformNames(c.template.Get("Transform"))
	if slices.Contains(transforms, languageExtensions) {
		return
	}
	c.report(c.names.severity(), RuleTransform, at, place, what+" needs the transform "+languageExtensions, "")
	if sam := slices.Index(transforms, samTransform); sam >= 0 && !c.problems.Full() {
		c.adviseTransform(slices.Insert(slices.Clone(transforms), sam, languageExtensions))
	}
}
