package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// waiting is a state that waits for its token, with more fields as given.
func waiting(function, fields string) string {
	return fmt.Sprintf(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":%q,
		"Payload":{"token.$":"$$.Task.Token","retry.$":"$$.State.RetryCount","state.$":"$$.State.Name"}}%s}`, function, fields)
}

// oneState is a machine of one state.
func oneState(state string) string { return `{"StartAt":"Job","States":{"Job":` + state + `}}` }

// attempt is what the launcher of a waiting state is given.
type attempt struct {
	Token string
	Retry int
	State string
}

func attemptOf(t testing.TB, payload []byte) attempt {
	t.Helper()
	var a attempt
	require.NoError(t, json.Unmarshal(payload, &a))
	return a
}

// next waits for the launcher's next attempt.
func next(t testing.TB, received <-chan []byte) attempt {
	t.Helper()
	select {
	case payload := <-received:
		return attemptOf(t, payload)
	case <-time.After(soon):
		require.FailNow(t, "the launcher was not called")
		return attempt{}
	}
}

func (c *clients) succeed(t testing.TB, token, output string) {
	t.Helper()
	_, err := c.states.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: &output})
	require.NoError(t, err)
}

func (c *clients) heartbeat(t testing.TB, token string) error {
	t.Helper()
	_, err := c.states.SendTaskHeartbeat(t.Context(), &sfn.SendTaskHeartbeatInput{TaskToken: &token})
	return err
}

// code is the code of a service's error.
func code(t testing.TB, err error) string {
	t.Helper()
	var refused smithy.APIError
	require.ErrorAs(t, err, &refused)
	return refused.ErrorCode()
}

func TestConformanceHeartbeatFailsSilentStep(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c := newClients(t, cloud)
	function, received := tokens(t, cloud, nil)
	machine := c.machine(t, oneState(waiting(function, `,"HeartbeatSeconds":4,"End":true`)))
	execution := c.run(t, machine, "{}")
	token := next(t, received).Token
	// For twice the limit it lives on beats, and then it is silent.
	var last time.Time
	for beats := time.NewTicker(200 * time.Millisecond); ; <-beats.C {
		require.NoError(t, c.heartbeat(t, token))
		if last.IsZero() {
			last = time.Now()
		} else if time.Since(last) > 8*time.Second {
			beats.Stop()
			break
		}
	}
	silent := time.Now()
	ended := c.ended(t, execution, soon)
	assert.Equal(t, sfntypes.ExecutionStatusFailed, ended.Status)
	assert.Contains(t, aws.ToString(ended.Error), "Timeout")
	assert.Greater(t, time.Since(silent), 2*time.Second)
	assert.Equal(t, "TaskTimedOut", code(t, c.heartbeat(t, token)))
}

func TestConformanceHeartbeatTimeoutIsCaughtByName(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c := newClients(t, cloud)
	function, _ := tokens(t, cloud, nil)
	state := waiting(function, `,"HeartbeatSeconds":1,"Catch":[{"ErrorEquals":["States.HeartbeatTimeout"],"Next":"Caught"}],"End":true`)
	machine := c.machine(t, `{"StartAt":"Job","States":{"Job":`+state+`,"Caught":{"Type":"Pass","Result":"caught","End":true}}}`)
	ended := c.ended(t, c.run(t, machine, "{}"), soon)
	assert.Equal(t, sfntypes.ExecutionStatusSucceeded, ended.Status)
	assert.Equal(t, `"caught"`, aws.ToString(ended.Output))
}

func TestConformanceRetryHasNewToken(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c := newClients(t, cloud)
	function, received := tokens(t, cloud, nil)
	state := waiting(function, `,"Retry":[{"ErrorEquals":["Flaky"],"IntervalSeconds":1,"MaxAttempts":2,"BackoffRate":1}],"End":true`)
	execution := c.run(t, c.machine(t, oneState(state)), "{}")
	first := next(t, received)
	assert.Zero(t, first.Retry)
	_, err := c.states.SendTaskFailure(t.Context(), &sfn.SendTaskFailureInput{TaskToken: &first.Token, Error: aws.String("Flaky"), Cause: aws.String("why")})
	require.NoError(t, err)
	second := next(t, received)
	assert.Equal(t, 1, second.Retry)
	assert.NotEqual(t, first.Token, second.Token)
	assert.Equal(t, "TaskTimedOut", code(t, c.heartbeat(t, first.Token)), "the first attempt's token is closed")
	_, err = c.states.SendTaskFailure(t.Context(), &sfn.SendTaskFailureInput{TaskToken: &second.Token, Error: aws.String("Firm"), Cause: aws.String("the cause")})
	require.NoError(t, err)
	ended := c.ended(t, execution, soon)
	assert.Equal(t, sfntypes.ExecutionStatusFailed, ended.Status)
	assert.Equal(t, "Firm", aws.ToString(ended.Error))
	assert.Equal(t, "the cause", aws.ToString(ended.Cause))
}

// Each branch gets its own payload, and its result comes into its own place.
func TestConformanceParallelPairs(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c := newClients(t, cloud)
	function, received := tokens(t, cloud, nil)
	var branches, want []string
	for i := range 10 {
		name := fmt.Sprintf("Branch%d", i)
		branches = append(branches, fmt.Sprintf(`{"StartAt":%q,"States":{%q:%s}}`, name, name, waiting(function, `,"HeartbeatSeconds":60,"End":true`)))
		want = append(want, `"`+name+`"`)
	}
	machine := c.machine(t, oneState(`{"Type":"Parallel","Branches":[`+strings.Join(branches, ",")+`],"End":true}`))
	const runs = 5
	var executions []string
	for range runs {
		executions = append(executions, c.run(t, machine, "{}"))
	}
	seen := map[string]int{}
	for range runs * len(branches) {
		a := next(t, received)
		seen[a.State]++
		c.succeed(t, a.Token, `"`+a.State+`"`)
	}
	for _, execution := range executions {
		ended := c.ended(t, execution, soon)
		assert.JSONEq(t, "["+strings.Join(want, ",")+"]", aws.ToString(ended.Output))
	}
	for _, name := range want {
		assert.Equal(t, runs, seen[strings.Trim(name, `"`)])
	}
}

// A result counts as soon as there is a token, also before the launcher has
// returned: a warm runner is quicker.
func TestConformanceEarlyResultCounts(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c := newClients(t, cloud)
	function, _ := tokens(t, cloud, func(ctx context.Context, payload []byte) error {
		var a attempt
		if err := json.Unmarshal(payload, &a); err != nil {
			return err
		}
		if _, err := c.states.SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: &a.Token}); err != nil {
			return err
		}
		_, err := c.states.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &a.Token, Output: aws.String(`"early"`)})
		return err
	})
	machine := c.machine(t, oneState(waiting(function, `,"HeartbeatSeconds":60,"End":true`)))
	ended := c.ended(t, c.run(t, machine, "{}"), soon)
	assert.Equal(t, `"early"`, aws.ToString(ended.Output))
}

func TestConformanceFailingLauncherFailsStep(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c := newClients(t, cloud)
	function, _ := tokens(t, cloud, func(context.Context, []byte) error { return errors.New("no queue") })
	for name, f := range map[string]string{"errorString": function, "Lambda.ResourceNotFoundException": "nobody-" + unique()} {
		ended := c.ended(t, c.run(t, c.machine(t, oneState(waiting(f, `,"End":true`))), "{}"), soon)
		assert.Equal(t, sfntypes.ExecutionStatusFailed, ended.Status)
		assert.Equal(t, name, aws.ToString(ended.Error))
	}
}

func TestConformanceClosedTokens(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c := newClients(t, cloud)
	function, received := tokens(t, cloud, nil)
	machine := c.machine(t, oneState(waiting(function, `,"HeartbeatSeconds":60,"End":true`)))
	stopped := c.run(t, machine, "{}")
	token := next(t, received).Token
	require.NoError(t, c.heartbeat(t, token))
	_, err := c.states.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &stopped})
	require.NoError(t, err)
	assert.Equal(t, sfntypes.ExecutionStatusAborted, c.ended(t, stopped, soon).Status)
	assert.Equal(t, "TaskTimedOut", code(t, c.heartbeat(t, token)))

	finished := c.run(t, machine, "{}")
	token = next(t, received).Token
	c.succeed(t, token, "1")
	_, err = c.states.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("2")})
	assert.Equal(t, "TaskTimedOut", code(t, err))
	assert.Equal(t, "1", aws.ToString(c.ended(t, finished, soon).Output), "the first result counts")
	assert.Equal(t, "InvalidToken", code(t, c.heartbeat(t, "nobody's")))
}

func TestConformanceResultLimits(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c := newClients(t, cloud)
	function, received := tokens(t, cloud, nil)
	execution := c.run(t, c.machine(t, oneState(waiting(function, `,"End":true`))), "{}")
	token := next(t, received).Token
	success := func(output string) error {
		_, err := c.states.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: &output})
		return err
	}
	failure := func(name, cause int) error {
		_, err := c.states.SendTaskFailure(t.Context(), &sfn.SendTaskFailureInput{
			TaskToken: &token, Error: aws.String(strings.Repeat("e", name)), Cause: aws.String(strings.Repeat("c", cause)),
		})
		return err
	}
	assert.Equal(t, "InvalidOutput", code(t, success("no JSON")))
	assert.Equal(t, "ValidationException", code(t, success(`"`+strings.Repeat("x", protocol.MaxPayload)+`"`)))
	assert.Equal(t, "ValidationException", code(t, failure(protocol.MaxErrorName+1, 1)))
	assert.Equal(t, "ValidationException", code(t, failure(1, protocol.MaxCause+1)))
	require.NoError(t, failure(protocol.MaxErrorName, protocol.MaxCause))
	ended := c.ended(t, execution, soon)
	assert.Len(t, aws.ToString(ended.Error), protocol.MaxErrorName)
	assert.Len(t, aws.ToString(ended.Cause), protocol.MaxCause)
}
