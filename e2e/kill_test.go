package e2e_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/standin"
)

// quick are settings with which a test needs not wait for minutes.
func quick() []string {
	return []string{"ATTINI_CLAIM_LEASE_TIME=3", "ATTINI_SETTLE_TIME=20", "ATTINI_HEARTBEAT_INTERVAL=1"}
}

// TestKilledAgent: an agent that is killed at any point loses no job, and has
// none run twice. What had begun fails, and says so; the next agent runs the
// rest.
func TestKilledAgent(t *testing.T) {
	t.Parallel()
	// instead kills the agent when it makes a call, which is not made.
	instead := func(operation, text string, nth int) func(*agent) {
		return func(a *agent) {
			a.caller.On(operation, standin.Matching(text, func(n int, _ http.ResponseWriter, _ *http.Request) bool {
				if n == nth {
					a.kill()
				}
				return n >= nth
			}))
		}
	}
	// after kills the agent when a call has been made, before it gets to know.
	after := func(operation string, nth int) func(*agent) {
		return func(a *agent) {
			a.caller.After(operation, func(n int, _ *http.Request) {
				if n >= nth {
					a.kill()
				}
			})
		}
	}
	cases := map[string]struct {
		kill func(*agent)
		// began is how many jobs may have begun and fail, at most.
		began int
	}{
		"before the claim":                {instead("PutItem", "RunnerClaim", 2), 1},
		"in the claim":                    {after("PutItem", 2), 4},
		"after the claim":                 {instead("DeleteMessage", "", 2), 4},
		"after the delete":                {after("DeleteMessage", 2), 4},
		"while the distribution comes":    {instead("GetObject", "", 1), 4},
		"after the output":                {instead("SendTaskSuccess", "", 2), 4},
		"after the report":                {after("SendTaskSuccess", 1), 4},
		"when another job reports itself": {after("SendTaskSuccess", 3), 4},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const jobs = 4
			b := newBedHiding(t, "5")
			b.runner(t, "arn:task/a")
			first := b.prepare(t, "arn:task/a")
			first.process.Env = append(first.process.Env, quick()...)
			c.kill(first)
			first.begin(t)
			written := t.TempDir()
			machine := b.machine(t, `{"StartAt":"One","States":{"One":`+b.job([]string{
				fmt.Sprintf(`echo "$ITEM" >>%q/"$ITEM"`, written), `printf '"%s"' "$ITEM" >"$ATTINI_OUTPUT"`,
			}, map[string]string{"ITEM.$": "$.item"}, `,"End":true`)+`}}`)
			executions := make([]string, jobs)
			for i := range executions {
				executions[i] = b.run(t, machine, fmt.Sprintf(`{"item":"%d"}`, i))
			}
			require.Eventually(t, func() bool { return isClosed(first.ended) }, soon, tick, "the agent is killed")
			b.runner(t, "arn:task/b")
			second := b.prepare(t, "arn:task/b")
			second.process.Env = append(second.process.Env, quick()...)
			second.begin(t)
			b.settled(t, executions, written, c.began)
		})
	}
}

// TestKilledAgentWhileJobsRun: with the agent everything ends that its jobs
// started, and the next one says so.
func TestKilledAgentWhileJobsRun(t *testing.T) {
	t.Parallel()
	const jobs = 4
	b := newBedHiding(t, "5")
	b.runner(t, "arn:task/a")
	first := b.prepare(t, "arn:task/a")
	first.process.Env = append(first.process.Env, quick()...)
	first.begin(t)
	written := t.TempDir()
	machine := b.machine(t, `{"StartAt":"One","States":{"One":`+b.job([]string{
		fmt.Sprintf(`echo "$ITEM" >>%q/"$ITEM"; echo $$ >%[1]q/pid-"$ITEM"`, written), `sleep 600`,
	}, map[string]string{"ITEM.$": "$.item"}, `,"End":true`)+`}}`)
	executions := make([]string, jobs)
	for i := range executions {
		executions[i] = b.run(t, machine, fmt.Sprintf(`{"item":"%d"}`, i))
	}
	shells := map[int]bool{}
	require.Eventually(t, func() bool {
		files, err := filepath.Glob(filepath.Join(written, "pid-*"))
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
				shells[pid] = true
			}
		}
		return len(shells) == jobs
	}, soon, tick)
	first.kill()
	for pid := range shells {
		require.Eventually(t, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }, soon, tick, "the shell ends with its agent")
	}
	b.runner(t, "arn:task/b")
	second := b.prepare(t, "arn:task/b")
	second.process.Env = append(second.process.Env, quick()...)
	second.begin(t)
	b.settled(t, executions, written, jobs)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// settled waits for all jobs' ends. Each ran once, or failed because its agent
// was gone, which not more than so many may have; none ran twice.
func (b *bed) settled(t testing.TB, executions []string, written string, began int) {
	t.Helper()
	failed := 0
	for i, execution := range executions {
		item := fmt.Sprint(i)
		ended := b.ended(t, execution, soon)
		ran, err := os.ReadFile(filepath.Join(written, item))
		if ended.Status == sfntypes.ExecutionStatusSucceeded {
			require.NoError(t, err)
			assert.Equal(t, fmt.Sprintf("%q", item), *ended.Output)
			assert.Equal(t, item+"\n", string(ran), "once")
			continue
		}
		failed++
		require.NotNil(t, ended.Error, "%s of %s", ended.Status, item)
		assert.Equal(t, protocol.ErrorRuntime, *ended.Error)
		assert.Contains(t, *ended.Cause, "arn:task/a")
		assert.Contains(t, []string{"", item + "\n"}, string(ran), "not twice")
	}
	assert.LessOrEqual(t, failed, began)
}
