package launch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/bootstrap"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/launch/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// account is a World with one deployed runner.
type account struct {
	*launchtest.Fake
	t  *testing.T
	c  configuration.Configuration
	id string
}

// inAccount runs a test in an account of its own, where time passes only when
// everybody waits.
func inAccount(t *testing.T, c configuration.Configuration, test func(t *testing.T, a *account)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := launchtest.NewFake()
		fake.Begin("dev-shop", stateMachine, execution, deployed())
		fake.SetPlan(stateMachine, c.StackName)
		test(t, &account{Fake: fake, t: t, c: c, id: fake.Deploy(c)})
	})
}

// The execution that the deployment has started, and its state machine.
const (
	stateMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:Plan"
	execution    = "arn:aws:states:eu-west-1:111122223333:execution:Plan:1"
)

// deployed is when the plan was deployed.
func deployed() time.Time { return time.Date(2026, 5, 1, 9, 59, 0, 0, time.UTC) }

func onFargate() configuration.Configuration { return launchtest.OnFargate() }

func onHost() configuration.Configuration { return launchtest.OnHost() }

func (a *account) name() string { return a.c.ResourceName() }

func settings() launch.Settings {
	return launch.Settings{
		Account: "111122223333", Region: "eu-west-1",
		DeployDataTable: "AttiniDeployDataV1", ResourceStateTable: "AttiniResourceStatesV1", ArtifactStore: "attini-artifact-store",
		Agent: bootstrap.Agent{Version: "2.1.0", Downloads: []bootstrap.Download{
			{Machine: "x86_64", URL: "https://releases.example/attini-runner", SHA256: strings.Repeat("ab", 32)},
		}},
		Bootstrap: bootstrap.Shell{},
	}
}

// launcher is a launcher of the account, with ports that have the hook.
func (a *account) launcher(hook launchtest.Hook) *launch.Launcher {
	a.t.Helper()
	l, err := launch.New(settings(), a.Ports(hook), nil)
	require.NoError(a.t, err)
	return l
}

// remove ends the runner as the lifecycle function does.
func (a *account) remove(hook launchtest.Hook) error {
	a.t.Helper()
	remover, err := launch.NewRemover(a.Ports(hook), nil)
	require.NoError(a.t, err)
	return remover.Remove(a.t.Context(), a.name())
}

func (a *account) logged(to slog.Handler) *launch.Launcher {
	a.t.Helper()
	l, err := launch.New(settings(), a.Ports(nil), slog.New(to))
	require.NoError(a.t, err)
	return l
}

// job is a step that waits, and its request.
func (a *account) job(token string, changes ...func(event map[string]any)) []byte {
	a.t.Helper()
	a.Wait(token)
	return a.event(token, changes...)
}

func (a *account) event(token string, changes ...func(event map[string]any)) []byte {
	a.t.Helper()
	event := map[string]any{
		"attiniActionType": "ExecuteRunner",
		"RunnerConfig":     map[string]any{"Runner": a.c.RunnerName, "ConfigurationId": a.id},
		"Properties":       map[string]any{"Runner": a.c.RunnerName, "Commands": []any{"make", 7}, "Environment": map[string]any{"LEVEL": 3}},
		"deploymentPlanExecutionMetadata": map[string]any{
			"executionArn": execution, "executionStartTime": "2026-05-01T10:00:00Z",
			"sfnToken": token, "retryCounter": 0, "stepName": "Build",
		},
		"input": map[string]any{
			"deploymentOriginData": map[string]any{"stackName": a.c.StackName, "environment": "dev", "distributionName": "shop"},
			"output":               map[string]any{}, "customData": map[string]any{"count": json.Number("12.50")},
		},
	}
	for _, change := range changes {
		change(event)
	}
	text, err := json.Marshal(event)
	require.NoError(a.t, err)
	return text
}

// launch launches a job with no faults.
func (a *account) launch(token string) {
	a.t.Helper()
	require.NoError(a.t, a.launcher(nil).Launch(a.t.Context(), a.job(token)))
}

// run starts the newest task's agent.
func (a *account) agent() *launchtest.Agent {
	a.t.Helper()
	tasks := a.Tasks()
	require.NotEmpty(a.t, tasks)
	return a.Agent(tasks[len(tasks)-1].ARN)
}

func (a *account) started() *launchtest.Agent {
	a.t.Helper()
	agent := a.agent()
	require.True(a.t, agent.Start(), "the state names the task")
	return agent
}

func (a *account) state() launch.State {
	a.t.Helper()
	state, err := a.Ports(nil).States.State(context.Background(), a.name())
	require.NoError(a.t, err)
	return state
}

// stopped delivers the event of a task's end.
func (a *account) stopped(task launch.TaskStatus) {
	a.t.Helper()
	require.NoError(a.t, a.launcher(nil).TaskStopped(a.t.Context(), task))
}

// succeeded asserts that steps have their result, each by one answer.
func (a *account) succeeded(tokens ...string) {
	a.t.Helper()
	for _, token := range tokens {
		step := a.Step(token)
		assert.True(a.t, step.Succeeded, "%s: %v", token, step.Failure)
		assert.Equal(a.t, 1, step.Answers, token)
	}
}

// failed asserts that a step failed so.
func (a *account) failed(token, name string, says ...string) {
	a.t.Helper()
	failure := a.Step(token).Failure
	if !assert.NotNil(a.t, failure, "%s has not failed", token) {
		return
	}
	assert.Equal(a.t, name, failure.Name, failure.Cause)
	for _, text := range says {
		assert.Contains(a.t, failure.Cause, text)
	}
}

// redeploy deploys a changed configuration; events are then for that one.
func (a *account) redeploy(change func(*configuration.Configuration)) {
	change(&a.c)
	a.id = a.Deploy(a.c)
}

var (
	errDead   = errors.New("the caller died")
	errFailed = errors.New("the service does not answer")
)

// dieAtCall is a user's ports that die at call n, before it is done or after that.
// Whoever is dead makes no more calls.
func dieAtCall(n int, done bool) launchtest.Hook {
	count, dead := 0, false
	return func(_ string, now bool) error {
		if dead {
			panic(errDead)
		}
		if now == done {
			if count++; count == n {
				dead = true
				panic(errDead)
			}
		}
		return nil
	}
}

// survives runs a user of dying ports, and reports whether it lived.
func survives(do func()) (alive bool) {
	defer func() {
		if thrown := recover(); thrown != nil {
			if thrown != errDead {
				panic(thrown)
			}
			alive = false
		}
	}()
	do()
	return true
}

// failing is a user's ports of which call n fails, before it is done or after
// that.
func failing(n int, done bool) launchtest.Hook {
	count := 0
	return func(_ string, now bool) error {
		if now == done {
			if count++; count == n {
				return errFailed
			}
		}
		return nil
	}
}

func with(key string, value any) func(map[string]any) {
	return func(event map[string]any) {
		if value == nil {
			delete(event, key)
			return
		}
		event[key] = value
	}
}

func tokens(count int) []string {
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("token-%d", i)
	}
	return names
}

// message is what a launch of the job would send.
func (a *account) message(token string) string {
	a.t.Helper()
	request, err := message.ParseRequest(a.event(token))
	require.NoError(a.t, err)
	body, err := request.Message()
	require.NoError(a.t, err)
	return string(body)
}

// registerAll has every host register that boots; each is delivered.
func (a *account) registerAll() {
	a.t.Helper()
	for _, host := range a.Hosts() {
		if host.State == "pending" {
			time.Sleep(time.Minute)
			a.registered(a.Register(host.ID, a.name()))
		}
	}
}

// pass lets time pass, and delivers the checks that come.
func (a *account) pass(duration time.Duration) { a.passWith(nil, duration) }

func (a *account) passWith(hook launchtest.Hook, duration time.Duration) {
	a.t.Helper()
	end := time.Now().Add(duration)
	for {
		next, found := a.NextCheck()
		if !found || next.After(end) {
			time.Sleep(time.Until(end))
			return
		}
		time.Sleep(time.Until(next))
		for _, runner := range a.DueChecks() {
			require.NoError(a.t, a.launcher(hook).Check(context.Background(), runner))
		}
	}
}

func (a *account) registered(instance launch.Instance) {
	a.t.Helper()
	require.NoError(a.t, a.launcher(nil).HostRegistered(a.t.Context(), a.c.Task.Cluster, instance))
}
