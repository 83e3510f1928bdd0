package plan_test

import "testing"

// chooses is a plan with one rule, without its Next.
func chooses(rule string) string {
	return states("A: {Type: Choice, Choices: [{" + rule + ", Next: B}], Default: B}\nB: {Type: Succeed}")
}

func TestRuleProblems(t *testing.T) {
	const (
		at     = ".States.A.Choices[0]"
		isNull = "{Variable: $.x, IsNull: true}"
	)
	of := func(rule, kind, deeper string) mistake { return mistake{chooses(rule), kind, at + deeper} }
	check(t, map[string]mistake{
		"a text":                  {states("A: {Type: Choice, Choices: [text], Default: B}\nB: {Type: Succeed}"), "type", at},
		"to come":                 {states("A: {Type: Choice, Choices: [!Ref R], Default: B}\nB: {Type: Succeed}"), "type", at},
		"a loop":                  {states("A: {Type: Choice, Choices: [{Fn::ForEach::L: []}], Default: B}\nB: {Type: Succeed}"), "reserved", at + ".Fn::ForEach::L"},
		"no Next":                 {states("A: {Type: Choice, Choices: [" + isNull + "], Default: B}\nB: {Type: Succeed}"), "transition", at + ".Next"},
		"nothing":                 of("Comment: x", "choice-rule", ""),
		"no Variable":             of("StringEquals: a", "choice-rule", ""),
		"no comparison":           of("Variable: $.x", "choice-rule", ""),
		"two comparisons":         of("Variable: $.x, NumericGreaterThan: 1, NumericLessThan: 5", "choice-rule", ""),
		"two kinds":               of("Variable: $.x, And: ["+isNull+"]", "choice-rule", ""),
		"a comparison beside Not": of("Not: "+isNull+", IsNull: true", "choice-rule", ""),
		"misspelt comparison":     of("Variable: $.x, StringEqual: a", "unknown-property", ".StringEqual"),
		"misspelt Variable":       of("Varaible: $.x, StringEquals: a", "unknown-property", ".Varaible"),
		"a key like no other":     of("Variable: $.x, Q: a", "unknown-property", ".Q"),
		"JSONata in JSONPath":     of("Condition: '{% true %}'", "query-language", ".Condition"),
		"Variable that is none":   of("Variable: x, IsNull: true", "path", ".Variable"),
		"Variable as number":      of("Variable: 5, IsNull: true", "type", ".Variable"),
		"empty And":               of("And: []", "required", ".And"),
		"And as object":           of("And: "+isNull, "type", ".And"),
		"Or to come":              of("Or: !Ref R", "type", ".Or"),
		"Not as list":             of("Not: ["+isNull+"]", "type", ".Not"),
		"Not as null":             of("Not: ~", "type", ".Not"),
		"Next inside":             of("And: [{Variable: $.x, IsNull: true, Next: B}]", "choice-rule", ".And[0].Next"),
		"Assign inside":           of("Not: {Variable: $.x, IsNull: true, Assign: {a: 1}}", "choice-rule", ".Not.Assign"),
		"wrong deep inside":       of("Or: ["+isNull+", {Not: {And: ["+isNull+", {Variable: $.x}]}}]", "choice-rule", ".Or[1].Not.And[1]"),
		"text for a boolean":      of("Variable: $.x, BooleanEquals: 'true'", "type", ".BooleanEquals"),
		"text for a test":         of("Variable: $.x, IsPresent: $.y", "type", ".IsPresent"),
		"boolean to come":         of("Variable: $.x, BooleanEquals: !Ref B", "type", ".BooleanEquals"),
		"number in quotes":        of("Variable: $.x, NumericEquals: '5'", "number", ".NumericEquals"),
		"number substituted":      of("Variable: $.x, NumericEquals: '${N}'", "number", ".NumericEquals"),
		"text without quotes":     of("Variable: $.x, StringEquals: 5", "type", ".StringEquals"),
		"text as list":            of("Variable: $.x, StringEquals: [a]", "type", ".StringEquals"),
		"pattern's backslash":     of(`Variable: $.x, StringMatches: 'a\b*'`, "choice-rule", ".StringMatches"),
		"a date":                  of("Variable: $.x, TimestampLessThan: '2026-08-18'", "type", ".TimestampLessThan"),
		"path that is none":       of("Variable: $.x, NumericLessThanPath: 5", "type", ".NumericLessThanPath"),
		"in a list":               {"- {Name: A, Type: Choice, Condition: {Not: {Variable: $.x, IsNul: true}}, IsTrue: [{Name: B, Type: Pass}]}", "unknown-property", "[0].Condition.Not.IsNul"},
		"an empty one in a list":  {"- {Name: A, Type: Choice, Condition: {}, IsTrue: [{Name: B, Type: Pass}]}", "choice-rule", "[0].Condition"},
		"in a branch":             {states("A: {Type: Map, End: true, ItemProcessor: {StartAt: B, States: {B: {Type: Choice, Choices: [{Variable: $.x, Next: C}]}, C: {Type: Succeed}}}}"), "choice-rule", ".States.A.ItemProcessor.States.B.Choices[0]"},
	})
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{
		"Variable: $.x, StringEquals: ''", "Variable: $$.Execution.Name, StringEquals: a, Comment: c, Assign: {a: 1}", "Variable: $v, IsPresent: false",
		"Variable: $.x, StringEquals: !Ref A", "Variable: !Sub '$.${A}', IsNull: true", "Variable: $.x, StringMatches: 'a\\*b\\\\*'", "Variable: $.x, StringMatches: '${P}'",
		"Variable: $.x, NumericGreaterThanEquals: -1.5e3", "Variable: $.x, NumericEqualsPath: $.y", "Variable: $.x, BooleanEquals: false", "Variable: $.x, BooleanEqualsPath: $.y",
		"Variable: $.x, TimestampEquals: '2026-08-18T17:33:00.5+02:00'", "Variable: $.x, TimestampEquals: !Ref T", "Variable: $.x, TimestampEquals: '${T}'",
		"Variable: $.x, StringEquals: a, IsNull: !Ref AWS::NoValue", "And: [{Variable: $.x, IsNull: true}, !Ref AWS::NoValue]",
		"Not: {Or: [{And: [{Variable: $.x, IsString: true}]}, {Not: {Variable: $.x, IsTimestamp: true, Comment: c}}]}",
	} {
		whole(t, chooses(rule))
		whole(t, "- {Name: A, Type: Choice, Condition: {"+rule+"}, IsTrue: [{Name: B, Type: Pass}]}")
	}
}

func TestExpressionProblems(t *testing.T) {
	rule := func(rule string) string { return "QueryLanguage: JSONata\n" + chooses(rule) }
	check(t, map[string]mistake{
		"no Condition":           {rule("Comment: x"), "choice-rule", ".States.A.Choices[0].Condition"},
		"a text":                 {rule("Condition: x"), "type", ".States.A.Choices[0].Condition"},
		"JSONPath in JSONata":    {rule("Condition: true, Variable: $.x"), "query-language", ".States.A.Choices[0].Variable"},
		"misspelt Condition":     {rule("Conditon: true"), "unknown-property", ".States.A.Choices[0].Conditon"},
		"of one step's JSONata":  {states("A: {Type: Choice, QueryLanguage: JSONata, Choices: [{Variable: $.x, Condition: '{% true %}', Next: B}], Default: B}\nB: {Type: Succeed}"), "query-language", ".States.A.Choices[0].Variable"},
		"of one step's JSONPath": {"QueryLanguage: JSONata\n" + states("A: {Type: Choice, QueryLanguage: JSONPath, Choices: [{Condition: '{% true %}', Next: B}], Default: B}\nB: {Type: Succeed}"), "query-language", ".States.A.QueryLanguage"},
	})
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	whole(t, "QueryLanguage: JSONata\n"+chooses("Condition: '{% $states.input.x > 5 %}', Assign: {a: 1}, Output: '{% 5 %}', Comment: c"))
	whole(t, "QueryLanguage: JSONata\n"+chooses("Condition: false"))
}
