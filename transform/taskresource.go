package transform

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/templatecheck"
	"github.com/attini-go/runner/internal/wording"
)

// callable is the ARN of what a Task can call (Step Functions developer guide, "Task
// workflow state"): a Lambda function, an activity or a service integration.
var callable = regexp.MustCompile(`^arn:[^:]*:(lambda:[^:]*:[^:]*:function:.|states:(::.|[^:]*:[^:]*:activity:.))`)

// checkTaskResources reports Tasks whose Resource is certainly not an ARN that Step
// Functions can call.
func checkTaskResources(template *cfn.Node, contents *Contents) problem.List {
	if contents.Plan == nil || contents.Plan.Machine == nil {
		return nil
	}
	var problems problem.List
	resources := template.Get("Resources").ByKey()
	for state := range contents.Plan.Machine.All() {
		resource := state.Node.Get("Resource")
		if state.Type != "Task" || resource == nil {
			continue
		}
		report := func(rule, message, advice string) {
			problems.Add(problem.Problem{
				Severity: problem.Error, Rule: rule, Path: state.Path.Key("Resource").String(), Place: resource.Place,
				Message: fmt.Sprintf("Step %s: Resource: %s", wording.Quote(state.Name), message), Advice: advice,
			})
		}
		if name, argument, _ := cfn.Intrinsic(resource); name == "Ref" {
			if isFunction(resources[argument.AsString()]) {
				report(templatecheck.RuleKind, fmt.Sprintf("Ref of %s gives the function's name, and this takes its ARN", wording.Quote(argument.Text)),
					fmt.Sprintf("Write !GetAtt %s.Arn.", wording.Brief(argument.Text)))
			}
			continue
		}
		text := resource.AsString()
		if text == "" || strings.Contains(text, "${") || cfn.IsDynamicReference(text) || strings.HasPrefix(text, "{%") || callable.MatchString(text) {
			continue
		}
		report(plan.RuleResource, fmt.Sprintf("%s is not the ARN of a Lambda function, an activity or a service integration", wording.Quote(text)), callableAdvice(text, resources))
	}
	return problems
}

// callableAdvice says what was probably meant.
func callableAdvice(text string, resources map[string]*cfn.Node) string {
	name, _, _ := strings.Cut(text, ".")
	service := strings.TrimLeft(strings.TrimPrefix(text, "arn:aws:states"), ":")
	switch {
	case isFunction(resources[name]):
		return fmt.Sprintf("Write !GetAtt %s.Arn.", wording.Brief(name))
	case strings.Contains(service, ":") && !strings.HasPrefix(service, "arn:"):
		return "Write arn:aws:states:::" + wording.Brief(service) + "."
	default:
		return "Write such as arn:aws:states:::lambda:invoke, or !GetAtt of a function of the template."
	}
}

func isFunction(resource *cfn.Node) bool {
	kind := resource.Get("Type").AsString()
	return kind == "AWS::Lambda::Function" || kind == "AWS::Serverless::Function"
}
