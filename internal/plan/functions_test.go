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
	result := func(value string) string {
		return states("A: {Type: Pass, Result: {v: " + value + ", w: 1}, End: true}")
	}
	of := func(value string) mistake {
		return mistake{result(value), "intrinsic", ".States.A.Result.v"}
	}
	check(t, map[string]mistake{
		"Ref of a number":       of("{Ref: 5}"),
		"Ref of nothing":        of("{Ref: ''}"),
		"GetAtt of a resource":  of("{Fn::GetAtt: A}"),
		"GetAtt of three":       of("{Fn::GetAtt: [A, B, C]}"),
		"Sub of a number":       of("{Fn::Sub: 5}"),
		"Sub with a list":       of("{Fn::Sub: [a, []]}"),
		"Join of a text":        of("{Fn::Join: ['', a]}"),
		"Split of a list":       of("!Join ['', {Fn::Split: [',', [a]]}]").in(".Fn::Join[1]"),
		"Select without a list": of("{Fn::Select: [0, a]}"),
		"If with one branch":    of("{Fn::If: [C, a]}"),
		"FindInMap of a text":   of("{Fn::FindInMap: a}"),
		"ImportValue of a list": of("{Fn::ImportValue: [a]}"),
		"Length of a text":      of("{Fn::Length: a}"),
		"ToJsonString of text":  of("{Fn::ToJsonString: a}"),
		"Transform of text":     of("{Fn::Transform: a}"),
		"a condition":           of("!Equals [a, b]"),
		"a list":                of("!Split [',', !Ref A]"),
		"zones":                 of("!GetAZs ''"),
		"perhaps a list":        of("!If [C, a, !If [D, !Cidr [!Ref B, 6, 5], b]]"),
		"perhaps an object":     of("!If [C, a, {b: c}]"),
		"perhaps nothing":       of("!If [C, a, !Ref AWS::NoValue]"),
		"a shell variable":      of("!Sub 'echo ${HOME:-x}'"),
		"a shell variable deep": of("!Join ['', [a, !Sub ['${', {A: b}]]]").in(".Fn::Join[1][1]"),
		"a command that is no text": {
			jobWith("{Commands: [!If [C, ls, !Ref AWS::NoValue]]}"), "intrinsic", ".States.A.Properties.Commands[0]",
		},
	})
}

// in is the mistake deeper inside the value.
func (m mistake) in(deeper string) mistake {
	m.path += deeper
	return m
}

// TestFunctions has all functions that come to a text.
func TestFunctions(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"!Ref A", "{Ref: !Ref A}", "!GetAtt A.B", "{Fn::GetAtt: A.B.C}", "!GetAtt [A, !Ref B]", "!Sub '${A} ${!B}'", "!Sub ['${A}', {A: !Ref B}]",
		"!Join ['', [a, 5, !Ref B]]", "!Join [',', !Ref List]", "!Join [',', !Split ['.', !Ref A]]", "!Select [0, !GetAZs '']", "!Select ['1', [a, b]]",
		"!Select [0, !Cidr [!Ref A, 6, 5]]", "!Select [0, !Cidr [!Ref A, 6]]", "!If [C, a, !Ref B]", "!If [C, 5, !If [D, true, !Sub x]]", "!FindInMap [A, b, !Ref C]",
		"{Fn::FindInMap: [A, b, c, {DefaultValue: x}]}", "!ImportValue a", "!ImportValue {Fn::Sub: a}", "!Base64 a", "{Fn::Length: [a]}",
		"{Fn::ToJsonString: {a: !Ref B}}", "{Fn::Transform: {Name: M, Parameters: {Condition: x}}}",
	} {
		whole(t, states("A: {Type: Pass, Result: {v: "+value+"}, End: true}"))
		whole(t, states("A: {Type: AttiniLambdaInvoke, Parameters: {FunctionName: f, Payload: [{v: "+value+"}]}, End: true}"))
	}
}

func TestUnknownFunctionIsWarnedOf(t *testing.T) {
	t.Parallel()
	_, problems := plan.Read("P", resource(t, states("A: {Type: Pass, Result: {Fn::Jion: [a, [b]]}, End: true}")), resourcePath())
	require.Len(t, problems, 1)
	assert.Equal(t, problem.Warning, problems[0].Severity, "CloudFormation may have learnt it")
	assert.Equal(t, `Step "A": Result: Fn::Jion is no intrinsic function that is known here; did you mean "Fn::Join"?`, problems[0].Message)
	assert.Equal(t, "If no function is meant, add another key: an object with this one alone is taken for a function.", problems[0].Advice)
}
