package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/bootstrap"
	"github.com/attini-go/runner/internal/launch/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recordingLauncher is a launcher that keeps what it is told.
type recordingLauncher struct {
	launched []string
	wanted   []message.PrewarmTarget
	tasks    []launch.TaskStatus
	clusters []string
	hosts    []launch.Instance
	ended    int
	gone     []string
	checked  []string
	err      error
}

func (h *recordingLauncher) Launch(_ context.Context, event []byte) error {
	h.launched = append(h.launched, string(event))
	return h.err
}

func (h *recordingLauncher) Prewarm(_ context.Context, wanted []message.PrewarmTarget) error {
	h.wanted = append(h.wanted, wanted...)
	return h.err
}

func (h *recordingLauncher) TaskEvent(_ context.Context, task launch.TaskStatus) error {
	h.tasks = append(h.tasks, task)
	return h.err
}

func (h *recordingLauncher) HostEvent(_ context.Context, cluster string, instance launch.Instance) error {
	h.clusters, h.hosts = append(h.clusters, cluster), append(h.hosts, instance)
	return h.err
}

func (h *recordingLauncher) ExecutionEnded(context.Context) error {
	h.ended++
	return h.err
}

func (h *recordingLauncher) HostEnded(_ context.Context, host string) error {
	h.gone = append(h.gone, host)
	return h.err
}

func (h *recordingLauncher) Check(_ context.Context, runner string) error {
	h.checked = append(h.checked, runner)
	return h.err
}

var errTold = errors.New("it went wrong")

func TestEvents(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		event string
		want  recordingLauncher
	}{
		"a job": {`{"attiniActionType":"ExecuteRunner"}`, recordingLauncher{launched: []string{`{"attiniActionType":"ExecuteRunner"}`}}},
		"a task": {
			`{"version":"0","source":"aws.ecs","detail-type":"ECS Task State Change","detail":{"taskArn":"arn:task","clusterArn":"arn:cluster",
				"group":"attini-runner:dev-shop-Build","startedBy":"attini-runner/i-1","lastStatus":"STOPPED","desiredStatus":"STOPPED","stopCode":"EssentialContainerExited",
				"stoppedReason":"why","containers":[{"name":"a","exitCode":0},{"name":"b","exitCode":137,"reason":"OOM"},{"name":"c"}],"version":5,"overrides":{}}}`,
			recordingLauncher{tasks: []launch.TaskStatus{{
				ARN: "arn:task", Cluster: "arn:cluster", Group: "attini-runner:dev-shop-Build", StartedBy: "attini-runner/i-1",
				LastStatus: "STOPPED", DesiredStatus: "STOPPED", StopCode: "EssentialContainerExited", StopReason: "why",
				Containers: []launch.ContainerStatus{{Name: "a", Ended: true}, {Name: "b", Ended: true, ExitCode: 137, Reason: "OOM"}, {Name: "c"}},
			}}},
		},
		"an instance that ends": {
			`{"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification","detail":{"instance-id":"i-1","state":"shutting-down"}}`,
			recordingLauncher{gone: []string{"i-1"}},
		},
		"checks": {
			`{"Records":[{"messageId":"1","body":"dev-shop-Build","eventSource":"aws:sqs"},{"messageId":"2","body":"dev-shop-Test","eventSource":"aws:sqs"}]}`,
			recordingLauncher{checked: []string{"dev-shop-Build", "dev-shop-Test"}},
		},
		"a host": {
			`{"source":"aws.ecs","detail-type":"ECS Container Instance State Change","detail":{"clusterArn":"arn:cluster","ec2InstanceId":"i-1","status":"ACTIVE",
				"agentConnected":true,"runningTasksCount":1,"pendingTasksCount":1,"attributes":[{"name":"ecs.capability.x"},{"name":"runnerResourceName","value":"dev-shop-Build"}]}}`,
			recordingLauncher{clusters: []string{"arn:cluster"}, hosts: []launch.Instance{{Host: "i-1", Runner: "dev-shop-Build", Ready: true, Tasks: 2}}},
		},
		"a host that is not connected": {
			`{"detail-type":"ECS Container Instance State Change","detail":{"clusterArn":"arn:cluster","ec2InstanceId":"i-1","status":"ACTIVE","agentConnected":false}}`,
			recordingLauncher{clusters: []string{"arn:cluster"}, hosts: []launch.Instance{{Host: "i-1"}}},
		},
		"an execution that succeeded": {`{"source":"aws.states","detail-type":"Step Functions Execution Status Change","detail":{"status":"SUCCEEDED"}}`, recordingLauncher{}},
		"an execution":                {`{"source":"aws.states","detail-type":"Step Functions Execution Status Change","detail":{"status":"FAILED"}}`, recordingLauncher{ended: 1}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := &recordingLauncher{}
			answer, err := handler{logger: slog.New(slog.DiscardHandler), launcher: told}.Invoke(t.Context(), []byte(c.event))
			require.NoError(t, err)
			assert.JSONEq(t, `{}`, string(answer))
			assert.Equal(t, c.want, *told)

			if reflect.DeepEqual(c.want, recordingLauncher{}) {
				return
			}
			_, err = handler{logger: slog.New(slog.DiscardHandler), launcher: &recordingLauncher{err: errTold}}.Invoke(t.Context(), []byte(c.event))
			require.ErrorIs(t, err, errTold, "so that it is delivered again")
		})
	}
}

func TestUnknownEvents(t *testing.T) {
	t.Parallel()
	for event, says := range map[string]string{
		`no`: "it is no JSON object", `[]`: "it is no JSON object", `{}`: `unknown kind ""`,
		`{"attiniActionType":"DeploySecret"}`:                                            `there is no attiniActionType "DeploySecret"`,
		`{"detail-type":"Scheduled Event"}`:                                              `unknown kind "Scheduled Event"`,
		`{"detail-type":"ECS Task State Change","detail":"secret"}`:                      "its detail is no task",
		`{"detail-type":"ECS Task State Change","detail":{}}`:                            "its detail is no task",
		`{"detail-type":"ECS Container Instance State Change","detail":["secret"]}`:      "its detail is no container instance",
		`{"detail-type":"ECS Container Instance State Change","detail":{"status":"x"}}`:  "its detail is no container instance",
		`{"attiniActionType":"MergeOutput","branches":7}`:                                "has no list of results",
		`{"attiniActionType":"MergeOutput","branches":[{"output":"secret"},["secret"]]}`: "result 1 is no payload object",
	} {
		told := &recordingLauncher{}
		_, err := handler{logger: slog.New(slog.DiscardHandler), launcher: told}.Invoke(t.Context(), []byte(event))
		require.ErrorContains(t, err, says, event)
		assert.NotContains(t, err.Error(), "secret")
		assert.Equal(t, recordingLauncher{}, *told)
	}
}

// TestPrewarm never fails the plan.
func TestPrewarm(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	told := &recordingLauncher{err: errTold}
	h := handler{logger: slog.New(slog.NewJSONHandler(&log, nil)), launcher: told}
	answer, err := h.Invoke(t.Context(), []byte(`{"attiniActionType":"Prewarm","Runners":[{"Runner":"Build","ConfigurationId":"v1-0"},{"Runner":"Odd","ConfigurationId":"x"}],
		"input":{"deploymentOriginData":{"stackName":"dev-shop"},"secret":"secret"}}`))
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, string(answer))
	assert.Equal(t, []message.PrewarmTarget{{Runner: "dev-shop-Build", Configuration: "v1-0"}}, told.wanted)
	assert.Contains(t, log.String(), "it went wrong")
	assert.Contains(t, log.String(), `Runner \"Odd\" has no configuration`)
	assert.NotContains(t, log.String(), "secret")
}

func TestMerge(t *testing.T) {
	t.Parallel()
	h := handler{logger: slog.New(slog.DiscardHandler), launcher: &recordingLauncher{}}
	answer, err := h.Invoke(t.Context(), []byte(`{"attiniActionType":"MergeOutput","branches":[{"output":{"a":"<&>","n":12345678901234567890}},{"output":{"b":1.50}}]}`))
	require.NoError(t, err)
	assert.Equal(t, `{"output":{"a":"<&>","b":1.50,"n":12345678901234567890}}`, string(answer))

	_, err = h.Invoke(t.Context(), []byte(`{"attiniActionType":"MergeOutput"}`))
	var named messages.InvokeResponse_Error
	require.True(t, errors.As(err, &named))
	assert.Equal(t, "MergeOutputError", named.Type, "what a Catch can match")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	environment := map[string]string{
		"ATTINI_RESOURCE_STATES_TABLE": "states", "ATTINI_DEPLOYMENT_ORIGIN_TABLE": "deployments", "ATTINI_ARTIFACT_BUCKET": "bucket", "ATTINI_RUNNER_CHECKS_URL": "https://q",
		"AWS_REGION": "eu-west-1", "AWS_ACCOUNT_ID": "111122223333",
	}
	getenv := func(name string) string { return environment[name] }
	settings, err := readSettings(getenv)
	require.NoError(t, err)
	assert.Equal(t, launch.Settings{
		Account: "111122223333", Region: "eu-west-1", DeployDataTable: "deployments", ResourceStateTable: "states", ArtifactStore: "bucket",
		Agent: bootstrap.Agent{Version: "2.1.0"}, Bootstrap: bootstrap.Shell{},
	}, settings)

	sum := "00000000000000000000000000000000000000000000000000000000000000ab"
	environment["ATTINI_RUNNER_VERSION"] = "2.3.0"
	environment["ATTINI_RUNNER_URL_AARCH64"], environment["ATTINI_RUNNER_SHA256_AARCH64"] = "https://x", sum
	settings, err = readSettings(getenv)
	require.NoError(t, err)
	assert.Equal(t, bootstrap.Agent{Version: "2.3.0", Downloads: []bootstrap.Download{{Machine: "aarch64", URL: "https://x", SHA256: sum}}}, settings.Agent)

	_, err = readSettings(func(name string) string {
		return map[string]string{"ATTINI_RUNNER_URL_X86_64": "https://x", "ATTINI_RUNNER_SHA256_X86_64": "ab", "ATTINI_RUNNER_SHA256_AARCH64": sum}[name]
	})
	require.EqualError(t, err, "the environment variable ATTINI_RUNNER_CHECKS_URL is missing\nthe environment variable ATTINI_RESOURCE_STATES_TABLE is missing\nthe environment variable ATTINI_DEPLOYMENT_ORIGIN_TABLE is missing\n"+
		"the environment variable ATTINI_ARTIFACT_BUCKET is missing\nthe environment variable AWS_REGION is missing\nthe environment variable AWS_ACCOUNT_ID is missing\n"+
		"the environment variables ATTINI_RUNNER_URL_X86_64 and ATTINI_RUNNER_SHA256_X86_64 must be an http or https address of up to 256 characters and the 64 hexadecimal digits of its file's SHA-256, or both be empty\n"+
		"the environment variables ATTINI_RUNNER_URL_AARCH64 and ATTINI_RUNNER_SHA256_AARCH64 must be an http or https address of up to 256 characters and the 64 hexadecimal digits of its file's SHA-256, or both be empty")
}

func TestAddressesOfAgents(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"https://x/agent": true, "http://127.0.0.1:8080/agent?v=1": true, "https://x/" + strings.Repeat("a", 246): true,
		"https://x/" + strings.Repeat("a", 247): false, "ftp://x/agent": false, "/agent": false, "https:///agent": false, "": false,
	} {
		assert.Equal(t, good, isURL(address), address)
	}
}

// FuzzInvoke: no event breaks the function.
func FuzzInvoke(f *testing.F) {
	f.Add([]byte(`{"attiniActionType":"ExecuteRunner"}`))
	f.Add([]byte(`{"attiniActionType":"MergeOutput","branches":[{},{}]}`))
	f.Add([]byte(`{"attiniActionType":"Prewarm","Runners":[{}]}`))
	f.Add([]byte(`{"detail-type":"ECS Task State Change","detail":{"taskArn":"a","containers":[{"exitCode":1}]}}`))
	f.Add([]byte(`{"detail-type":"ECS Container Instance State Change","detail":{"clusterArn":"a","attributes":[{}]}}`))
	f.Fuzz(func(t *testing.T, event []byte) {
		answer, err := handler{logger: slog.New(slog.DiscardHandler), launcher: &recordingLauncher{}}.Invoke(t.Context(), event)
		assert.True(t, err != nil || json.Valid(answer))
	})
}
