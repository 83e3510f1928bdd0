package localrun_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/runevents"
)

// TestDynamicReferencesInAPlan are asked for, and arrive in commands and variables.
func TestDynamicReferencesInAPlan(t *testing.T) {
	t.Parallel()
	steps := plan(`
        - Name: Say
          Type: AttiniRunnerJob
          Properties: {Environment: {V: "{{resolve:ssm:/v}}"}, Commands: ['echo "{{resolve:ssm:/foo}}-{{resolve:ssm:/foo}} $V"']}
`)
	_, problems := deploy(t, steps, localrun.Facts{})
	assert.ErrorContains(t, problems.Err(), "the value of {{resolve:ssm:/foo}} is known only to AWS")
	assert.ErrorContains(t, problems.Err(), "{{resolve:ssm:/v}}")

	deployment, problems := deploy(t, steps, localrun.Facts{Lookups: localrun.Lookups{
		Resolved: map[string]string{"{{resolve:ssm:/foo}}": "foo", "{{resolve:ssm:/v}}": "value"},
	}})
	require.NoError(t, problems.Err())
	result, lines := runDeployment(t, t.Context(), deployment, nil)
	require.Equal(t, runevents.Succeeded, result.Status, "%v", result.Error)
	assert.Equal(t, "foo-foo value\n", lines.of("Say"))
}
