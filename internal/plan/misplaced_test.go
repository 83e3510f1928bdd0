package plan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
)

// TestOneMistakeIsOneProblem, with the nearest right place.
func TestOneMistakeIsOneProblem(t *testing.T) {
	t.Parallel()
	const job = "Type: AttiniRunnerJob, Properties: {Commands: [a]}"
	for name, test := range map[string]struct {
		body      string
		rule      string
		path      string
		says      string
		fix       problem.Fix
		hasAdvice bool
	}{
		"Commands on the step":          {"- {Name: A, Type: AttiniRunnerJob, Commands: [a]}", "unknown-property", "[0].Commands", "Commands: belongs in Properties", problem.Fix{}, false},
		"Commands from the payload":     {"- {Name: A, Type: AttiniRunnerJob, Commands.$: $.c}", "unknown-property", `[0]["Commands.$"]`, "belongs in Properties", problem.Fix{}, false},
		"Environment on the step":       {"- {Name: A, Environment: {A: b}, " + job + "}", "unknown-property", "[0].Environment", "belongs in Properties", problem.Fix{}, false},
		"Command":                       {"- {Name: A, Type: AttiniRunnerJob, Properties: {Command: [a]}}", "unknown-property", "[0].Properties.Command", "did you mean", problem.Fix{Old: "Command", New: "Commands"}, false},
		"Propertis":                     {"- {Name: A, Type: AttiniRunnerJob, Propertis: {Commands: [a]}}", "unknown-property", "[0].Propertis", "did you mean", problem.Fix{Old: "Propertis", New: "Properties"}, false},
		"JobTimeout on the step":        {"- {Name: A, JobTimeout: 5, " + job + "}", "unknown-property", "[0].JobTimeout", "give TimeoutSeconds on the step, or RunnerConfiguration.JobTimeout of the Runner", problem.Fix{}, false},
		"JobTimeout in Properties":      {"- {Name: A, Type: AttiniRunnerJob, Properties: {JobTimeout: 5, Commands: [a]}}", "unknown-property", "[0].Properties.JobTimeout", "give TimeoutSeconds on the step", problem.Fix{}, false},
		"TimeoutSeconds in Properties":  {"- {Name: A, Type: AttiniRunnerJob, Properties: {TimeoutSeconds: 5, Commands: [a]}}", "unknown-property", "[0].Properties.TimeoutSeconds", "belongs on the step, beside Properties", problem.Fix{}, false},
		"Image in Properties":           {"- {Name: A, Type: AttiniRunnerJob, Properties: {Image: b, Commands: [a]}}", "unknown-property", "[0].Properties.Image", "belongs to the Runner, in Properties", problem.Fix{}, false},
		"LogLevel on the step":          {"- {Name: A, LogLevel: ALL, " + job + "}", "unknown-property", "[0].LogLevel", "belongs to the Runner, in RunnerConfiguration", problem.Fix{}, false},
		"Properties on an invoke":       {"- {Name: A, Type: AttiniLambdaInvoke, Properties: {FunctionName: f}}", "reserved", "[0].Properties", "give Parameters", problem.Fix{}, false},
		"branches that are steps":       {"- {Name: A, Type: Parallel, Branches: [{Name: B, Type: Pass}, {Name: C, Type: Pass}]}", "type", "[0].Branches[0]", "- - Name: B", problem.Fix{}, false},
		"Steps of a Map":                {"- {Name: A, Type: Map, ItemsPath: $.x, Steps: [{Name: B, Type: Pass}]}", "unknown-property", "[0].Steps", "ItemProcessor", problem.Fix{}, false},
		"Choices in a list":             {"- {Name: A, Type: Choice, Choices: [{Variable: $.x, IsNull: true, Next: B}], Default: B}", "unknown-property", "[0].Choices", "StartAt and States", problem.Fix{}, false},
		"Next in a list":                {"- {Name: A, Next: B, " + job + "}", "transition", "[0].Next", "StartAt and States", problem.Fix{}, false},
		"a misspelt type":               {"- {Name: A, Type: AttiniRunerJob, Properties: {Commands: [a]}}", "unknown-step-type", "[0].Type", "did you mean", problem.Fix{Old: "AttiniRunerJob", New: "AttiniRunnerJob"}, false},
		"a misspelt field":              {"- {Name: A, Retri: [], " + job + "}", "unknown-property", "[0].Retri", "did you mean", problem.Fix{Old: "Retri", New: "Retry"}, false},
		"a misspelt field of a state":   {"- {Name: A, Type: Wait, Secnds: 5}", "unknown-property", "[0].Secnds", "did you mean", problem.Fix{Old: "Secnds", New: "Seconds"}, false},
		"a misspelt step":               {"{StartAt: Relaese, States: {Release: {End: true, " + job + "}}}", "unknown-step", ".StartAt", "did you mean", problem.Fix{Old: "Relaese", New: "Release"}, false},
		"a misspelt field from payload": {"- {Name: A, Type: AttiniLambdaInvoke, Parameters: {FunctionName: f, Paylod.$: $.x}}", "unknown-property", `[0].Parameters["Paylod.$"]`, "did you mean", problem.Fix{Old: "Paylod.$", New: "Payload.$"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource, problems := cfn.Read([]byte("Properties:\n  DeploymentPlan:\n    " + test.body + "\n"))
			require.Empty(t, problems)
			_, problems = plan.Read("P", resource, cfn.NewPath("P"))
			require.Len(t, problems, 1, "%v", problems)
			found := problems[0]
			assert.Equal(t, test.rule, found.Rule)
			assert.Equal(t, "P.Properties.DeploymentPlan"+test.path, found.Path)
			assert.Contains(t, found.Message, test.says)
			assert.Equal(t, test.fix, found.Fix)
			assert.Equal(t, test.hasAdvice, found.Advice != "")
		})
	}
}
