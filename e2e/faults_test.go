package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// faultyAgent counts what was done to an agent's calls.
type faultyAgent struct {
	agent                                 *agent
	cut, throttled, failed, delayed, lost atomic.Int64
}

// fault is an Answer: of nine calls one is cut, one throttled in each of the
// ways of AWS, one fails, and one takes two seconds.
func (s *faultyAgent) fault(n int, w http.ResponseWriter, r *http.Request) bool {
	switch n % 9 {
	case 2:
		s.cut.Add(1)
		return fakeaws.Reset(n, w, r)
	case 4:
		s.throttled.Add(1)
		return fakeaws.Error(http.StatusServiceUnavailable, "SlowDown")(n, w, r)
	case 6:
		s.failed.Add(1)
		return fakeaws.Error(http.StatusInternalServerError, "InternalFailure")(n, w, r)
	case 7:
		s.delayed.Add(1)
		return fakeaws.Delay(2*time.Second)(n, w, r)
	case 8:
		s.throttled.Add(1)
		return fakeaws.Error(http.StatusBadRequest, "ThrottlingException")(n, w, r)
	}
	return false
}

// loseAnswers has the answers lost to every third call of each operation.
func (s *faultyAgent) loseAnswers(operations ...string) {
	for _, operation := range operations {
		s.agent.caller.After(operation, func(n int, _ *http.Request) {
			if n%3 == 1 {
				s.lost.Add(1)
				panic(http.ErrAbortHandler)
			}
		})
	}
}

// TestFaultyServices: whichever service fails now and then, or loses its
// answers, every job runs, and once, and its step gets its answer.
func TestFaultyServices(t *testing.T) {
	t.Parallel()
	service := func(name string) func(*faultyAgent) {
		return func(s *faultyAgent) { s.agent.caller.On(name, s.fault) }
	}
	lost := func(operations ...string) func(*faultyAgent) {
		return func(s *faultyAgent) { s.loseAnswers(operations...) }
	}
	for name, c := range map[string]struct {
		shake func(*faultyAgent)
		lost  bool
	}{
		"SQS":              {shake: service("sqs")},
		"Step Functions":   {shake: service("states")},
		"DynamoDB":         {shake: service("dynamodb")},
		"S3":               {shake: service("s3")},
		"the metadata":     {shake: func(s *faultyAgent) { s.agent.metadata = s.fault }},
		"SQS's answers":    {shake: lost("DeleteMessage", "ChangeMessageVisibility"), lost: true},
		"received":         {shake: lost("ReceiveMessage"), lost: true},
		"the reports'":     {shake: lost("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"), lost: true},
		"the claims'":      {shake: lost("PutItem", "UpdateItem", "GetItem", "BatchGetItem"), lost: true},
		"the stored logs'": {shake: lost("PutObject", "GetObject"), lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixtureWithVisibility(t, "5")
			b.runner(t, "arn:task/a")
			s := &faultyAgent{agent: b.prepare(t, "arn:task/a")}
			s.agent.process.Env = append(s.agent.process.Env, quick()...)
			c.shake(s)
			s.agent.begin(t)
			b.runsOnce(t, 12)
			if c.lost {
				assert.Positive(t, s.lost.Load(), "answers were lost")
				return
			}
			for what, count := range map[string]*atomic.Int64{"cut": &s.cut, "throttled": &s.throttled, "failed": &s.failed, "delayed": &s.delayed} {
				assert.Positive(t, count.Load(), "calls were %s", what)
			}
		})
	}
}

// runsOnce runs so many jobs, of which every fourth fails by itself: each runs
// once, and its step ends as it did.
func (b *fixture) runsOnce(t testing.TB, jobs int) {
	t.Helper()
	written := t.TempDir()
	machine := b.machine(t, `{"StartAt":"One","States":{"One":`+b.job([]string{
		fmt.Sprintf(`echo "$ITEM" >>%q/"$ITEM"`, written), `bin/hello.sh`, `exit $(( ITEM % 4 == 3 ? 7 : 0 ))`,
	}, map[string]string{"ITEM.$": "$.item"}, `,"End":true`)+`}}`)
	executions := make([]string, jobs)
	for i := range executions {
		executions[i] = b.run(t, machine, fmt.Sprintf(`{"item":"%d"}`, i))
	}
	for i, execution := range executions {
		ended := b.ended(t, execution, 2*soon)
		if i%4 == 3 {
			assert.Equal(t, sfntypes.ExecutionStatusFailed, ended.Status)
			require.NotNil(t, ended.Error)
			assert.Equal(t, "ScriptExecutionError", *ended.Error)
			assert.Contains(t, *ended.Cause, "Script exited with code 7")
		} else {
			assert.Equal(t, sfntypes.ExecutionStatusSucceeded, ended.Status, "%v", ended.Cause)
		}
		ran, err := os.ReadFile(filepath.Join(written, fmt.Sprint(i)))
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintln(i), string(ran), "once")
	}
}
