package plan_test

import "testing"

// chooses is a plan with one rule, without its Next.
func chooses(rule string) string {
	return states("A: {Type: Choice, Choices: [{" + rule + ", Next: B}], Default: B}\nB: {Type: Succeed}")
}

func TestRuleProblems(t *testing.T) {
	const (
		at      = ".States.A.Choices[0]"
		isNull  = "{Variable: $.x, IsNull: true}"
		example = "a rule such as {Variable: $.output.Build.ok, BooleanEquals: true}"
		written = ", which is written out: the value of an intrinsic function would arrive as a string"
	)
	of := func(rule, kind, deeper, message string) mistake {
		return mistake{chooses(rule), kind, at + deeper, `Step "A": Choices[0]` + deeper + ": " + message}
	}
	known := "And, Or, Not, Variable, StringEquals, StringEqualsPath, StringLessThan, StringLessThanPath, StringGreaterThan, StringGreaterThanPath, StringLessThanEquals, StringLessThanEqualsPath, StringGreaterThanEquals, StringGreaterThanEqualsPath, NumericEquals, NumericEqualsPath, NumericLessThan, NumericLessThanPath, NumericGreaterThan, NumericGreaterThanPath and 23 more"
	check(t, map[string]mistake{
		"a text":                  {states("A: {Type: Choice, Choices: [text], Default: B}\nB: {Type: Succeed}"), "type", at, `Step "A": Choices[0]: must be ` + example + `, not a string`},
		"to come":                 {states("A: {Type: Choice, Choices: [!Ref R], Default: B}\nB: {Type: Succeed}"), "type", at, `Step "A": Choices[0]: must be ` + example + `, not an intrinsic function`},
		"a loop":                  {states("A: {Type: Choice, Choices: [{Fn::ForEach::L: []}], Default: B}\nB: {Type: Succeed}"), "reserved", at + ".Fn::ForEach::L", `Step "A": Choices[0]: Fn::ForEach::L: a loop is expanded only after this macro; write out what it stands for`},
		"no Next":                 {states("A: {Type: Choice, Choices: [" + isNull + "], Default: B}\nB: {Type: Succeed}"), "transition", at + ".Next", `Step "A": Choices[0].Next is required: the step to go on with`},
		"nothing":                 of("Comment: x", "choice-rule", "", "says nothing; give Variable and a comparison, or And, Or or Not"),
		"no Variable":             of("StringEquals: a", "choice-rule", "", "has no Variable: the path to what StringEquals compares"),
		"no comparison":           of("Variable: $.x", "choice-rule", "", "has no comparison, such as StringEquals"),
		"two comparisons":         of("Variable: $.x, NumericGreaterThan: 1, NumericLessThan: 5", "choice-rule", "", "has 2 comparisons, NumericGreaterThan and NumericLessThan, and may have one; join two rules with And"),
		"two kinds":               of("Variable: $.x, And: ["+isNull+"]", "choice-rule", "", "has Variable and And; a rule has one of And, Or, Not and Variable"),
		"a comparison beside Not": of("Not: "+isNull+", IsNull: true", "choice-rule", "", "has IsNull beside Not; put it into a rule of its own"),
		"misspelt comparison":     of("Variable: $.x, StringEqual: a", "choice-rule", ".StringEqual", `a rule has no such key; did you mean "StringEquals"?`),
		"misspelt Variable":       of("Varaible: $.x, StringEquals: a", "choice-rule", ".Varaible", `a rule has no such key; did you mean "Variable"?`),
		"a key like no other":     of("Variable: $.x, Q: a", "choice-rule", ".Q", "a rule has no such key; known: "+known),
		"JSONata in JSONPath":     of("Condition: '{% true %}'", "choice-rule", ".Condition", "belongs to rules in JSONata, and this one is in JSONPath; give Variable and a comparison, or QueryLanguage: JSONata on the step"),
		"Variable that is none":   of("Variable: x, IsNull: true", "type", ".Variable", "must be a path such as $.output.Build.ok"),
		"Variable as number":      of("Variable: 5, IsNull: true", "type", ".Variable", "must be a path such as $.output.Build.ok"),
		"empty And":               of("And: []", "required", ".And", "is empty: give at least one rule"),
		"And as object":           of("And: "+isNull, "type", ".And", "must be a list of rules, not an object"),
		"Or to come":              of("Or: !Ref R", "type", ".Or", "must be a list of rules, not an intrinsic function"),
		"Not as list":             of("Not: ["+isNull+"]", "type", ".Not", "must be "+example+", not a list"),
		"Not as null":             of("Not: ~", "type", ".Not", "must be "+example+", not null"),
		"Next inside":             of("And: [{Variable: $.x, IsNull: true, Next: B}]", "choice-rule", ".And[0].Next", "belongs to the outermost rule"),
		"Assign inside":           of("Not: {Variable: $.x, IsNull: true, Assign: {a: 1}}", "choice-rule", ".Not.Assign", "belongs to the outermost rule"),
		"wrong deep inside":       of("Or: ["+isNull+", {Not: {And: ["+isNull+", {Variable: $.x}]}}]", "choice-rule", ".Or[1].Not.And[1]", "has no comparison, such as StringEquals"),
		"text for a boolean":      of("Variable: $.x, BooleanEquals: 'true'", "type", ".BooleanEquals", "must be true or false, not a string"),
		"text for a test":         of("Variable: $.x, IsPresent: $.y", "type", ".IsPresent", "must be true or false, not a string"),
		"boolean to come":         of("Variable: $.x, BooleanEquals: !Ref B", "type", ".BooleanEquals", "must be true or false, not an intrinsic function"+written),
		"number in quotes":        of("Variable: $.x, NumericEquals: '5'", "type", ".NumericEquals", "must be a number, not a string"),
		"number substituted":      of("Variable: $.x, NumericEquals: '${N}'", "type", ".NumericEquals", "must be a number, not a string"+written),
		"text without quotes":     of("Variable: $.x, StringEquals: 5", "type", ".StringEquals", "must be a text, not a number; put it in quotes"),
		"text as list":            of("Variable: $.x, StringEquals: [a]", "type", ".StringEquals", "must be a text, not a list"),
		"pattern's backslash":     of(`Variable: $.x, StringMatches: 'a\b*'`, "type", ".StringMatches", "a backslash must be followed by * or another backslash"),
		"a date":                  of("Variable: $.x, TimestampLessThan: '2026-08-18'", "type", ".TimestampLessThan", "must be a timestamp such as 2026-08-18T17:33:00Z"),
		"path that is none":       of("Variable: $.x, NumericLessThanPath: 5", "type", ".NumericLessThanPath", "must be a path such as $.output.Build.ok"),
		"in a list": {
			"- {Name: A, Type: Choice, Condition: {Not: {Variable: $.x, IsNul: true}}, IsTrue: [{Name: B, Type: Pass}]}", "choice-rule", "[0].Condition.Not.IsNul",
			`Step "A": Condition.Not.IsNul: a rule has no such key; did you mean "IsNull"?`,
		},
		"an empty one in a list": {"- {Name: A, Type: Choice, Condition: {}, IsTrue: [{Name: B, Type: Pass}]}", "choice-rule", "[0].Condition", `Step "A": Condition: says nothing; give Variable and a comparison, or And, Or or Not`},
		"in a branch": {
			states("A: {Type: Map, End: true, ItemProcessor: {StartAt: B, States: {B: {Type: Choice, Choices: [{Variable: $.x, Next: C}]}, C: {Type: Succeed}}}}"), "choice-rule",
			".States.A.ItemProcessor.States.B.Choices[0]", `Step "B": Choices[0]: has no comparison, such as StringEquals`,
		},
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
	const example = "{% $states.input.output.Build.ok %}"
	rule := func(rule string) string { return "QueryLanguage: JSONata\n" + chooses(rule) }
	check(t, map[string]mistake{
		"no Condition":           {rule("Comment: x"), "choice-rule", ".States.A.Choices[0]", `Step "A": Choices[0]: has no Condition, such as ` + example},
		"a text":                 {rule("Condition: x"), "type", ".States.A.Choices[0].Condition", `Step "A": Choices[0].Condition: must be an expression such as ` + example},
		"JSONPath in JSONata":    {rule("Condition: true, Variable: $.x"), "choice-rule", ".States.A.Choices[0].Variable", `Step "A": Choices[0].Variable: a rule in JSONata has no such key; known: Condition, Next, Assign, Output, Comment`},
		"misspelt Condition":     {rule("Conditon: true"), "choice-rule", ".States.A.Choices[0].Conditon", `Step "A": Choices[0].Conditon: a rule in JSONata has no such key; did you mean "Condition"?`},
		"of one step's JSONata":  {states("A: {Type: Choice, QueryLanguage: JSONata, Choices: [{Variable: $.x, Condition: '{% true %}', Next: B}], Default: B}\nB: {Type: Succeed}"), "choice-rule", ".States.A.Choices[0].Variable", `Step "A": Choices[0].Variable: a rule in JSONata has no such key; known: Condition, Next, Assign, Output, Comment`},
		"of one step's JSONPath": {"QueryLanguage: JSONata\n" + states("A: {Type: Choice, QueryLanguage: JSONPath, Choices: [{Condition: '{% true %}', Next: B}], Default: B}\nB: {Type: Succeed}"), "choice-rule", ".States.A.Choices[0].Condition", `Step "A": Choices[0].Condition: belongs to rules in JSONata, and this one is in JSONPath; give Variable and a comparison, or QueryLanguage: JSONata on the step`},
	})
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	whole(t, "QueryLanguage: JSONata\n"+chooses("Condition: '{% $states.input.x > 5 %}', Assign: {a: 1}, Output: '{% 5 %}', Comment: c"))
	whole(t, "QueryLanguage: JSONata\n"+chooses("Condition: false"))
}
