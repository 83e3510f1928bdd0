package localrun_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/localrun"
	deployment "github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/plan/plantest"
	"github.com/attini-go/runner/internal/runevents"
)

// TestEveryStepTypeRunsLocally: a step of each type runs with nothing but this
// machine, or is listed with the reason.
func TestEveryStepTypeRunsLocally(t *testing.T) {
	t.Parallel()
	mocked := map[string]string{deployment.InvokeType: "the function is the user's"}
	for _, stepType := range deployment.OwnTypes() {
		t.Run(stepType, func(t *testing.T) {
			t.Parallel()
			template := plan("        - {Name: Step, Type: " + stepType + ", " + plantest.Step(t, stepType) + "}\n")
			_, isMocked := mocked[stepType]
			result, _ := run(t, t.Context(), template, func(o *localrun.Options) {
				o.Input = json.RawMessage(`{"customData": {"branches": [{"output": {}}, {"output": {}}]}}`)
				if isMocked {
					o.Mocks = map[string]json.RawMessage{"Step": json.RawMessage(`{"result": 1}`)}
				}
			})
			assert.Equal(t, runevents.Succeeded, result.Status, "%s: do its work in tasks.Do, or list it here: %v", stepType, result.Error)
		})
	}
}
