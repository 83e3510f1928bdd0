package transform_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/cfn"
)

// TestErrorNames: a job step tells the launcher which error names by cause its plan
// handles, and no other step's.
func TestErrorNames(t *testing.T) {
	t.Parallel()
	const job = "Type: AttiniRunnerJob, Properties: {Commands: [ls]}"
	step := func(t *testing.T, body string, path ...string) any {
		t.Helper()
		resources := expanded(t, "Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Image: debian}}\n  Plan:\n    Type: Attini::Deploy::DeploymentPlan\n"+
			"    Properties:\n      DefaultRunner: R\n      DeploymentPlan: "+body+"\n")
		at := append([]string{"AttiniDeploymentPlanSfnPlan", "Properties", "Definition", "States"}, path...)
		_, names, any := strings.Cut(resources.At(append(at, "Parameters", "Payload", "RunnerConfig")...).Text, "${AttiniRunnerR}/")
		if !any {
			return nil
		}
		return names
	}
	assert.Nil(t, step(t, "[{Name: A, Catch: [{ErrorEquals: [TaskFailedToStart], Next: A}], "+job+"}]", "A"), "a plan as it was")
	assert.Equal(t, "Runner.ImageNotFound Runner.OutOfMemory",
		step(t, "[{Name: A, Retry: [{ErrorEquals: [Runner.OutOfMemory]}], Catch: [{ErrorEquals: [Own, Runner.ImageNotFound, Runner.OutOfMemory], Next: A}], "+job+"}]", "A"))
	assert.Nil(t, step(t, "[{Name: A, Retry: [{ErrorEquals: [Runner.OutOfMemory]}], "+job+"}, {Name: B, "+job+"}]", "B"), "another step")
	assert.Equal(t, "Runner.Throttled",
		step(t, "{StartAt: A, States: {A: {"+job+", Catch: [{ErrorEquals: [States.ALL], Next: C}], End: true}, "+
			"C: {Type: Choice, Choices: [{Variable: $.Error, StringEquals: Runner.Throttled, Next: D}], Default: D}, D: {Type: Succeed}}}", "A"), "a Choice")
}

// TestNotAllowedToCall: a plan whose role may not call the launcher fails within
// seconds, and a busy launcher is called again for a quarter of an hour.
func TestNotAllowedToCall(t *testing.T) {
	t.Parallel()
	resources := expanded(t, "Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Image: debian}}\n  Plan:\n    Type: Attini::Deploy::DeploymentPlan\n"+
		"    Properties: {DefaultRunner: R, DeploymentPlan: [{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}]}\n")
	retry := resources.At("AttiniDeploymentPlanSfnPlan", "Properties", "Definition", "States", "A", "Retry")
	assert.LessOrEqual(t, retried(t, retry, "Lambda.AWSLambdaException"), 10*time.Second)
	for _, passing := range []string{"Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.SdkClientException", "Lambda.ClientExecutionTimeoutException"} {
		assert.Greater(t, retried(t, retry, passing), 10*time.Minute, passing)
	}
	for _, final := range []string{"Lambda.ResourceNotFoundException", "Lambda.KMSAccessDeniedException", "ScriptExecutionError"} {
		assert.Zero(t, retried(t, retry, final), final)
	}
}

// TestLauncherDies: a step that can be repeated calls again when the launcher dies, and a
// job, which a dead launcher may have queued, does not.
func TestLauncherDies(t *testing.T) {
	t.Parallel()
	for kind, repeats := range map[string]bool{
		"AttiniCfn, Properties: {StackName: s, Template: /t.yaml}": true, "AttiniManualApproval": true,
		"AttiniImport, Properties: {SourceType: S3, Source: {Bucket: b, Key: k}, Mapping: {A: $.a}}": true,
		"AttiniRunnerJob, Properties: {Commands: [ls]}":                                              false,
	} {
		resources := expanded(t, "Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Image: debian}}\n  Plan:\n    Type: Attini::Deploy::DeploymentPlan\n"+
			"    Properties: {DefaultRunner: R, DeploymentPlan: [{Name: A, Type: "+kind+"}]}\n")
		retry := resources.At("AttiniDeploymentPlanSfnPlan", "Properties", "Definition", "States", "A", "Retry")
		for _, death := range []string{"Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout"} {
			assert.Equal(t, repeats, retried(t, retry, death) > 0, "%s: %s", kind, death)
		}
	}
}

// retried returns how long a step waits in all before it gives an error up.
func retried(t *testing.T, retry *cfn.Node, name string) time.Duration {
	t.Helper()
	number := func(rule *cfn.Node, key string, otherwise float64) float64 {
		if !rule.Has(key) {
			return otherwise
		}
		value, err := strconv.ParseFloat(rule.Get(key).Text, 64)
		assert.NoError(t, err, key)
		return value
	}
	for _, rule := range retry.Items {
		if !slices.ContainsFunc(rule.Get("ErrorEquals").Items, func(n *cfn.Node) bool { return n.Text == name }) {
			continue
		}
		wait, total := number(rule, "IntervalSeconds", 1), 0.0
		for range int(number(rule, "MaxAttempts", 3)) {
			total += min(wait, number(rule, "MaxDelaySeconds", 1e9))
			wait *= number(rule, "BackoffRate", 2)
		}
		return time.Duration(total * float64(time.Second))
	}
	return 0
}
