package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plantesting"
)

// mutant is a change of a template, which undo takes back.
type mutant struct {
	what string
	do   func() (undo func())
}

// replaced gives a node another value.
func replaced(what string, n *cfn.Node, by cfn.Node) mutant {
	return mutant{what, func() func() {
		before := *n
		by.Place = n.Place
		*n = by
		return func() { *n = before }
	}}
}

// mutants are a plan's, each with its alternatives: each Next, Default and StartAt to other
// states of its level, each name of ErrorEquals to another one, each comparison to
// every other one, and what it compares with.
func mutants(n *cfn.Node, at string, level []string) [][]mutant {
	var found [][]mutant
	if states := n.Get("States"); states.IsMap() {
		level = nil
		for _, state := range states.Fields {
			level = append(level, state.Key)
		}
	}
	for i, field := range n.Entries() {
		here := at + "." + field.Key
		switch {
		case slices.Contains([]string{"Next", "Default", "StartAt"}, field.Key) && field.Value.IsString():
			// Those that follow come first: a plan with a loop takes long.
			target := slices.Index(level, field.Value.Text)
			var others []mutant
			for _, name := range slices.Concat(level[target+1:], level[:max(target, 0)]) {
				others = append(others, replaced(here+" = "+name, field.Value, *cfn.Str(name)))
			}
			found = append(found, others[:min(len(others), 4)])
		case field.Key == "ErrorEquals":
			for _, name := range field.Value.Items {
				found = append(found, []mutant{replaced(here+" without "+name.Text, name, *cfn.Str("Another.Error"))})
			}
		case strings.HasPrefix(field.Key, "Numeric"):
			found = append(found, []mutant{replaced(here+" = 2", field.Value, *cfn.Int(2))}, []mutant{replaced(here+" = 4", field.Value, *cfn.Int(4))})
			for _, operator := range []string{"NumericEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "NumericLessThan", "NumericLessThanEquals"} {
				if operator != field.Key {
					found = append(found, []mutant{{here + " as " + operator, func() func() {
						n.Fields[i].Key = operator
						return func() { n.Fields[i].Key = field.Key }
					}}})
				}
			}
		case field.Key == "IsPresent" || field.Key == "BooleanEquals":
			found = append(found, []mutant{replaced(here+" = false", field.Value, *cfn.Boolean(false))})
		default:
			found = append(found, mutants(field.Value, here, level)...)
		}
	}
	for _, item := range n.Elements() {
		found = append(found, mutants(item, at, level)...)
	}
	return found
}

// TestMutants: the cases of the rollout example notice each change of its plan. Of the
// changes of one transition, the first is tried that leaves the plan valid.
func TestMutants(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../examples/rollout/rollout.yaml")
	require.NoError(t, err)
	template, problems := cfn.Read(text)
	require.Empty(t, problems)
	tests := filepath.Join(t.TempDir(), "rollout.plantest.yaml")
	require.NoError(t, os.WriteFile(strings.Replace(tests, ".plantest", "", 1), text, 0o600))
	cases, err := os.ReadFile("../../examples/rollout/rollout.plantest.yaml")
	require.NoError(t, err)

	plan := template.At("Resources", "RolloutPlan", "Properties", "DeploymentPlan")
	require.Empty(t, failing(t, tests, cases), "the plan as it is")
	ran, refused := 0, 0
	for _, alternatives := range mutants(plan, "", nil) {
		for _, m := range alternatives {
			undo := m.do()
			var changed bytes.Buffer
			require.NoError(t, cfn.WriteYAML(&changed, template))
			undo()
			require.NoError(t, os.WriteFile(strings.Replace(tests, ".plantest", "", 1), changed.Bytes(), 0o600))
			failed := failing(t, tests, cases)
			if !assert.NotEmpty(t, failed, "no case notices %s", m.what) {
				continue
			}
			if failed == "invalid" {
				refused++
				continue
			}
			ran++
			break
		}
	}
	t.Logf("%d mutants failed a case, %d were no valid plans", ran, refused)
	assert.Greater(t, ran, 15)
}

// failing is the name of the first case that fails; "invalid" if the template is.
func failing(t *testing.T, name string, text []byte) string {
	t.Helper()
	file, problems := plantesting.Read(name, text)
	require.Empty(t, problems)
	var selected []plantesting.Selected
	for i := range file.Cases {
		selected = append(selected, plantesting.Selected{File: file, Case: &file.Cases[i]})
	}
	// One after the other, since a plan that loops takes long to end in each of them.
	for i := range selected {
		outcomes, err := plantesting.Run(t.Context(), selected[i:i+1], plantesting.Options{
			Deploy: deployTest(streams{}), Shell: "sh", Directory: t.TempDir(),
		})
		require.NoError(t, err)
		switch {
		case outcomes[0].Plan == nil:
			return "invalid"
		case !outcomes[0].Passed():
			return outcomes[0].Case.Name
		}
	}
	return ""
}
