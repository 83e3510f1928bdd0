package localrun_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/runevents"
)

// TestRefusedHereAsInAnAccount: what the launcher refuses fails here with the
// same error name and words, so that no plan is green only on a laptop.
func TestRefusedHereAsInAnAccount(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ template, input, name, cause string }{
		"an object among the commands": {
			template: plan("        - {Name: Job, Type: AttiniRunnerJob, Properties: {Commands.$: $.commands}}\n"),
			input:    `{"commands": [{"a": 1}, "echo hi"]}`,
			name:     "IllegalFormatException", cause: `step "Job": Commands\[0\] must be a text, not an object`,
		},
		"no commands": {
			template: plan("        - {Name: Job, Type: AttiniRunnerJob, Properties: {Commands.$: $.commands}}\n"),
			input:    `{"commands": "echo hi"}`,
			name:     "IllegalFormatException", cause: "Commands must be a list of texts, not a text",
		},
		"a list as the environment": {
			template: plan("        - {Name: Job, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment.$: $.list}}\n"),
			input:    `{"list": []}`,
			name:     "IllegalFormatException", cause: "Environment must be an object of texts, not a list",
		},
		"a payload that has lost its origin": {
			template: plan("        - {Name: Job, Type: AttiniRunnerJob, InputPath: $.customData, Properties: {Commands: [ls]}}\n"),
			name:     "RunnerConfigError", cause: "its input has no object deploymentOriginData",
		},
		"a payload of another deployment": {
			template: plan(`
        - Name: Change
          Type: Pass
          Result: elsewhere
          ResultPath: $.deploymentOriginData.environment
        - {Name: Job, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}
`),
			name: "RunnerConfigError", cause: `its payload names the deployment "elsewhere-shop", which has not started the step's plan`,
		},
		"a runner whose condition does not hold": {
			template: `
Conditions: {Never: !Equals [a, b]}
Resources:
  R: {Type: Attini::Deploy::Runner, Condition: Never}
  P:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - {Name: Job, Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}}
`,
			name: "RunnerConfigError", cause: `Runner "R" is not deployed`,
		},
		"a call of the user's for a runner of another stack": {
			template: `
Resources:
  R: {Type: Attini::Deploy::Runner}
  P:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - {Name: Job, Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}}
        - Name: Call
          Type: Task
          Resource: arn:aws:states:::lambda:invoke.waitForTaskToken
          Parameters:
            FunctionName: attini-action
            Payload:
              attiniActionType: ExecuteRunner
              RunnerConfig: {Runner: R, ConfigurationId: v1-0, StackName: other}
              Properties: {Commands: [ls]}
              deploymentPlanExecutionMetadata: {sfnToken.$: $$.Task.Token, stepName: Call, executionArn.$: $$.Execution.Id}
              input.$: $
`,
			name: "RunnerConfigError", cause: `Runner "other-R"`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, _ := run(t, t.Context(), c.template, func(o *localrun.Options) { o.Input = json.RawMessage(c.input) })
			require.Equal(t, runevents.Failed, result.Status)
			assert.Equal(t, c.name, result.Error.Name)
			assert.Regexp(t, c.cause, result.Error.Cause)
		})
	}
}

// TestJobsGetTheInputAsInAnAccount: the launcher's own message, so that no text
// of a value changes on its way and the agent's own key is there.
func TestJobsGetTheInputAsInAnAccount(t *testing.T) {
	t.Parallel()
	here := t.TempDir()
	result, _ := run(t, t.Context(), plan("        - {Name: Job, Type: AttiniRunnerJob, Properties: {Commands: ['cp \"$ATTINI_INPUT\" \"$HERE/input\"']}}\n"), func(o *localrun.Options) {
		o.Environment = append(os.Environ(), "HERE="+here)
		o.Input = json.RawMessage(`{"text": "<a> & \u2028 🚀", "number": 12345678901234567890.10, "taskConfigHashCode": "mine"}`)
	})
	require.Equal(t, runevents.Succeeded, result.Status, "%v", result.Error)
	input, err := os.ReadFile(filepath.Join(here, "input"))
	require.NoError(t, err)
	assert.Regexp(t, `"text":"<a> & (\x{2028}|\\u2028) 🚀"`, string(input))
	assert.Contains(t, string(input), `"number":12345678901234567890.10`)
	assert.Regexp(t, regexp.MustCompile(`"taskConfigHashCode":-?[0-9]+\}$`), string(input))
	assert.NotContains(t, string(input), "sfnToken")
}
