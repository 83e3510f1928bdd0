package localrun_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/approvals"
	"github.com/attini-go/runner/internal/localrun"
	deployment "github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/plan/plantest"
	"github.com/attini-go/runner/internal/runevents"
)

// TestEveryStepTypeRunsLocally: a step of each type runs with nothing but this
// machine, or is listed with the reason.
func TestEveryStepTypeRunsLocally(t *testing.T) {
	t.Parallel()
	mocked := map[string]string{
		deployment.InvokeType: "the function is the user's", deployment.CdkType: "it would deploy to AWS", deployment.ImportType: "the document is in S3",
	}
	source := t.TempDir()
	for name, text := range map[string]string{
		"database.yaml": "Parameters: {Size: {Type: Number}}\nResources: {}", "app/template.yaml": "Resources: {}", "one.yaml": "stackName: one\ntemplate: /app/template.yaml",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(source, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(source, name), []byte(text), 0o600))
	}
	for _, stepType := range deployment.OwnTypes() {
		t.Run(stepType, func(t *testing.T) {
			t.Parallel()
			template := plan("        - {Name: Step, Type: " + stepType + ", " + plantest.Step(t, stepType) + "}\n")
			_, isMocked := mocked[stepType]
			result, _ := run(t, t.Context(), template, func(o *localrun.Options) {
				o.Source = source
				o.Input = json.RawMessage(`{"customData": {"branches": [{"output": {}}, {"output": {}}], "files": ["/one.yaml"]}}`)
				o.Approve = func(context.Context, string) (approvals.Answer, error) { return approvals.Answer{Approved: true}, nil }
				if isMocked {
					o.Mocks = map[string]json.RawMessage{"Step": json.RawMessage(`{"result": 1}`)}
				}
			})
			assert.Equal(t, runevents.Succeeded, result.Status, "%s: do its work in tasks.Do, or list it here: %v", stepType, result.Error)
		})
	}
}
