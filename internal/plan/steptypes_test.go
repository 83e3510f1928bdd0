package plan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/plan/plantest"
)

// TestEveryStepTypeIsRead: a valid step of each type is accepted, and a key that the
// type does not have is reported.
func TestEveryStepTypeIsRead(t *testing.T) {
	t.Parallel()
	for _, stepType := range plan.OwnTypes() {
		t.Run(stepType, func(t *testing.T) {
			t.Parallel()
			step := "Type: " + stepType + ", " + plantest.Step(t, stepType)
			read := func(body string) (found []string) {
				_, problems := plan.Read("P", node(t, "Properties:\n  DefaultRunner: R\n  DeploymentPlan:\n"+indent(body, "    ")), resourcePath())
				for _, p := range problems {
					found = append(found, p.Rule+" "+p.Path)
				}
				return found
			}
			require.Empty(t, read(states("A: {"+step+", End: true}")))
			require.Empty(t, read("- {Name: A, "+step+"}"))
			assert.Equal(t, []string{"unknown-property Resources.P.Properties.DeploymentPlan.States.A.Mistake"},
				read(states("A: {"+step+", Mistake: x, End: true}")), "%s: read its keys in a file of this package, called from content in machine.go", stepType)
		})
	}
}
