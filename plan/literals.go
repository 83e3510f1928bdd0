package plan

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/problem"
)

// checkLiterals looks at all values of a machine's definition, nested ones too:
// at objects that SAM would take for intrinsic functions, and at dynamic
// references.
func (r *reader) checkLiterals(n *cfn.Node, at cfn.Path) {
	if name, argument, ok := cfn.Intrinsic(n); ok {
		switch {
		case name == "Condition":
			r.report(RuleIntrinsic, r.subject(), at, n.Place, fmt.Sprintf("%s: an object with the one key Condition would be taken for an intrinsic function; add another key, or pass it in the payload", at))
		case name == "Ref" && !argument.IsString():
			r.report(RuleIntrinsic, r.subject(), at, n.Place, fmt.Sprintf("%s: Ref must name a parameter or a resource, not %s", at, kindOf(argument)))
		}
	}
	if n.IsString() {
		r.dynamicReferences(n, at)
	}
	for i, item := range n.Items {
		r.checkLiterals(item, at.Index(i))
	}
	for _, field := range n.Fields {
		r.checkLiterals(field.Value, at.Key(field.Key))
	}
}

const dynamicStart = "{{resolve:"

// dynamicReferences looks at the references in one text. CloudFormation puts
// what they come to into the definition: readable, and as it is.
func (r *reader) dynamicReferences(n *cfn.Node, at cfn.Path) {
	for rest := n.Text; ; {
		_, after, found := strings.Cut(rest, dynamicStart)
		if !found {
			return
		}
		rest = after
		service, _, _ := strings.Cut(after, ":")
		switch service {
		case "secretsmanager", "ssm-secure":
			r.report(RuleDynamicReference, r.subject(), at, n.Place, fmt.Sprintf(
				"%s: a %s reference would put the secret readably into the state machine's definition; read it in a job, with a RoleArn that may", at, service))
		case "ssm":
			r.problems.Add(problem.Problem{
				Severity: problem.Warning, Rule: RuleDynamicReference, Path: string(at), Place: n.Place,
				Message: fmt.Sprintf("%s: %s: CloudFormation puts the value of an ssm reference into the definition as it is, so a quote, backslash or line break in it fails the deployment", r.subject(), at),
				Advice:  "Declare a parameter of Type AWS::SSM::Parameter::Value<String> and Ref it.",
			})
		}
	}
}
