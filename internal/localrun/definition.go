package localrun

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// resolve makes the state machine's definition as SAM and CloudFormation do:
// SAM replaces each intrinsic function in it by a quoted substitution, and
// CloudFormation replaces the substitutions in the JSON text, as they are. What only calls
// have that mocks answer, standIns evaluates: nothing here uses it.
func (d *Deployment) resolve(evaluator, standIns *cfn.Evaluator, machine cfn.Field) problem.List {
	at := cfn.NewPath("Resources", machine.Key, "Properties")
	properties := machine.Value.Get("Properties")
	substitutions := map[string]string{}
	onlyMocked := substitutionsOfMocks(properties.Get("Definition"))

	var problems problem.List
	for _, field := range properties.Get("DefinitionSubstitutions").Entries() {
		from := evaluator
		if onlyMocked[field.Key] {
			from = standIns
		}
		value, unknown := from.Evaluate(field.Value, at.Keys("DefinitionSubstitutions", field.Key))
		problems.Add(unknown...)
		if unknown.HasErrors() {
			continue
		}
		if !value.IsScalar() {
			problems.Add(notText(field.Value, at.Keys("DefinitionSubstitutions", field.Key), value))
			continue
		}
		substitutions[field.Key] = value.Text
	}
	definition := properties.Get("Definition").Clone()
	problems.Add(quoteIntrinsics(evaluator, definition, at.Key("Definition"), substitutions)...)
	if problems.HasErrors() {
		return problems
	}
	text, err := definition.MarshalJSON()
	if err != nil {
		return problem.List{invalidDefinition(machine, at, err)}
	}
	substituted := substitute(string(text), substitutions)
	if !json.Valid([]byte(substituted)) {
		return problem.List{invalidSubstitution(machine, at, string(text), substitutions)}
	}
	d.machine, err = asl.Parse([]byte(substituted))
	if err != nil {
		return problem.List{invalidDefinition(machine, at, err)}
	}
	return nil
}

// substitution is one in a text of the definition.
var substitution = regexp.MustCompile(`\$\{(\w+)\}`)

// substitutionsOfMocks are the substitutions that a definition has in calls of something
// else than the launcher, and nowhere else.
func substitutionsOfMocks(definition *cfn.Node) map[string]bool {
	used := map[string]bool{}
	var visit func(n *cfn.Node, mocked bool)
	visit = func(n *cfn.Node, mocked bool) {
		for _, found := range substitution.FindAllStringSubmatch(n.Text, -1) {
			before, known := used[found[1]]
			used[found[1]] = mocked && (before || !known)
		}
		mocked = mocked || n.Get("Type").Value() == "Task" && !isOfLauncher(n)
		for _, item := range n.Items {
			visit(item, mocked)
		}
		for _, field := range n.Fields {
			visit(field.Value, mocked)
		}
	}
	visit(definition, false)
	return used
}

// isOfLauncher reports whether a task of the definition asks something of the launcher.
func isOfLauncher(task *cfn.Node) bool {
	return task.At("Parameters", "Payload", protocol.KeyActionType) != nil || task.At("Arguments", "Payload", protocol.KeyActionType) != nil
}

func notText(n *cfn.Node, at cfn.Path, value *cfn.Node) problem.Problem {
	return problem.Problem{
		Severity: problem.Error, Rule: "substitution", Path: at.String(), Place: n.Place,
		Message: fmt.Sprintf("%s: a substitution is a text, not a %s", at, value.Kind),
	}
}

func invalidDefinition(machine cfn.Field, at cfn.Path, err error) problem.Problem {
	return problem.Problem{
		Severity: problem.Error, Rule: "definition", Path: at.Key("Definition").String(), Place: machine.Place,
		Message: "the state machine's definition is not valid:\n" + err.Error(),
	}
}

// quoteIntrinsics does what SAM does: every intrinsic function becomes the text of a
// substitution, in the definition itself.
func quoteIntrinsics(evaluator *cfn.Evaluator, n *cfn.Node, at cfn.Path, substitutions map[string]string) problem.List {
	var problems problem.List
	cfn.Walk(n, at, func(n *cfn.Node, at cfn.Path) bool {
		if n.IsString() && cfn.IsDynamicReference(n.Text) {
			problems.Add(quoteReferences(evaluator, n, at, substitutions)...)
			return false
		}
		if _, _, ok := cfn.Intrinsic(n); !ok {
			return true
		}
		value, unknown := evaluator.Evaluate(n, at)
		switch {
		case unknown.HasErrors():
			problems.Add(unknown...)
			return false
		case !value.IsScalar():
			problems.Add(notText(n, at, value))
			return false
		}
		key := fmt.Sprintf("definition_substitution_%d", len(substitutions)+1)
		substitutions[key] = value.Text
		*n = cfn.Node{Kind: cfn.String, Text: "${" + key + "}", Place: n.Place}
		return false
	})
	return problems
}

// dynamicReference is one in a text.
var dynamicReference = regexp.MustCompile(`\{\{resolve:.*?\}\}`)

// quoteReferences makes a substitution of each dynamic reference in a text of the
// definition: CloudFormation, too, puts the value there as it is.
func quoteReferences(evaluator *cfn.Evaluator, n *cfn.Node, at cfn.Path, substitutions map[string]string) problem.List {
	var problems problem.List
	n.Text = dynamicReference.ReplaceAllStringFunc(n.Text, func(reference string) string {
		value, unknown := evaluator.Evaluate(&cfn.Node{Kind: cfn.String, Text: reference, Place: n.Place}, at)
		problems.Add(unknown...)
		key := fmt.Sprintf("definition_substitution_%d", len(substitutions)+1)
		substitutions[key] = value.Text
		return "${" + key + "}"
	})
	return problems
}

// substitute replaces ${key} by its value without escaping, again and again
// while a value brings in another key, as CloudFormation's handler does.
func substitute(text string, substitutions map[string]string) string {
	pairs := make([]string, 0, 2*len(substitutions))
	for key, value := range substitutions {
		pairs = append(pairs, "${"+key+"}", value)
	}
	replacer := strings.NewReplacer(pairs...)
	// A value that names itself would never end: as many rounds as there are
	// keys are enough for any chain.
	for range len(substitutions) + 1 {
		replaced := replacer.Replace(text)
		if replaced == text {
			break
		}
		text = replaced
	}
	return text
}

// invalidSubstitution names the substitution whose value is no part of a JSON text.
func invalidSubstitution(machine cfn.Field, at cfn.Path, text string, substitutions map[string]string) problem.Problem {
	for _, field := range machine.Value.At("Properties", "DefinitionSubstitutions").Entries() {
		one := map[string]string{field.Key: substitutions[field.Key]}
		if !json.Valid([]byte(substitute(text, one))) {
			return problem.Problem{
				Severity: problem.Error, Rule: "substitution",
				Path:    at.Keys("DefinitionSubstitutions", field.Key).String(),
				Place:   field.Value.Place,
				Message: fmt.Sprintf("the value of substitution %s breaks the definition: CloudFormation puts it into the JSON text as it is", field.Key),
				Advice:  "Leave out quotes, backslashes and line breaks, or pass the value in the payload.",
			}
		}
	}
	return invalidDefinition(machine, at, fmt.Errorf("a substitution's value breaks its JSON"))
}
