package plan_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plan"
)

const undo = "{Name: Undo, Type: AttiniRunnerJob, Properties: {Commands: [undo]}}"

// bodies are those of a plan's steps in JSON, by name.
func bodies(t *testing.T, p *plan.Plan) map[string]string {
	t.Helper()
	all := map[string]string{}
	for s := range p.Machine.All() {
		all[s.Name] = jsonOf(t, s.Node)
	}
	return all
}

// TestHandlers: the steps of a catcher run after an error, and the plan goes on after
// them as after the step itself.
func TestHandlers(t *testing.T) {
	t.Parallel()
	p := whole(t, `
- Name: Deploy
  Type: AttiniRunnerJob
  Properties: {Commands: [deploy]}
  Catch:
    - {ErrorEquals: [RunnerConfigError], Next: Last}
    - ErrorEquals: [States.ALL]
      Steps:
        - `+undo+`
        - Name: Undone
          Type: Choice
          Condition: {Variable: $.output.Undo.ok, StringEquals: yes}
          IsFalse: [{Name: Failed, Type: Fail}]
- Name: Last
  Type: Pass
  ResultPath: null
`)
	assert.Equal(t, []string{"Deploy", "Undo", "Undone", "Failed", "Last"}, names(p.Machine))
	got := bodies(t, p)
	assert.JSONEq(t, `[{"ErrorEquals": ["RunnerConfigError"], "Next": "Last"}, {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Undo"}]`,
		jsonOf(t, p.Machine.States[0].Node.Get("Catch")))
	assert.Contains(t, got["Deploy"], `"Next":"Last"`)
	assert.Contains(t, got["Undone"], `{"Variable":"$.output.Undo.ok","StringEquals":"true","Next":"Last"}`)
	assert.Contains(t, got["Undo"], `"Next":"Undone"`)
}

func TestHandlerEndsThePlan(t *testing.T) {
	t.Parallel()
	p := whole(t, `
- Name: Each
  Type: Parallel
  Branches: [[{Name: One, Type: Pass}]]
  Catch: [{ErrorEquals: [States.ALL], ResultPath: $.cause, Steps: [`+undo+`]}]
`)
	got := bodies(t, p)
	assert.Contains(t, got["Each"], `"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.cause","Next":"Undo"}],"Next":"Each-Merge"`)
	assert.Contains(t, got["Undo"], `"End":true`)
}

func TestHandlerProblems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		catch string
		want  []string // rule path
	}{
		"no steps":             {"[{ErrorEquals: [States.ALL], Steps: []}]", []string{"required DeploymentPlan[0].Catch[0].Steps"}},
		"a step":               {"[{ErrorEquals: [States.ALL], Steps: {Name: B, Type: Pass}}]", []string{"type DeploymentPlan[0].Catch[0].Steps"}},
		"Next too":             {"[{ErrorEquals: [States.ALL], Next: B, Steps: [{Name: B, Type: Pass}]}]", []string{"exclusive DeploymentPlan[0].Catch[0].Steps"}},
		"a list of steps":      {"[{Name: B, Type: Pass}, {Name: C, Type: Pass}]", []string{"type DeploymentPlan[0].Catch[0]"}},
		"no error names":       {"[{Steps: [{Name: B, Type: Pass}]}]", []string{"required DeploymentPlan[0].Catch[0].ErrorEquals"}},
		"a misspelt key":       {"[{ErrorEquals: [States.ALL], ResultPaht: $.a, Steps: [{Name: B, Type: Pass}]}]", []string{"unknown-property DeploymentPlan[0].Catch[0].ResultPaht"}},
		"a mistake in a step":  {"[{ErrorEquals: [States.ALL], Steps: [{Name: B, Type: Wait, Second: 1}]}]", []string{"unknown-property DeploymentPlan[0].Catch[0].Steps[0].Second"}},
		"a name that is taken": {"[{ErrorEquals: [States.ALL], Steps: [{Name: A, Type: Pass}]}]", []string{"step-name DeploymentPlan[0].Catch[0].Steps[0]"}},
		"a secret":             {"[{ErrorEquals: [States.ALL], Steps: [{Name: B, Type: AttiniRunnerJob, Properties: {Commands: ['{{resolve:secretsmanager:a}}']}}]}]", []string{"dynamic-reference DeploymentPlan[0].Catch[0].Steps[0].Properties.Commands[0]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := plan.Read("P", resource(t, "- {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls]}, Catch: "+test.catch+"}\n"), resourcePath())
			got := []string{}
			for _, found := range problems {
				got = append(got, found.Rule+" "+found.Path[len("Resources.P.Properties."):])
				assert.Positive(t, found.Line)
			}
			slices.Sort(got)
			assert.Equal(t, test.want, got)
		})
	}
}

// TestMapsAreMerged: where a job, or the merge of a Parallel, would get the list of a
// Map's results. A Map that keeps the payload, or whose results the next step takes, is left alone.
func TestMapsAreMerged(t *testing.T) {
	t.Parallel()
	const each = "{Name: M, Type: Map, ItemProcessor: [{Name: I, Type: Pass}]"
	const job = ", {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}"
	for text, merged := range map[string]bool{
		"[" + each + "}" + job + "]": true,
		"[" + each + "}]":            false,
		"[" + each + "}, {Name: Own, Type: AttiniMergeOutput}" + job + "]":                                                                      false,
		"[" + each + ", ResultPath: $.m}" + job + "]":                                                                                           false,
		"[" + each + ", ResultSelector: {a.$: $}}" + job + "]":                                                                                  false,
		"[" + each + "}, {Name: N, Type: Map, ItemProcessor: [{Name: J, Type: Pass}]}]":                                                         false,
		"[" + each + "}, {Name: N, Type: Map, ItemsPath: '$[0].x', ItemProcessor: [{Name: J, Type: Pass}]}]":                                    false,
		"[" + each + "}, {Name: N, Type: Map, ItemsPath: $.x, ItemProcessor: [{Name: J, Type: Pass}]}]":                                         true,
		"[{Name: P, Type: Parallel, Branches: [[" + each + "}]]}" + job + "]":                                                                   true,
		"[{Name: O, Type: Map, ItemProcessor: [" + each + "}]}]":                                                                                false,
		"[{Name: C, Type: Choice, Condition: {Variable: $.a, IsNull: true}, IsTrue: [" + each + "}]}]":                                          false,
		"[{Name: C, Type: Choice, Condition: {Variable: $.a, IsNull: true}, IsTrue: [" + each + "}]}" + job + "]":                               true,
		"[{Name: C, Type: Choice, Condition: {Variable: $.a, IsNull: true}, IsTrue: [" + each + "}" + job + "]}]":                               true,
		"[{Name: P, Type: Parallel, Branches: [[{Name: C, Type: Choice, Condition: {Variable: $.a, IsNull: true}, IsTrue: [" + each + "}]}]]}]": true,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			p := whole(t, text)
			require.NotNil(t, p.Machine)
			assert.Equal(t, merged, slices.Contains(names(p.Machine), "M-Merge"))
		})
	}
}
