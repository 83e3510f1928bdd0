package plan

import (
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// isExpression reports whether a value is computed in JSONata, {% … %}.
func isExpression(n *cfn.Node) bool {
	return strings.HasPrefix(n.AsString(), "{%") && strings.HasSuffix(n.AsString(), "%}")
}

// literalExpressions warns of texts of a job that look as if Step Functions
// replaced something in them, and do not: the shell would get them as they are.
func (r *reader) literalExpressions(s *State, properties *cfn.Node, at cfn.Path) {
	jsonata := r.isJSONata(s)
	look := func(n *cfn.Node, at cfn.Path) {
		message, advice := "", ""
		switch {
		case !n.IsString():
			return
		case !jsonata && strings.Contains(n.Text, "{%"):
			message = "{% … %} is JSONata, and the step is in JSONPath: the shell gets it as it is written"
			advice = "Give the step QueryLanguage: JSONata, or take the value from the payload with a key that ends in .$."
		case jsonata && !isExpression(n) && strings.Contains(n.Text, "{%") && strings.Contains(n.Text, "%}"):
			message = "only a text that is {% … %} as a whole is replaced: the shell gets it as it is written"
			advice = "Make the whole text an expression, such as {% 'echo ' & $states.input.name %}."
		default:
			return
		}
		r.problems.Add(problem.Problem{
			Severity: problem.Warning, Rule: RuleExpression, Path: at.String(), Place: n.Place,
			Message: stepSubject(s.Name) + ": " + at.From(s.Path) + ": " + message, Advice: advice,
		})
	}
	commands := properties.Get("Commands")
	if look(commands, at.Key("Commands")); commands != nil {
		for i, command := range commands.Items {
			look(command, at.Key("Commands").Index(i))
		}
	}
	for _, field := range properties.Get("Environment").Entries() {
		look(field.Value, at.Keys("Environment", field.Key))
	}
}
