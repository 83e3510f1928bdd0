package launch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

const (
	evilMachine   = "arn:aws:states:eu-west-1:111122223333:stateMachine:EvilPlan"
	evilExecution = "arn:aws:states:eu-west-1:111122223333:execution:EvilPlan:1"
)

// evil makes the request one of the plan of the stack "evil", with its own deployment
// in the payload, for the runner of dev-shop.
func evil(a *account) func(map[string]any) {
	return func(event map[string]any) {
		event["RunnerConfig"] = map[string]any{"Runner": "Build", "StackName": "dev-shop", "ConfigurationId": a.id}
		event["deploymentPlanExecutionMetadata"].(map[string]any)["executionArn"] = evilExecution
		event["input"] = map[string]any{"deploymentOriginData": map[string]any{"stackName": "evil", "environment": "default", "distributionName": "evil"}}
	}
}

// TestForeignJob: a job runs on a runner of its plan's own stack, or on one whose
// template shares it.
func TestForeignJob(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		plan   string // the stack of the plan
		shared []string
		runs   bool
	}{
		"not shared":                  {"evil", nil, false},
		"shared with others":          {"evil", []string{"dev-web"}, false},
		"shared with a longer name":   {"evil", []string{"evil-web"}, false},
		"shared with a shorter name":  {"evil-web", []string{"evil"}, false},
		"shared in other letters":     {"evil", []string{"Evil"}, false},
		"shared with another prefix":  {"evil", []string{"dev-*"}, false},
		"of no stack":                 {"", []string{"*"}, false},
		"shared":                      {"evil", []string{"dev-web", "evil"}, true},
		"shared by the name's start":  {"evil", []string{"ev*"}, true},
		"shared by the name's start ": {"evil", []string{"evil*"}, true},
		"shared with all":             {"evil", []string{"*"}, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			configuration := onFargate()
			configuration.Task.RoleARN = "arn:aws:iam::111122223333:role/admin-for-dev-shop"
			configuration.SharedWith = c.shared
			inAccount(t, configuration, func(t *testing.T, a *account) {
				a.Begin("default-evil", evilMachine, evilExecution, deployed())
				a.SetPlan(evilMachine, c.plan)
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", evil(a))))
				if c.runs {
					assert.Equal(t, 1, a.started().Work())
					return
				}
				says := `Runner "Build" belongs to the stack dev-shop, and jobs of the stack ` + c.plan + " may not run on it"
				if c.plan == "" {
					says = "is not the plan of a stack"
				}
				a.failed("t", "RunnerConfigError", says)
				assert.Zero(t, a.Calls("Queue.Send")+a.Calls("States.Lock")+a.Calls("Cluster.Run"))
			})
		})
	}
}

// TestForeignTools: the steps of tools are jobs, of the same runners.
func TestForeignTools(t *testing.T) {
	t.Parallel()
	for action, properties := range map[string]map[string]any{
		protocol.ActionPackageSAM: {"Project": map[string]any{"Path": "/"}},
		protocol.ActionDeployCDK:  {"Path": "/"},
		protocol.ActionDiffCDK:    {"Path": "/"},
	} {
		inAccount(t, onFargate(), func(t *testing.T, a *account) {
			a.Begin("default-evil", evilMachine, evilExecution, deployed())
			a.SetPlan(evilMachine, "evil")
			require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", evil(a), func(event map[string]any) {
				event[protocol.KeyActionType], event[protocol.KeyProperties] = action, properties
			})))
			a.failed("t", "RunnerConfigError", "belongs to the stack dev-shop")
			assert.Zero(t, a.Calls("Queue.Send")+a.Calls("Cluster.Run"), action)
		})
	}
}

// TestForeignExecution: whoever may invoke the launcher can name any execution, which
// then has to be one of the deployment that it names.
func TestForeignExecution(t *testing.T) {
	t.Parallel()
	for name, arn := range map[string]string{
		"of another deployment":     execution,
		"of another account":        "arn:aws:states:eu-west-1:999999999999:execution:EvilPlan:1",
		"of another region":         "arn:aws:states:us-east-1:111122223333:execution:EvilPlan:1",
		"of another partition":      "arn:aws-cn:states:eu-west-1:111122223333:execution:EvilPlan:1",
		"a state machine":           evilMachine,
		"in letters that look like": "arn:aws:states:eu-west-1:111122223333:execution:EvilPlаn:1",
		"a Map's label of another":  "arn:aws:states:eu-west-1:111122223333:execution:EvilPlan2/Plan:1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				a.Begin("default-evil", evilMachine, evilExecution, deployed())
				a.SetPlan(evilMachine, "evil")
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", evil(a), func(event map[string]any) {
					event["deploymentPlanExecutionMetadata"].(map[string]any)["executionArn"] = arn
				})))
				a.failed("t", "RunnerConfigError", "which has not started the step's plan")
				assert.Zero(t, a.Calls("Queue.Send"))
			})
		})
	}
}

// TestForgedStep: whoever has read another stack's execution and configuration id, in
// the state table or in a task's environment, cannot have jobs run as one of its steps.
func TestForgedStep(t *testing.T) {
	t.Parallel()
	secretMade := deployed().Add(-time.Minute)
	cases := map[string]struct {
		made time.Time // the secret; zero if the runner has none
		sent func(secret configuration.Secret, id string) string
		runs bool
	}{
		"the id alone":        {secretMade, func(_ configuration.Secret, id string) string { return id }, false},
		"an empty capability": {secretMade, func(_ configuration.Secret, id string) string { return id + "." }, false},
		"a guess":             {secretMade, func(_ configuration.Secret, id string) string { return id + ".00112233445566778899aabbccddeeff" }, false},
		"that of another id": {secretMade, func(s configuration.Secret, id string) string {
			return id + strings.TrimPrefix(s.WithCapability("v1-other"), "v1-other")
		}, false},
		"that of another runner": {secretMade, func(_ configuration.Secret, id string) string {
			return configuration.NewSecret(secretMade).WithCapability(id)
		}, false},
		"half of it":               {secretMade, func(s configuration.Secret, id string) string { return s.WithCapability(id)[:len(id)+17] }, false},
		"a guess at an old plan":   {deployed().Add(time.Minute), func(_ configuration.Secret, id string) string { return id + ".0" }, false},
		"its own":                  {secretMade, configuration.Secret.WithCapability, true},
		"its own, before its plan": {deployed().Add(time.Minute), configuration.Secret.WithCapability, true},
		// The stack is being deployed for the first time since the update, or was rolled back.
		"a plan of before":          {deployed().Add(time.Minute), func(_ configuration.Secret, id string) string { return id }, true},
		"a runner without a secret": {time.Time{}, func(_ configuration.Secret, id string) string { return id }, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				secret := configuration.Secret{}
				if !c.made.IsZero() {
					secret = configuration.NewSecret(c.made)
					a.SetSecret(a.name(), secret)
				}
				sent := c.sent(secret, a.id)
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", func(event map[string]any) {
					event["RunnerConfig"] = map[string]any{"Runner": "Build", "ConfigurationId": sent}
				})))
				if c.runs {
					require.Equal(t, 1, a.started().Work())
					_, capability, _ := strings.Cut(sent, ".")
					for _, body := range a.Messages(a.c.QueueURL) {
						if capability != "" {
							assert.NotContains(t, string(body), capability, "other runners' roles can read a message")
						}
					}
					return
				}
				a.failed("t", "RunnerConfigError", "does not prove that it may use the runner dev-shop-Build")
				assert.Zero(t, a.Calls("Queue.Send")+a.Calls("States.Lock")+a.Calls("Cluster.Run"))
			})
		})
	}
}

// TestForgedPrewarm: a runner is started ahead, with its role and at its owner's cost,
// for those that may use it.
func TestForgedPrewarm(t *testing.T) {
	t.Parallel()
	for name, tasks := range map[string]int{"": 0, "00112233445566778899aabbccddeeff": 0, "own": 1} {
		inAccount(t, onFargate(), func(t *testing.T, a *account) {
			secret := configuration.NewSecret(deployed())
			a.SetSecret(a.name(), secret)
			target := message.PrewarmTarget{Runner: a.name(), Configuration: a.id, Capability: name}
			if name == "own" {
				_, target.Capability = configuration.SplitCapability(secret.WithCapability(a.id))
			}
			require.NoError(t, a.launcher(nil).Prewarm(t.Context(), []message.PrewarmTarget{target}))
			assert.Len(t, a.Tasks(), tasks, name)
		})
	}
}

// TestForeignTaskIsNotStopped: an agent can write any task into a claim of its runner,
// and the runner's removal stops the runner's own tasks alone.
func TestForeignTaskIsNotStopped(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("own")
		production, err := a.Ports(nil).Cluster.Run(t.Context(), launch.TaskRequest{Token: "production", Cluster: "production", Group: "service:orders"})
		require.NoError(t, err)
		a.Claim(a.name(), launch.Claim{Name: "forged", Token: "forged", Task: production.ARN})
		require.NoError(t, a.remove(nil))
		for _, task := range a.Tasks() {
			assert.Equal(t, task.ARN != production.ARN, task.StopAsked, task.ARN)
		}
	})
}
