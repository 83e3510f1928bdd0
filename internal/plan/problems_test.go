package plan_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/problem/problemtest"
	"github.com/attini-go/runner/internal/test/golden"
)

const pass = "A: {Type: Pass, End: true}"

// mistake is a body of a plan with one thing wrong.
type mistake struct{ body, rule, path string }

const wordsFile = "messages.golden"

func TestEveryRuleHasARow(t *testing.T) {
	t.Parallel()
	problemtest.EveryRule(t, ".", "testdata/"+wordsFile, map[string]string{
		"RuleUnreachable": "TestUnreachable", "RuleHeartbeat": "TestWarnings", "RuleReservedVariable": "TestDoubts", "RuleAlwaysFails": "TestDoubts", "RulePayload": "TestDoubts", "RuleOutputOfStep": "TestDoubts", "RuleUnknownError": "TestWarnings",
	})
}

// states are the States of a plan that starts at A, one a line.
func states(text string) string {
	return "StartAt: A\nStates:\n  " + strings.ReplaceAll(text, "\n", "\n  ")
}

func check(t *testing.T, cases map[string]mistake) {
	t.Helper()
	t.Parallel()
	words := golden.Open(t, wordsFile)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := plan.Read("P", resource(t, c.body), resourcePath())
			assert.Equal(t, "error "+c.rule+" Resources.P.Properties.DeploymentPlan"+c.path, problemtest.Places(problems))
			words.Assert(t, problemtest.Words(problems))
			for _, p := range problems {
				assert.NotZero(t, p.Line)
				assert.NotZero(t, p.Column)
			}
		})
	}
}

func TestMachineProblems(t *testing.T) {
	check(t, map[string]mistake{
		"text":                {"hello", "type", ""},
		"intrinsic function":  {"!Ref Plan", "type", ""},
		"no StartAt":          {"States:\n  " + pass, "required", ".StartAt"},
		"StartAt to come":     {"StartAt: !Ref First\nStates:\n  " + pass, "type", ".StartAt"},
		"unknown StartAt":     {"StartAt: Buidl\nStates:\n  Build: {Type: Pass, End: true}", "unknown-step", ".StartAt"},
		"no States":           {"StartAt: A", "required", ".States"},
		"empty States":        {"StartAt: A\nStates: {}", "required", ".States"},
		"States as list":      {"StartAt: A\nStates: []", "type", ".States"},
		"step that is text":   {states("A: text"), "type", ".States.A"},
		"step that is null":   {states("A:"), "type", ".States.A"},
		"step to come":        {states("A: !If [x, {Type: Pass}, {Type: Fail}]"), "type", ".States.A"},
		"no Type":             {states("A: {Next: B}\nB: {Type: Succeed}"), "required", ".States.A"},
		"Type to come":        {states("A: {Type: !Ref T, End: true}"), "type", ".States.A.Type"},
		"misspelt Type":       {states("A: {Type: paralel, End: true}"), "unknown-step-type", ".States.A.Type"},
		"Type like no other":  {states("A: {Type: Zzz, End: true}"), "unknown-step-type", ".States.A.Type"},
		"Fn::ForEach":         {states(pass + "\nFn::ForEach::X: []"), "reserved", `.States.Fn::ForEach::X`},
		"no Branches":         {states("A: {Type: Parallel, End: true}"), "required", ".States.A.Branches"},
		"empty Branches":      {states("A: {Type: Parallel, Branches: [], End: true}"), "required", ".States.A.Branches"},
		"Branches as object":  {states("A: {Type: Parallel, Branches: {}, End: true}"), "type", ".States.A.Branches"},
		"broken branch":       {states("A: {Type: Parallel, Branches: [{States: {B: {Type: Succeed}}}], End: true}"), "required", ".States.A.Branches[0].StartAt"},
		"no iterator":         {states("A: {Type: Map, End: true}"), "required", ".States.A.ItemProcessor"},
		"two iterators":       {states("A: {Type: Map, Iterator: {StartAt: B, States: {B: {Type: Succeed}}}, ItemProcessor: {}, End: true}"), "exclusive", ".States.A.Iterator"},
		"iterator as text":    {states("A: {Type: Map, Iterator: x, End: true}"), "type", ".States.A.Iterator"},
		"timeout of the plan": {"TimeoutSeconds: !Ref T\n" + states(pass), "number", ".TimeoutSeconds"},
	})
}

func TestTransitionProblems(t *testing.T) {
	const choice = "A: {Type: Choice, Choices: [{Variable: $.x, IsNull: true, Next: B}]"
	const fork = "A:\n  Type: Parallel\n  Next: C\n  Branches: [{StartAt: B, States: {B: {Type: Pass, Next: %s}}}]\nC: {Type: Pass, End: true}"
	check(t, map[string]mistake{
		"Next to nowhere":         {states("A: {Type: Pass, Next: Bulid}\nBuild: {Type: Pass, End: true}"), "unknown-step", ".States.A.Next"},
		"Next out of a branch":    {states(fmt.Sprintf(fork, "C")), "unknown-step", ".States.A.Branches[0].States.B.Next"},
		"Next into a branch":      {states("A: {Type: Pass, Next: C}\nB:\n  Type: Parallel\n  End: true\n  Branches: [{StartAt: C, States: {C: {Type: Succeed}}}]"), "unknown-step", ".States.A.Next"},
		"Next to come":            {states("A: {Type: Pass, Next: !Ref N}"), "type", ".States.A.Next"},
		"Default to nowhere":      {states(choice + ", Default: Q}\nB: {Type: Succeed}"), "unknown-step", ".States.A.Default"},
		"Choices to nowhere":      {states("A: {Type: Choice, Choices: [{Variable: $.x, IsNull: true, Next: Q}], Default: B}\nB: {Type: Succeed}"), "unknown-step", ".States.A.Choices[0].Next"},
		"rule without Next":       {states("A: {Type: Choice, Choices: [{Variable: $.x, IsNull: true}], Default: B}\nB: {Type: Succeed}"), "transition", ".States.A.Choices[0].Next"},
		"Catch to nowhere":        {states("A: {Type: Task, Resource: r, Catch: [{ErrorEquals: [x], Next: Q}], End: true}"), "unknown-step", ".States.A.Catch[0].Next"},
		"Catch as object":         {states("A: {Type: Task, Resource: r, Catch: {Next: A}, End: true}"), "type", ".States.A.Catch"},
		"neither Next nor End":    {states("A: {Type: Pass}"), "transition", ".States.A"},
		"End: false alone":        {states("A: {Type: Pass, End: false}"), "transition", ".States.A"},
		"nothing that ends":       {states("A: {Type: Pass, Next: B}\nB: {Type: Pass, Next: A}"), "transition", ".States"},
		"both Next and End":       {states("A: {Type: Pass, Next: A, End: true}"), "transition", ".States.A.End"},
		"End in quotes":           {states("A: {Type: Pass, End: 'true'}"), "type", ".States.A.End"},
		"End on Succeed":          {states("A: {Type: Succeed, End: true}"), "transition", ".States.A.End"},
		"Next to nowhere on Fail": {states("A: {Type: Fail, Next: Q}"), "transition", ".States.A.Next"},
		"Next on Choice":          {states(choice + ", Next: B}\nB: {Type: Succeed}"), "transition", ".States.A.Next"},
		"no Choices":              {states("A: {Type: Choice}"), "required", ".States.A.Choices"},
		"empty Choices":           {states("A: {Type: Choice, Choices: [], Default: B}\nB: {Type: Succeed}"), "required", ".States.A.Choices"},
	})
}

func TestNameProblems(t *testing.T) {
	long := strings.Repeat("é", 81)
	check(t, map[string]mistake{
		"name of 81 characters":  {"- {Name: " + long + ", Type: Pass}", "step-name", "[0]"},
		"empty name":             {"StartAt: A\nStates: {A: {Type: Pass, Next: ''}, '': {Type: Pass, End: true}}", "step-name", `.States[""]`},
		"control character":      {`- {Name: "a\tb", Type: Pass}`, "step-name", "[0]"},
		"function's name":        {"- {Name: 'Fn::A', Type: Pass}", "step-name", "[0]"},
		"States like a function": {"StartAt: Condition\nStates: {Condition: {Type: Pass, End: true}}", "step-name", ".States.Condition"},
		"name twice":             {states("A: {Type: Parallel, Branches: [{StartAt: A, States: {" + pass + "}}], End: true}"), "step-name", ".States.A.Branches[0].States.A"},
		"added name twice":       {"- {Name: A, Type: Parallel, Branches: [[{Name: B, Type: Pass}]]}\n- {Name: A-Merge, Type: Pass}", "step-name", "[1]"},
		"added name too long":    {"- {Name: " + long[:152] + ", Type: Parallel, Branches: [[{Name: B, Type: Pass}]]}", "step-name", "[0]"},
	})
}

func TestAllowedNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"My step", "Approve?", "<a> {b} [c]", "50%", `back\slash`, "日本語", strings.Repeat("é", 80), "Ref and more"} {
		p := whole(t, fmt.Sprintf("- {Name: %q, Type: Pass}", name))
		assert.Equal(t, name, p.Machine.StartAt)
	}
	whole(t, "- {Name: Ref, Type: Pass}\n- {Name: Condition, Type: Pass}")
}

func TestListProblems(t *testing.T) {
	const branch = "IsTrue: [{Name: B, Type: Pass}]"
	const condition = "Condition: {Variable: $.x, IsNull: true}"
	check(t, map[string]mistake{
		"empty list":          {"[]", "required", ""},
		"step that is text":   {"- Build", "type", "[0]"},
		"no Name":             {"- {Type: Pass}", "required", "[0].Name"},
		"empty Name":          {"- {Name: '', Type: Pass}", "type", "[0].Name"},
		"no Type":             {"- {Name: A}", "required", "[0].Type"},
		"Type as list":        {"- {Name: A, Type: []}", "type", "[0].Type"},
		"Fn::ForEach":         {"- {Fn::ForEach::X: []}", "reserved", "[0]"},
		"Next":                {"- {Name: A, Type: Pass, Next: A}", "transition", "[0].Next"},
		"End":                 {"- {Name: A, Type: Pass, End: true}", "transition", "[0].End"},
		"Catch to nowhere":    {"- {Name: A, Type: Task, Resource: r, Catch: [{ErrorEquals: [x], Next: Q}]}", "unknown-step", "[0].Catch[0].Next"},
		"empty branch":        {"- {Name: A, Type: Parallel, Branches: [[]]}", "required", "[0].Branches[0]"},
		"no Condition":        {"- {Name: A, Type: Choice, " + branch + "}", "required", "[0].Condition"},
		"Condition as text":   {"- {Name: A, Type: Choice, Condition: $.x, " + branch + "}", "type", "[0].Condition"},
		"Next in Condition":   {"- {Name: A, Type: Choice, Condition: {Variable: $.x, IsNull: true, Next: B}, " + branch + "}", "transition", "[0].Condition.Next"},
		"neither branch":      {"- {Name: A, Type: Choice, " + condition + "}", "required", "[0].IsTrue"},
		"branch as object":    {"- {Name: A, Type: Choice, " + condition + ", IsFalse: {}}", "type", "[0].IsFalse"},
		"misspelt branch":     {"- {Name: A, Type: Choice, " + condition + ", " + branch + ", IsFlase: []}", "unknown-property", "[0].IsFlase"},
		"broken step inside":  {"- {Name: A, Type: Choice, " + condition + ", IsTrue: [{Type: Pass}]}", "required", "[0].IsTrue[0].Name"},
		"way back to a dead":  {"- {Name: A, Type: Task, Resource: r, Catch: [{ErrorEquals: [x], Next: B}]}\n- {Name: B}", "required", "[1].Type"},
		"iterator of no step": {"- {Name: A, Type: Map, Iterator: []}", "required", "[0].Iterator"},
	})
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		body string
		want []string
	}{
		"named by nothing":           {states(pass + "\nB: {Type: Pass, End: true}"), []string{"B"}},
		"named by each other":        {states(pass + "\nB: {Type: Pass, Next: C}\nC: {Type: Pass, Next: B}"), []string{"B", "C"}},
		"named by itself":            {states(pass + "\nB: {Type: Pass, Next: B}"), []string{"B"}},
		"in a branch":                {states("A: {Type: Parallel, End: true, Branches: [{StartAt: B, States: {B: {Type: Succeed}, C: {Type: Succeed}}}]}"), []string{"C"}},
		"after a Fail in a list":     {"- {Name: A, Type: Fail}\n- {Name: B, Type: Pass}", []string{"B"}},
		"by Catch, Choices, Default": {states("A: {Type: Task, Resource: r, Next: B, Catch: [{ErrorEquals: [x], Next: C}]}\nB: {Type: Choice, Choices: [{Variable: $.x, IsNull: true, Next: D}], Default: E}\nC: {Type: Succeed}\nD: {Type: Succeed}\nE: {Type: Succeed}"), nil},
		"loop":                       {states("A: {Type: Pass, Next: B}\nB: {Type: Choice, Choices: [{Variable: $.x, IsNull: true, Next: A}], Default: C}\nC: {Type: Succeed}"), nil},
		"both ways end":              {"- {Name: A, Type: Choice, Condition: {Variable: $.x, IsNull: true}, IsTrue: [{Name: B, Type: Fail}], IsFalse: [{Name: C, Type: Succeed}]}", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := plan.Read("P", resource(t, c.body), resourcePath())
			var got []string
			for _, p := range problems {
				assert.Equal(t, problem.Error, p.Severity)
				assert.Equal(t, "unreachable", p.Rule)
				got = append(got, regexp.MustCompile(`^Step "(.*?)"`).FindStringSubmatch(p.Message)[1])
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// TestHugePlan has a mistake in each of very many steps: messages stay short.
func TestHugePlan(t *testing.T) {
	t.Parallel()
	const steps = 1000
	var body strings.Builder
	body.WriteString("StartAt: s0\nStates:\n")
	for i := range steps {
		fmt.Fprintf(&body, "  s%d: {Type: Pass, Next: nowhere}\n", i)
	}
	_, problems := plan.Read("P", resource(t, body.String()), resourcePath())
	require.Len(t, problems, steps)
	assert.Equal(t, `Step "s0": Next: state "nowhere" does not exist at this level; known: s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11 and 988 more`, problems[0].Message)
}
