package localrun_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/transform"
)

func TestMain(m *testing.M) {
	if err := process.BecomeSubreaper(); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// deploy expands a template's text and resolves it.
func deploy(t *testing.T, text string, facts localrun.Facts) (*localrun.Deployment, problem.List) {
	t.Helper()
	template, problems := cfn.Read([]byte(text))
	require.NoError(t, problems.Err())
	expanded, problems := transform.Expand(t.Context(), transform.Request{Template: template})
	require.NoError(t, problems.Err())
	facts.StackName, facts.Region, facts.Account, facts.Distribution = "stack", "eu-west-1", "111122223333", "shop"
	return localrun.Deploy(expanded, template, facts)
}

// stepLogs keeps the lines of a run.
type stepLogs struct {
	mu   sync.Mutex
	text map[string]string
}

// Take implements runevents.Sink.
func (p *stepLogs) Take(event runevents.Event) {
	if event.Kind != runevents.Log {
		return
	}
	step := worker.StartupStep
	if event.Step != nil {
		step = event.Step.Name
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text[step] += string(event.Lines)
}

func (p *stepLogs) of(step string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text[step]
}

func run(t *testing.T, ctx context.Context, template string, change func(*localrun.Options)) (runevents.Result, *stepLogs) {
	t.Helper()
	deployment, problems := deploy(t, template, localrun.Facts{})
	require.NoError(t, problems.Err())
	return runDeployment(t, ctx, deployment, change)
}

func runDeployment(t *testing.T, ctx context.Context, deployment *localrun.Deployment, change func(*localrun.Options)) (runevents.Result, *stepLogs) {
	t.Helper()
	lines := &stepLogs{text: map[string]string{}}
	options := localrun.Options{
		Shell: "bash", Environment: os.Environ(), Events: runevents.NewStream(lines),
		Logger: slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)),
	}
	if change != nil {
		change(&options)
	}
	result, err := deployment.Run(ctx, options)
	require.NoError(t, err)
	return result, lines
}

// outputs are the payload's outputs by step.
func outputs(t *testing.T, result runevents.Result) map[string]any {
	t.Helper()
	require.Equal(t, runevents.Succeeded, result.Status, "%v", result.Error)
	var payload struct {
		Output map[string]any `json:"output"`
	}
	require.NoError(t, json.Unmarshal(result.Output, &payload))
	return payload.Output
}

// plan is a template with one runner and the given steps.
func plan(steps string) string {
	return "Resources:\n  R: {Type: Attini::Deploy::Runner}\n  P:\n    Type: Attini::Deploy::DeploymentPlan\n    Properties:\n      DefaultRunner: R\n      DeploymentPlan:\n" + steps
}

func TestMapOfJobs(t *testing.T) {
	t.Parallel()
	result, _ := run(t, t.Context(), plan(`
        - Name: Shards
          Type: Map
          ItemsPath: $.customData.shards
          ItemSelector: {output: {}, deploymentOriginData.$: $.deploymentOriginData, shard.$: $$.Map.Item.Value}
          ItemProcessor:
            - Name: Shard
              Type: AttiniRunnerJob
              Properties:
                Environment: {SHARD.$: $.shard}
                Commands: ['printf "{\"%s\": true}" "$SHARD" > "$ATTINI_OUTPUT"']
        - {Name: Merge, Type: AttiniMergeOutput}
`), func(o *localrun.Options) { o.Input = json.RawMessage(`{"customData": {"shards": ["a", "b", "c"]}}`) })
	assert.Equal(t, map[string]any{"Shard": map[string]any{"a": true, "b": true, "c": true}}, outputs(t, result))
}

func TestSiblingOfAFailedBranchEnds(t *testing.T) {
	t.Parallel()
	begun := filepath.Join(t.TempDir(), "begun")
	result, _ := run(t, t.Context(), plan(strings.ReplaceAll(`
        - Name: Fork
          Type: Parallel
          Catch: [{ErrorEquals: [ScriptExecutionError], ResultPath: $.output.Caught, Next: After}]
          Branches:
            - [{Name: Broken, Type: AttiniRunnerJob, Properties: {Commands: [until test -e BEGUN; do sleep 0.01; done, exit 9]}}]
            - [{Name: Endless, Type: AttiniRunnerJob, Properties: {Commands: [touch BEGUN, sleep 600]}}]
        - {Name: After, Type: AttiniRunnerJob, Properties: {Commands: ['echo "$(grep -c "exited with code 9" "$ATTINI_INPUT")" > "$ATTINI_OUTPUT"']}}
`, "BEGUN", begun)), nil)
	assert.Equal(t, float64(1), outputs(t, result)["After"])
	status := map[string]runevents.Status{}
	for _, step := range result.Steps {
		status[step.Name] = step.Status
	}
	assert.Equal(t, runevents.Failed, status["Broken"])
	assert.Equal(t, runevents.Stopped, status["Endless"])
	assert.Equal(t, runevents.Caught, status["Fork"])
}

func TestStateTimeoutEndsTheJob(t *testing.T) {
	t.Parallel()
	result, _ := run(t, t.Context(), plan(`
        - {Name: Slow, Type: AttiniRunnerJob, TimeoutSeconds: 3, Properties: {Commands: [echo begun, sleep 600]}}
`), nil)
	assert.Equal(t, runevents.Failed, result.Status)
	assert.Equal(t, "States.Timeout", result.Error.Name)
	assert.Equal(t, []string{"begun"}, result.Steps[0].Failure.LastLines)
}

func TestInputThatIsNoPayload(t *testing.T) {
	t.Parallel()
	result, _ := run(t, t.Context(), `
Resources:
  P:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        StartAt: List
        States:
          List: {Type: Pass, Result: [1], Next: Job}
          Job: {Type: AttiniRunnerJob, Properties: {Commands: [ls]}, End: true}
`, nil)
	assert.Equal(t, runevents.Failed, result.Status)
	assert.Contains(t, result.Error.Cause, "merge its results with an AttiniMergeOutput step first")
}

func TestPayload(t *testing.T) {
	t.Parallel()
	result, lines := run(t, t.Context(), `
Parameters:
  AttiniEnvironmentName: {Type: String, Default: prod}
  Sizes: {Type: CommaDelimitedList, Default: "s,m"}
  Password: {Type: String, Default: secret, NoEcho: true}
Resources:
  P:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      PayloadDefaults: {mine: !Sub "${AWS::Region}", customData: {a: 1}}
      DeploymentPlan:
        - {Name: Show, Type: AttiniRunnerJob, Properties: {Commands: ['echo "$ATTINI_ENVIRONMENT_NAME $ATTINI_DISTRIBUTION_NAME $ATTINI_AWS_ACCOUNT $ATTINI_AWS_REGION $ATTINI_ARTIFACT_STORE"']}}
`, func(o *localrun.Options) { o.Input = json.RawMessage(`{"customData": {"b": 2}}`) })
	var payload map[string]any
	require.NoError(t, json.Unmarshal(result.Output, &payload))
	assert.Equal(t, "eu-west-1", payload["mine"])
	assert.Equal(t, map[string]any{"b": float64(2)}, payload["customData"])
	assert.Equal(t, map[string]any{"AttiniEnvironmentName": "prod", "Sizes": "s,m"}, payload["stackParameters"])
	assert.Equal(t, "prod shop 111122223333 eu-west-1 attini-artifact-store-eu-west-1-111122223333\n", lines.of("Show"))
}

func TestStopEndsTheRun(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	begun := make(chan struct{})
	result, _ := run(t, ctx, plan(`
        - {Name: Long, Type: AttiniRunnerJob, Properties: {Commands: [sleep 600]}}
`), func(o *localrun.Options) {
		o.Watch = func(event asl.Event) {
			if event.Kind == asl.Entered {
				close(begun)
			}
		}
		go func() { <-begun; stop() }()
	})
	assert.Equal(t, runevents.Stopped, result.Status)
	assert.Empty(t, result.Output)
}

func TestDeployReportsAll(t *testing.T) {
	t.Parallel()
	_, problems := deploy(t, `
Resources:
  R:
    Type: Attini::Deploy::Runner
    Properties:
      RoleArn: !ImportValue role
      RunnerConfiguration: {MaxConcurrentJobs: !GetAtt B.Jobs, JobTimeout: !ImportValue timeout}
  P:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - {Name: Job, Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [!ImportValue command, !GetAtt B.Arn, "{{resolve:ssm:/a}}"]}}
`, localrun.Facts{Lookups: localrun.Lookups{References: map[string]string{"B.Jobs": "21"}}})
	var messages []string
	for _, p := range problems.Sorted() {
		messages = append(messages, p.Rule+": "+p.Path)
	}
	assert.Subset(t, messages, []string{"range: Resources.R.Properties.RunnerConfiguration.MaxConcurrentJobs"})
	assert.Len(t, problems, 5, "the role is not needed here: %v", messages)
}

func TestReadLookups(t *testing.T) {
	t.Parallel()
	lookups, err := localrun.ReadLookups([]byte(`{"Imports": {"a": "1"}, "References": {"B.Arn": "2"}, "Resolved": {"{{resolve:ssm:/c}}": "3"}}`))
	require.NoError(t, err)
	assert.Equal(t, localrun.Lookups{Imports: map[string]string{"a": "1"}, References: map[string]string{"B.Arn": "2"}, Resolved: map[string]string{"{{resolve:ssm:/c}}": "3"}}, lookups)
	_, err = localrun.ReadLookups([]byte(`{"Import": {}}`))
	assert.ErrorContains(t, err, `unknown field "Import"`)
}
