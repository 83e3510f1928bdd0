package lint_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stateMachine is AWS::StepFunctions::StateMachine, the parts that matter here.
type stateMachine struct {
	Type       string
	Properties struct {
		DefinitionString        any
		DefinitionSubstitutions map[string]any
	}
}

// checkDefinitions gives the state machines of translated templates to the
// validator of the Amazon States Language as Step Functions gets them, and a
// wrong one: a run that does not find it checks nothing.
func checkDefinitions(t *testing.T, directory string, names []string) {
	t.Helper()
	target := t.TempDir()
	wrong := filepath.Join(target, "wrong.json")
	write(t, wrong, []byte(`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}`))
	command := []string{tool(t, "node/node_modules/.bin/asl-validator"), "--json-path", wrong}
	var files []string
	for _, name := range names {
		machines := definitions(t, filepath.Join(directory, name+".json"))
		assert.NotEmpty(t, machines, "%s has no state machine", name)
		for id, definition := range machines {
			path := filepath.Join(target, name+"."+id+".json")
			write(t, path, forValidator(t, definition))
			files = append(files, path)
			command = append(command, "--json-path", path)
		}
	}
	output := run(t, target, nil, command...)
	assert.Equal(t, 1, output.code, "%s%s", output.stdout, output.stderr)
	assert.Contains(t, output.stderr, fmt.Sprintf("%q is invalid", wrong))
	for _, path := range files {
		assert.Contains(t, output.stdout, fmt.Sprintf("State machine definition %q is valid", path), "%s", output.stderr)
	}
}

// forValidator spares the validator what it takes for wrong: a string in a list
// that is empty or has a line break, as multi-line commands have. Nothing else of the
// definition changes.
func forValidator(t *testing.T, definition string) []byte {
	t.Helper()
	var document any
	require.NoError(t, json.Unmarshal([]byte(definition), &document))
	return marshal(t, inOneLine(document))
}

func inOneLine(node any) any {
	switch node := node.(type) {
	case string:
		if node == "" {
			return "empty"
		}
		return strings.ReplaceAll(node, "\n", " ")
	case []any:
		for i, item := range node {
			node[i] = inOneLine(item)
		}
	case map[string]any:
		for key, item := range node {
			node[key] = inOneLine(item)
		}
	}
	return node
}

// definitions returns the definitions of a template's state machines by logical
// id, substituted.
func definitions(t *testing.T, path string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var template struct{ Resources map[string]json.RawMessage }
	require.NoError(t, json.Unmarshal(data, &template))
	found := map[string]string{}
	for id, resource := range template.Resources {
		var machine stateMachine
		if json.Unmarshal(resource, &machine) != nil || machine.Type != "AWS::StepFunctions::StateMachine" {
			continue // a Fn::ForEach is a list
		}
		where := filepath.Base(path) + ": " + id
		text := substitute(t, where, machine)
		if assert.True(t, json.Valid([]byte(text)), "%s is no JSON after substitution:\n%s", where, text) {
			found[id] = text
		}
	}
	return found
}

// substitute plays CloudFormation: it replaces each ${key} by its value, without
// any escaping, again and again, as values may have substitutions too.
func substitute(t *testing.T, where string, machine stateMachine) string {
	t.Helper()
	text := value(machine.Properties.DefinitionString)
	for key := range machine.Properties.DefinitionSubstitutions {
		// SAM puts an intrinsic function that it finds in a definition between
		// quotes, so that a number or a list never arrives as one.
		assert.NotContains(t, key, "definition_substitution", "%s: SAM found an intrinsic function in the definition", where)
		assert.Contains(t, text, "${"+key+"}", "%s: substitution without a place", where)
	}
	for round := 0; ; round++ {
		require.Less(t, round, 10, "%s: substitutions that contain themselves", where)
		before := text
		for key, with := range machine.Properties.DefinitionSubstitutions {
			text = strings.ReplaceAll(text, "${"+key+"}", value(with))
		}
		if text == before {
			break
		}
	}
	// A command may have ${NAME} for its shell; these have none, though the
	// validator would take a Resource that is one.
	assert.NotRegexp(t, regexp.MustCompile(`"(Resource|FunctionName|ConfigurationId)": "[^"]*\$\{`), text, "%s: without a substitution", where)
	return text
}

// value is what an intrinsic function comes to: names say what they name.
func value(node any) string {
	object, ok := node.(map[string]any)
	if !ok || len(object) != 1 {
		return fmt.Sprint(node)
	}
	for function, argument := range object {
		list, _ := argument.([]any)
		switch function {
		case "Ref":
			return known(fmt.Sprint(argument))
		case "Fn::GetAtt":
			return "value-of-" + strings.Join(values(list), ".")
		case "Fn::Sub":
			if len(list) > 0 {
				argument = list[0]
			}
			return regexp.MustCompile(`\$\{([^!}]*)\}`).ReplaceAllStringFunc(fmt.Sprint(argument), func(name string) string {
				return known(name[2 : len(name)-1])
			})
		case "Fn::Join":
			return strings.Join(values(list[1]), fmt.Sprint(list[0]))
		case "Fn::If":
			return value(list[1])
		default:
			return "value-of-" + strings.ReplaceAll(function, "::", "-")
		}
	}
	return ""
}

// values is what a list comes to, written out or split from a text.
func values(node any) []string {
	if object, ok := node.(map[string]any); ok {
		if split, ok := object["Fn::Split"].([]any); ok {
			return strings.Split(value(split[1]), fmt.Sprint(split[0]))
		}
		return []string{value(node)}
	}
	list, _ := node.([]any)
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = value(item)
	}
	return texts
}

// known has the values on which the form of a definition depends, and for what
// a user may give one that breaks a definition unless it is escaped.
func known(name string) string {
	switch name {
	case "AWS::Partition":
		return "aws"
	case "AWS::Region":
		return "eu-west-1"
	case "AWS::AccountId":
		return "123456789012"
	}
	if pseudo, ok := strings.CutPrefix(name, "AWS::"); ok {
		return "value-of-" + pseudo
	}
	return "value \"of\"\t\\" + name + "\\\n{}"
}
