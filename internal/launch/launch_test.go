package launch_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

func TestColdThenWarm(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("first")
		assert.Len(t, a.Tasks(), 1)
		agent := a.started()
		assert.Equal(t, 1, agent.Work())
		time.Sleep(time.Minute)

		a.launch("second")
		assert.Equal(t, 1, agent.Work())
		assert.Len(t, a.Tasks(), 1, "the runner is warm")
		a.succeeded("first", "second")
		assert.Equal(t, map[string]int{
			"Admissions.Admission": 2, "Queue.Send": 2,
			"States.Lock": 1, "Cluster.Run": 1, "States.RecordTask": 1,
			"States.State": 1, "Cluster.Task": 1,
			"Checks.At": 2, "States.SetCheck": 1, // at most one a minute; the lock records the first
		}, a.AllCalls(), "what a cold and a warm start cost")
	})
}

// TestLaunchDoesNotWait: the launcher returns as soon as RunTask has accepted.
func TestLaunchDoesNotWait(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		began := time.Now()
		a.launch("a")
		assert.Zero(t, time.Since(began))
		assert.Equal(t, "PROVISIONING", a.Tasks()[0].LastStatus)
	})
}

// TestTaskRequest: the task's overrides (docs/wire.md, "Task environment"). The
// container is known before the lock is taken.
func TestTaskRequest(t *testing.T) {
	t.Parallel()
	c := onFargate()
	c.Task.RoleARN, c.Task.CPU, c.Task.Memory = "arn:aws:iam::111122223333:role/runner", 512, 1024
	c.Runner = configuration.RunnerConfiguration{MaxConcurrentJobs: 7, IdleTimeToLive: 120, JobTimeout: 600, LogLevel: "DEBUG"}
	c.Startup = configuration.Startup{Commands: []string{"true"}, CommandsTimeout: 30}
	inAccount(t, c, func(t *testing.T, a *account) {
		a.launch("secret-token")
		request := a.Tasks()[0].Request
		container := request.Overrides.Containers[0]
		environment := map[string]string{}
		for _, variable := range container.Environment {
			environment[variable.Name] = variable.Value
		}
		assert.Equal(t, map[string]string{
			"ATTINI_QUEUE_URL": c.QueueURL, "ATTINI_DEPLOY_DATA_TABLE": "AttiniDeployDataV1", "ATTINI_RESOURCE_STATE_TABLE": "AttiniResourceStatesV1",
			"ATTINI_CONFIGURATION_HASH": fmt.Sprint(configuration.Hash(a.id)), "ATTINI_RUNNER_RESOURCE_NAME": "dev-shop-Build",
			"ATTINI_CONFIGURATION_ID":   a.id,
			"ATTINI_DISABLE_ANSI_COLOR": "true", "ATTINI_AWS_ACCOUNT": "111122223333", "ATTINI_AWS_REGION": "eu-west-1",
			"ATTINI_ARTIFACT_STORE": "attini-artifact-store", "ATTINI_STARTUP_COMMANDS_TIMEOUT": "30", "ATTINI_RUNNER_IDLE_TTL": "120",
			"ATTINI_MAX_CONCURRENT_JOBS": "7", "ATTINI_JOB_TIMEOUT": "600", "ATTINI_LOG_LEVEL": "DEBUG",
		}, environment)
		assert.Equal(t, "Container", container.Name)
		assert.Equal(t, settings().Bootstrap.Command(settings().Agent), container.Command)
		container.Command, container.Environment = nil, nil
		request.Overrides.Containers[0].Command, request.Overrides.Containers[0].Environment = nil, nil
		assert.Regexp(t, `^[0-9a-f]{64}$`, request.Token, "a client token")
		request.Token = ""
		assert.Equal(t, launch.TaskRequest{
			Cluster: "attini-default", Definition: c.Task.Definition, LaunchType: "FARGATE",
			Group: "attini-runner:dev-shop-Build", StartedBy: "attini-runner", Network: &c.Network,
			Overrides: launch.Overrides{
				CPU: "512", Memory: "1024", TaskRoleARN: c.Task.RoleARN,
				Containers: []launch.ContainerOverrides{{Name: "Container"}},
			},
		}, request)
	})
}

// TestNoTokenInTheTask: the task contains nothing of a job, because every
// principal that can describe tasks could read it.
func TestNoTokenInTheTask(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("secret-token")
		text, err := json.Marshal(a.Tasks()[0].Request)
		require.NoError(t, err)
		assert.NotContains(t, string(text), "secret-token")
	})
}

// TestNothingSecretIsLogged: the event is never logged.
func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		var log strings.Builder
		l := a.logged(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		require.NoError(t, l.Launch(t.Context(), a.job("secret-token", with("Properties", map[string]any{"Commands": []string{"secret-command"}}))))
		task := a.started()
		task.Take(1)
		require.NoError(t, l.TaskStopped(t.Context(), task.Exit()))
		require.NoError(t, l.Launch(t.Context(), a.job("secret-token-2", with("Properties", "secret-command"))))
		assert.NotEmpty(t, log.String())
		assert.NotContains(t, log.String(), "secret")
	})
}

// TestManyAtOnce: 20 launches at the same moment make one task.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		var all sync.WaitGroup
		for i, token := range tokens(20) {
			event := a.job(token)
			// Every call takes a while, and each launcher is slow elsewhere.
			l := a.launcher(func(call string, _ bool) error {
				time.Sleep(time.Duration((i+1)*len(call)*7%50) * time.Millisecond)
				return nil
			})
			all.Go(func() { assert.NoError(t, l.Launch(t.Context(), event)) })
		}
		all.Wait()
		assert.Len(t, a.Tasks(), 1)
		assert.Equal(t, 1, a.Calls("Cluster.Run"))
		assert.Zero(t, a.Calls("Cluster.Task"), "nobody asks about a task that was just started")
		assert.Equal(t, 20, a.started().Work())
		a.succeeded(tokens(20)...)
	})
}

// TestEveryAttemptIsAJob: a retry of a step, and each iteration of a loop, has its
// own task token and so its own message, also within the five minutes in which
// SQS drops duplicates.
func TestEveryAttemptIsAJob(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("attempt-1")
		a.launch("attempt-2")
		assert.Len(t, a.Messages(a.c.QueueURL), 2)
		assert.Equal(t, 2, a.started().Work())

		a.Wait("attempt-3")
		event := a.event("attempt-3")
		require.NoError(t, a.launcher(nil).Launch(t.Context(), event))
		require.NoError(t, a.launcher(nil).Launch(t.Context(), event), "Lambda invoked twice for one token")
		assert.Len(t, a.Messages(a.c.QueueURL), 1)
	})
}

// TestMessage: docs/wire.md, "Message".
func TestMessage(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		event := a.job("t", func(event map[string]any) {
			input := event["input"].(map[string]any)
			input["Properties"] = "an earlier step's"
			input["taskConfigHashCode"] = 7
			input["odd"] = "é \uFFFF\uFFFE <>&"
			input["big"] = json.Number("12345678901234567890")
		})
		require.NoError(t, a.launcher(nil).Launch(t.Context(), event))
		body := a.Messages(a.c.QueueURL)[0]
		assert.NotContains(t, string(body), "\uFFFF", "SQS does not take it")
		assert.NotContains(t, string(body), "\uFFFE")

		message, err := protocol.ParseMessage(body)
		require.NoError(t, err)
		assert.Equal(t, protocol.Job{Runner: "Build", Commands: []string{"make", "7"}, Environment: map[string]string{"LEVEL": "3"}}, message.Job)
		assert.Equal(t, "t", message.Metadata.TaskToken)
		assert.Equal(t, "Build", message.Metadata.StepName)
		assert.Equal(t, "shop", message.Origin.DistributionName)
		assert.Equal(t, configuration.Hash(a.id), message.ConfigurationHash)
		assert.JSONEq(t, fmt.Sprintf(`{"deploymentOriginData":{"stackName":"dev-shop","environment":"dev","distributionName":"shop"},
			"output":{},"customData":{"count":12.50},"odd":"é \uffff\ufffe <>&","big":12345678901234567890,"taskConfigHashCode":%d}`, configuration.Hash(a.id)),
			string(message.Input()))
		assert.Contains(t, string(message.Input()), "12.50", "numbers keep their digits")
	})
}

// TestTooLarge: the error names both sizes.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	large := func(size int) func(map[string]any) {
		return func(event map[string]any) { event["input"].(map[string]any)["large"] = strings.Repeat("x", size) }
	}
	t.Run("a state's input", func(t *testing.T) {
		t.Parallel()
		inAccount(t, onFargate(), func(t *testing.T, a *account) {
			require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", large(262_144))))
			a.failed("t", "RunnerConfigError", "its input has 262", "a state's may have 262144")
			assert.Zero(t, a.Calls("Queue.Send"))
		})
	})
	t.Run("the most that a state can have", func(t *testing.T) {
		t.Parallel()
		inAccount(t, onFargate(), func(t *testing.T, a *account) {
			var event struct{ Input json.RawMessage }
			require.NoError(t, json.Unmarshal(a.event("t", large(0)), &event))
			require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", large(protocol.MaxPayload-len(event.Input)))))
			assert.Nil(t, a.Step("t").Failure)
			require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("u", large(protocol.MaxPayload-len(event.Input)+1))))
			a.failed("u", "RunnerConfigError")
		})
	})
	t.Run("a message", func(t *testing.T) {
		t.Parallel()
		inAccount(t, onFargate(), func(t *testing.T, a *account) {
			require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", with("Properties", map[string]any{"Commands": []string{strings.Repeat("x", 1<<20)}}))))
			a.failed("t", "RunnerConfigError", "its job has 1049", "at most 1048576")
			assert.Zero(t, a.Calls("Queue.Send"))
		})
	})
	t.Run("the queue's own limit", func(t *testing.T) {
		t.Parallel()
		inAccount(t, onFargate(), func(t *testing.T, a *account) {
			a.MaxMessage = 1000
			require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", large(2000))))
			a.failed("t", "RunnerConfigError", "bytes as a message; a queue takes at most 1048576, and less where its MaximumMessageSize is lower")
			assert.Empty(t, a.Tasks())
		})
	})
}

// TestRefusedRequests: the step fails once with the reason, the function does
// not, and nothing is sent or started.
func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(map[string]any)
		name   string
		says   string
	}{
		"input is a list":       {with("input", []any{}), "RunnerConfigError", "its input is no JSON object but a list; after a Parallel or a Map, merge its results"},
		"no input":              {with("input", nil), "RunnerConfigError", "but nothing"},
		"no origin":             {with("input", map[string]any{"output": map[string]any{}}), "RunnerConfigError", "has no object deploymentOriginData"},
		"no stack":              {with("input", map[string]any{"deploymentOriginData": map[string]any{}}), "RunnerConfigError", `has no stackName`},
		"no runner":             {with("RunnerConfig", nil), "RunnerConfigError", "does not name a Runner"},
		"runner without id":     {with("RunnerConfig", map[string]any{"Runner": "Build"}), "RunnerConfigError", "does not name a Runner and its ConfigurationId"},
		"not deployed":          {with("RunnerConfig", map[string]any{"Runner": "Build", "ConfigurationId": "none"}), "RunnerConfigError", `Runner "Build" is not deployed`},
		"odd id":                {with("RunnerConfig", map[string]any{"Runner": "Build", "ConfigurationId": "x"}), "RunnerConfigError", `has no configuration "x"`},
		"unknown id":            {with("RunnerConfig", map[string]any{"Runner": "Build", "ConfigurationId": "v1-0"}), "RunnerConfigError", `Runner "dev-shop-Build" has no configuration v1-0`},
		"unknown runner":        {with("RunnerConfig", map[string]any{"Runner": "Other", "ConfigurationId": "v1-0"}), "RunnerConfigError", `Runner "dev-shop-Other" has no configuration v1-0`},
		"no properties":         {with("Properties", nil), "IllegalFormatException", `step "Build": Properties must be an object, not nothing`},
		"no commands":           {with("Properties", map[string]any{}), "IllegalFormatException", `step "Build": Commands is required`},
		"commands are a text":   {with("Properties", map[string]any{"Commands": "make"}), "IllegalFormatException", "Commands must be a list of texts, not a text"},
		"a command is a list":   {with("Properties", map[string]any{"Commands": []any{"a", []any{}, map[string]any{}}}), "IllegalFormatException", "Commands[1] must be a text, not a list; Commands[2] must be a text, not an object"},
		"environment is a list": {with("Properties", map[string]any{"Commands": []any{}, "Environment": []any{}}), "IllegalFormatException", "Environment must be an object of texts, not a list"},
		"a variable is a list":  {with("Properties", map[string]any{"Commands": []any{}, "Environment": map[string]any{"A": []any{}}}), "IllegalFormatException", "Environment[A] must be a text, not a list"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", c.change)))
				a.failed("t", c.name, c.says)
				assert.Equal(t, 1, a.Step("t").Answers)
				assert.Zero(t, a.Calls("Queue.Send")+a.Calls("States.Lock")+a.Calls("Cluster.Run"))
			})
		})
	}
}

func TestTheStackMayBeNamedByTheStep(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		event := a.job("t", with("input", map[string]any{"deploymentOriginData": map[string]any{"environment": "dev", "distributionName": "shop"}}),
			with("RunnerConfig", map[string]any{"Runner": "Build", "ConfigurationId": a.id, "StackName": "dev-shop"}))
		require.NoError(t, a.launcher(nil).Launch(t.Context(), event))
		assert.Equal(t, 1, a.started().Work())
	})
}

// TestRequestWithoutToken: without a token the function fails, so that the step does.
func TestRequestWithoutToken(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		for _, event := range []string{`{}`, `[]`, `no`, `{"deploymentPlanExecutionMetadata":{"stepName":"Build"}}`} {
			require.ErrorContains(t, a.launcher(nil).Launch(t.Context(), []byte(event)), "read ", event)
		}
		assert.Empty(t, a.AllCalls())
	})
}

// TestUnusableConfiguration: an invalid configuration fails the step before the
// lock is taken, and no host is started.
func TestUnusableConfiguration(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*configuration.Configuration)
		says   string
	}{
		"public address": {func(c *configuration.Configuration) { c.Network.AssignPublicIP = "PERHAPS" }, "AwsVpcConfiguration.AssignPublicIp"},
		"no container":   {func(c *configuration.Configuration) { c.Task.Container = "" }, "has no container"},
		"idle time":      {func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 5 }, "RunnerConfiguration.IdleTimeToLive"},
		"overrides":      {func(c *configuration.Configuration) { c.QueueURL = "https://" + strings.Repeat("q", 9000) }, "and ECS takes 8192"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := onHost()
			c.change(&changed)
			inAccount(t, changed, func(t *testing.T, a *account) {
				a.launch("t")
				a.failed("t", "RunnerConfigError", `Runner "Build": `, c.says)
				assert.Equal(t, []string{"Admissions.Admission", "Steps.Fail"}, a.Called())
			})
		})
	}
}

func TestQueueIsGone(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.RemoveQueue(a.c.QueueURL)
		a.launch("t")
		a.failed("t", "RunnerConfigError", "the runner's queue does not exist")
		assert.Empty(t, a.Tasks())
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	_, err := launch.New(launch.Settings{Region: "eu-west-1"}, launch.Ports{}, nil)
	require.EqualError(t, err, "configure the launcher: the account is missing\nthe table of deployments is missing\nthe table of resource states is missing\n"+
		"the artifact store is missing\nthe agent's version is missing\na port is missing")
	_, err = launch.NewRemover(launch.Ports{}, nil)
	require.EqualError(t, err, "configure the remover of runners: a port is missing")
}
