package plan

import (
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
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

// bareName is an expression that consists of the names of fields alone.
var bareName = regexp.MustCompile(`^\{%\s*([A-Za-z_]\w*(\.[A-Za-z_]\w*)*)\s*%\}$`)

// bareNames warns of expressions that read a field of nothing: without $states.input, a
// name in JSONata is a field of the context, which Step Functions does not give.
func (w *warner) bareNames(s *State) {
	if !w.isJSONata(s) {
		return
	}
	cfn.Walk(s.Node, s.Path, func(n *cfn.Node, at cfn.Path) bool {
		// Nested steps may be in the other language.
		if slices.Contains([]string{"Branches", "Comment", "IsFalse", "IsTrue", "ItemProcessor", "Iterator", "Steps"}, at.LastKey()) && at.From(s.Path) != "" {
			return false
		}
		found := bareName.FindStringSubmatch(n.AsString())
		if found == nil || slices.Contains([]string{"true", "false", "null"}, found[1]) {
			return true
		}
		name := wording.Brief(found[1])
		w.warn(RuleExpression, s, problem.Problem{
			Path: at.String(), Place: n.Place,
			Message: at.From(s.Path) + ": " + name + " is never found, and the step fails: Step Functions gives an expression no context to read fields of",
			Advice:  "Write {% $states.input." + name + " %}.",
		})
		return true
	})
}
