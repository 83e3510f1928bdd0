package launch_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// of changes which execution a request is of, when that began, and when the
// payload says that its deployment did.
func of(arn, began string, deploymentTime any) func(map[string]any) {
	return func(event map[string]any) {
		metadata := event["deploymentPlanExecutionMetadata"].(map[string]any)
		metadata["executionArn"], metadata["executionStartTime"] = arn, began
		origin := event["input"].(map[string]any)["deploymentOriginData"].(map[string]any)
		origin["deploymentTime"] = deploymentTime
	}
}

const (
	byHand = "arn:aws:states:eu-west-1:111122223333:execution:Plan:by-hand"
	child  = "arn:aws:states:eu-west-1:111122223333:execution:Plan/EachRegion:5d4c3b2a"
	after  = "2026-05-01T11:30:00.123Z"
	before = "2026-05-01T09:00:00.000Z"
)

// TestExecutionsOfTheDeployment: what a person starts by hand, and the children
// of a distributed Map, run; the message says to whose deployment they belong.
func TestExecutionsOfTheDeployment(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(map[string]any)
		want   string
	}{
		"the one that the deployment started":   {of(execution, after, deployed().UnixMilli()), ""},
		"that one, whatever its payload says":   {of(execution, "", 7), ""},
		"by hand, with the payload of that one": {of(byHand, after, deployed().UnixMilli()), execution},
		"by hand, with an own payload":          {of(byHand, after, nil), execution},
		"by hand, with an odd time":             {of(byHand, after, "yesterday"), execution},
		"a child of a distributed Map":          {of(child, after, deployed().UnixMilli()), execution},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", c.change)))
				messages := a.Messages(a.c.QueueURL)
				require.Len(t, messages, 1)
				var sent struct {
					Metadata map[string]any `json:"deploymentPlanExecutionMetadata"`
				}
				require.NoError(t, json.Unmarshal(messages[0], &sent))
				started, named := sent.Metadata["deploymentExecutionArn"]
				assert.Equal(t, c.want != "", named)
				if named {
					assert.Equal(t, c.want, started)
				}
				message, err := protocol.ParseMessage(messages[0])
				require.NoError(t, err)
				assert.Equal(t, "t", message.Metadata.TaskToken)
				assert.NotEqual(t, c.want, message.Metadata.ExecutionARN, "a job's logs are its own execution's")
				assert.Equal(t, 1, a.started().Work())
			})
		})
	}
}

// TestExecutionsOfOtherDeployments: their jobs do not run, and their steps hear
// why at once.
func TestExecutionsOfOtherDeployments(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(map[string]any)
		says   string
	}{
		"it began before":        {of(byHand, before, nil), `step "Build": its plan was deployed again at 2026-05-01T09:59:00Z, after this execution began, so no more of its jobs are run; the deployment has started ` + execution},
		"nobody knows when":      {of(byHand, "", nil), "after this execution began"},
		"its payload is earlier": {of(byHand, after, deployed().Add(-time.Millisecond).UnixMilli()), "its payload is of an earlier deployment than the current one, of 2026-05-01T09:59:00Z; begin the plan with the input of " + execution},
		"another plan":           {of("arn:aws:states:eu-west-1:111122223333:execution:Other:1", after, nil), `its payload names the deployment "dev-shop", which has not started the step's plan`},
		"no execution":           {of("", after, nil), "has not started the step's plan"},
		"an odd execution":       {of("arn:aws:states:eu-west-1:111122223333:express:Plan:1:2", after, nil), "has not started the step's plan"},
		"another deployment": {func(event map[string]any) {
			of(byHand, after, nil)(event)
			event["input"].(map[string]any)["deploymentOriginData"].(map[string]any)["environment"] = "prod"
		}, `its payload names the deployment "prod-shop"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", c.change)))
				a.failed("t", "RunnerConfigError", c.says)
				assert.Zero(t, a.Calls("Queue.Send")+a.Calls("States.Lock")+a.Calls("Cluster.Run"))
			})
		})
	}
}

// TestUnreadableAdmission: nothing is guessed.
func TestUnreadableAdmission(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		down := errors.New("throttled")
		hook := func(call string, done bool) error {
			if call == "Admissions.Admission" && !done {
				return down
			}
			return nil
		}
		require.NoError(t, a.launcher(hook).Launch(t.Context(), a.job("t")))
		a.failed("t", "TaskFailedToStart", "read the runner dev-shop-Build, its configuration and what the step's plan was deployed with: throttled", "give the step a Retry")
		assert.Zero(t, a.Calls("Queue.Send"))
	})
}
