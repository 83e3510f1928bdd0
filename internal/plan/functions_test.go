package plan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
)

func messages(problems problem.List) []string {
	var messages []string
	for _, p := range problems {
		messages = append(messages, p.Message)
	}
	return messages
}

// TestFunctionProblems has what CloudFormation would refuse only when the stack
// is deployed.
func TestFunctionProblems(t *testing.T) {
	const literal = "; if no function is meant, add another key"
	const only = ", and CloudFormation puts only texts into a definition; "
	result := func(value string) string {
		return states("A: {Type: Pass, Result: {v: " + value + ", w: 1}, End: true}")
	}
	of := func(value, message string) mistake {
		return mistake{result(value), "intrinsic", ".States.A.Result.v", `Step "A": Result.v: ` + message}
	}
	check(t, map[string]mistake{
		"Ref of a number":       of("{Ref: 5}", "Ref must be given the name of a parameter or a resource"+literal),
		"Ref of nothing":        of("{Ref: ''}", "Ref must be given the name of a parameter or a resource"+literal),
		"GetAtt of a resource":  of("{Fn::GetAtt: A}", "Fn::GetAtt must be given a resource and its attribute"+literal),
		"GetAtt of three":       of("{Fn::GetAtt: [A, B, C]}", "Fn::GetAtt must be given a resource and its attribute"+literal),
		"Sub of a number":       of("{Fn::Sub: 5}", "Fn::Sub must be given a text, or a text and an object of variables"+literal),
		"Sub with a list":       of("{Fn::Sub: [a, []]}", "Fn::Sub must be given a text, or a text and an object of variables"+literal),
		"Join of a text":        of("{Fn::Join: ['', a]}", "Fn::Join must be given a text to put between, and a list"+literal),
		"Split of a list":       of("!Join ['', {Fn::Split: [',', [a]]}]", "Fn::Split must be given a text to split at, and a text"+literal).in(".Fn::Join[1]"),
		"Select without a list": of("{Fn::Select: [0, a]}", "Fn::Select must be given a position, and a list"+literal),
		"If with one branch":    of("{Fn::If: [C, a]}", "Fn::If must be given the name of a condition, and two values"+literal),
		"FindInMap of a text":   of("{Fn::FindInMap: a}", "Fn::FindInMap must be given a mapping and two keys"+literal),
		"ImportValue of a list": of("{Fn::ImportValue: [a]}", "Fn::ImportValue must be given a text"+literal),
		"Length of a text":      of("{Fn::Length: a}", "Fn::Length must be given a list"+literal),
		"ToJsonString of text":  of("{Fn::ToJsonString: a}", "Fn::ToJsonString must be given an object or a list"+literal),
		"Transform of text":     of("{Fn::Transform: a}", "Fn::Transform must be given an object with the macro's Name"+literal),
		"a condition":           of("!Equals [a, b]", "Fn::Equals can stand in the section Conditions only; name a condition there and choose with Fn::If"),
		"a list":                of("!Split [',', !Ref A]", "Fn::Split gives a list"+only+"join it with Fn::Join, or take one item with Fn::Select"),
		"zones":                 of("!GetAZs ''", "Fn::GetAZs gives a list"+only+"join it with Fn::Join, or take one item with Fn::Select"),
		"perhaps a list":        of("!If [C, a, !If [D, !Cidr [!Ref B, 6, 5], b]]", "Fn::Cidr gives a list"+only+"join it with Fn::Join, or take one item with Fn::Select"),
		"perhaps an object":     of("!If [C, a, {b: c}]", "Fn::If may come to an object"+only+"put Fn::If where the text differs"),
		"perhaps nothing":       of("!If [C, a, !Ref AWS::NoValue]", "Fn::If may come to AWS::NoValue"+only+"give an empty text, ''"),
		"a shell variable":      of("!Sub 'echo ${HOME:-x}'", "Fn::Sub: ${HOME:-x} is no name of a parameter or resource; write ${!HOME:-x} for a shell variable"),
		"a shell variable deep": of("!Join ['', [a, !Sub ['${', {A: b}]]]", `Fn::Sub: "${" has a ${ without }`).in(".Fn::Join[1][1]"),
		"a command that is no text": {
			jobWith("{Commands: [!If [C, ls, !Ref AWS::NoValue]]}"), "intrinsic", ".States.A.Properties.Commands[0]",
			`Step "A": Properties.Commands[0]: Fn::If may come to AWS::NoValue` + only + `give an empty text, ''`,
		},
	})
}

// in is the mistake deeper inside the value.
func (m mistake) in(deeper string) mistake {
	m.path += deeper
	m.message = `Step "A": Result.v` + deeper + m.message[len(`Step "A": Result.v`):]
	return m
}

// TestFunctions has all functions that come to a text.
func TestFunctions(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"!Ref A", "{Ref: !Ref A}", "!GetAtt A.B", "{Fn::GetAtt: A.B.C}", "!GetAtt [A, !Ref B]", "!Sub '${A} ${!B}'", "!Sub ['${A}', {A: !Ref B}]",
		"!Join ['', [a, 5, !Ref B]]", "!Join [',', !Ref List]", "!Join [',', !Split ['.', !Ref A]]", "!Select [0, !GetAZs '']", "!Select ['1', [a, b]]",
		"!Select [0, !Cidr [!Ref A, 6, 5]]", "!If [C, a, !Ref B]", "!If [C, 5, !If [D, true, !Sub x]]", "!FindInMap [A, b, !Ref C]",
		"{Fn::FindInMap: [A, b, c, {DefaultValue: x}]}", "!ImportValue a", "!ImportValue {Fn::Sub: a}", "!Base64 a", "{Fn::Length: [a]}",
		"{Fn::ToJsonString: {a: !Ref B}}", "{Fn::Transform: {Name: M, Parameters: {Condition: x}}}",
	} {
		whole(t, states("A: {Type: Pass, Result: {v: "+value+"}, End: true}"))
		whole(t, states("A: {Type: AttiniLambdaInvoke, Parameters: {FunctionName: f, Payload: [{v: "+value+"}]}, End: true}"))
	}
}

func TestUnknownFunctionIsWarnedOf(t *testing.T) {
	t.Parallel()
	_, problems := plan.Read("P", resource(t, states("A: {Type: Pass, Result: {Fn::Jion: [a, [b]]}, End: true}")), resourcePath)
	require.Len(t, problems, 1)
	assert.Equal(t, problem.Warning, problems[0].Severity, "CloudFormation may have learnt it")
	assert.Equal(t, `Step "A": Result: Fn::Jion is no intrinsic function that is known here; did you mean "Fn::Join"?`, problems[0].Message)
	assert.Equal(t, "If no function is meant, add another key: an object with this one alone is taken for a function.", problems[0].Advice)
}
