package e2e_test

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// killer has an agent killed at one point of its jobs' lives.
type killer struct {
	agent *agent
	// killedCall is what is known of the job whose call it was: its execution, its
	// output or its claim's name is in it.
	killedCall atomic.Pointer[string]
}

// killBefore kills the agent when it makes a call for the nth time whose path or
// body has the text. That call, and those after it, are not made.
func (k *killer) killBefore(operation, text string, nth int) {
	k.agent.caller.On(operation, forCallsAbout(text, func(n int, _ http.ResponseWriter, r *http.Request) bool {
		if n == nth {
			k.kill(r)
		}
		return n >= nth
	}))
}

// killAfter kills the agent when such a call has been made, before it gets to know.
func (k *killer) killAfter(operation, text string, nth int) {
	var made atomic.Int64
	k.agent.caller.After(operation, func(_ int, r *http.Request) {
		if !isAbout(r, text) {
			return
		}
		switch n := made.Add(1); {
		case n == int64(nth):
			k.kill(r)
			panic(http.ErrAbortHandler)
		case n > int64(nth):
			panic(http.ErrAbortHandler)
		}
	})
}

func (k *killer) kill(r *http.Request) {
	body, _ := fakeaws.Body(r)
	victim := string(body)
	k.killedCall.Store(&victim)
	k.agent.kill()
}

// forCallsAbout answers the calls that are about a text, numbered of their own.
func forCallsAbout(text string, answer fakeaws.Answer) fakeaws.Answer {
	var found atomic.Int64
	return func(_ int, w http.ResponseWriter, r *http.Request) bool {
		return isAbout(r, text) && answer(int(found.Add(1)), w, r)
	}
}

// isAbout reports whether a call's path or body has the text.
func isAbout(r *http.Request, text string) bool {
	if strings.Contains(r.URL.Path, text) {
		return true
	}
	body, err := fakeaws.Body(r)
	return err == nil && bytes.Contains(body, []byte(text))
}

// quick are settings with which a test needs not wait for minutes.
func quick() []string {
	return []string{"ATTINI_CLAIM_LEASE_TIME=3", "ATTINI_SETTLE_TIME=20", "ATTINI_HEARTBEAT_INTERVAL=1"}
}

// startDoomed starts an agent as the runner's task, that is to be killed.
func (b *fixture) startDoomed(t testing.TB, task string, kill func(*killer)) *killer {
	t.Helper()
	b.runner(t, task)
	k := &killer{agent: b.prepare(t, task)}
	k.agent.process.Env = append(k.agent.process.Env, quick()...)
	kill(k)
	k.agent.begin(t)
	return k
}

// killed waits until the agent is.
func (k *killer) killed(t testing.TB) {
	t.Helper()
	require.Eventually(t, func() bool { return isClosed(k.agent.ended) }, soon, tick, "the agent is killed")
	status, ok := k.agent.process.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok && status.Signal() == syscall.SIGKILL, "it did not end by itself")
	k.agent.leavesNothing(t)
}

// TestKilledAgent: an agent that is killed at any point loses no job, and has
// none run twice. What had begun fails, and says so; the next agent runs the
// rest.
func TestKilledAgent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kill func(*killer)
		// claimed says that a job must fail at least, as it was claimed.
		claimed bool
		// victim is what must have become of the job whose call it was.
		victim *jobOutcome
		// files are the distribution's.
		files int
		// hides is for how many seconds the queue hides what was received. Less
		// than the lease, and a job comes again while its step still waits.
		hides string
	}{
		"before the start is told":         {kill: func(k *killer) { k.killBefore("UpdateItem", "#started", 1) }},
		"before messages are received":     {kill: func(k *killer) { k.killBefore("ReceiveMessage", "", 1) }},
		"after messages were received":     {kill: func(k *killer) { k.killAfter("ReceiveMessage", "", 1) }},
		"before the claim":                 {kill: func(k *killer) { k.killBefore("PutItem", "executionArn", 2) }, victim: &jobOutcome{ran: "arn:task/b"}},
		"after the claim":                  {kill: func(k *killer) { k.killAfter("PutItem", "executionArn", 2) }, claimed: true, victim: &jobOutcome{failed: true}},
		"before the delete":                {kill: func(k *killer) { k.killBefore("DeleteMessage", "", 2) }, claimed: true},
		"after the delete":                 {kill: func(k *killer) { k.killAfter("DeleteMessage", "", 2) }, claimed: true},
		"while the distribution comes":     {kill: func(k *killer) { k.killBefore("GetObject", "shop.zip", 1) }, claimed: true},
		"while the distribution is opened": {kill: (*killer).unpacking, claimed: true, files: 800},
		"before the log is stored":         {kill: func(k *killer) { k.killBefore("PutObject", "/logs/", 2) }, claimed: true},
		"after the output":                 {kill: func(k *killer) { k.killBefore("SendTaskSuccess", "", 2) }, claimed: true, victim: &jobOutcome{ran: "arn:task/a", failed: true}},
		"after the output, undeleted":      {kill: (*killer).undeleted, hides: "1", claimed: true, victim: &jobOutcome{ran: "arn:task/a", failed: true}},
		"after the report":                 {kill: func(k *killer) { k.killAfter("SendTaskSuccess", "", 2) }, victim: &jobOutcome{ran: "arn:task/a"}},
		"before the claim's end":           {kill: func(k *killer) { k.killBefore("UpdateItem", "#finished", 2) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixtureWithVisibility(t, cmp.Or(c.hides, "5"))
			if c.files > 0 {
				b.distribute(t, c.files)
			}
			first := b.startDoomed(t, "arn:task/a", c.kill)
			w := b.work(t, 4, "bin/hello.sh")
			first.killed(t)
			b.startNextAgent(t, "arn:task/b")
			outcomes := w.outcomes(t)
			if c.claimed {
				assert.True(t, slices.ContainsFunc(outcomes, func(f jobOutcome) bool { return f.failed }), "a claimed job fails: %v", outcomes)
			}
			if c.victim != nil {
				assert.Equal(t, *c.victim, outcomes[w.item(t, *first.killedCall.Load())])
			}
		})
	}
}

// undeleted kills the agent when a job has run whose message comes again.
func (k *killer) undeleted() {
	k.agent.caller.On("DeleteMessage", fakeaws.Error(http.StatusBadRequest, "ReceiptHandleIsInvalid"))
	k.killBefore("SendTaskSuccess", "", 2)
}

// unpacking kills the agent as soon as a file of the distribution is there,
// which has too many of them for all to be.
func (k *killer) unpacking() {
	k.agent.caller.After("GetObject", func(int, *http.Request) {
		go func() {
			ticker := time.NewTicker(time.Millisecond)
			defer ticker.Stop()
			for {
				select {
				case <-k.agent.ended:
					return
				case <-ticker.C:
				}
				found, err := filepath.Glob(filepath.Join(k.agent.directory, "*", "distribution-*", "tree", "many", "*"))
				if err != nil || len(found) > 0 {
					k.agent.kill()
				}
			}
		}()
	})
}

// distribute makes the distribution one of many files.
func (b *fixture) distribute(t testing.TB, files int) {
	t.Helper()
	content := map[string]string{"bin/hello.sh": "#!/bin/sh\necho hello from the distribution\n"}
	for i := range files {
		content[fmt.Sprintf("many/file-%d", i)] = strconv.Itoa(i)
	}
	_, err := b.objects.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &b.bucketName, Key: aws.String("dev/shop/7c9e/distribution-origin/shop.zip"), Body: bytes.NewReader(archive(t, content)),
	})
	require.NoError(t, err)
}

// TestKilledAgentWhileJobsRun: with the agent everything ends that its jobs
// started, and the next one says so.
func TestKilledAgentWhileJobsRun(t *testing.T) {
	t.Parallel()
	const jobs = 4
	b := newFixtureWithVisibility(t, "5")
	first := b.startDoomed(t, "arn:task/a", func(*killer) {})
	w := b.work(t, jobs, "nohup sleep 600 &", "setsid sleep 600 &", `(trap "" TERM HUP; (setsid sleep 600 &); exec sleep 600) &`, "wait")
	const agents, each = 1, 1 + 4 // the shell, and what it started
	require.Eventually(t, func() bool { return len(processes(t, first.agent.mark)) >= agents+jobs*each }, soon, tick)
	first.agent.kill()
	first.killed(t)
	b.startNextAgent(t, "arn:task/b")
	for _, f := range w.outcomes(t) {
		assert.Equal(t, jobOutcome{ran: "arn:task/a", failed: true}, f)
	}
}

// TestKilledTwice: an agent that answers for a dead one may die of it, too.
func TestKilledTwice(t *testing.T) {
	t.Parallel()
	b := newFixtureWithVisibility(t, "5")
	first := b.startDoomed(t, "arn:task/a", func(k *killer) { k.killBefore("SendTaskSuccess", "", 1) })
	w := b.work(t, 2, "true")
	first.killed(t)
	second := b.startDoomed(t, "arn:task/b", func(k *killer) { k.killAfter("SendTaskFailure", "", 1) })
	second.killed(t)
	b.startNextAgent(t, "arn:task/c")
	outcomes := w.outcomes(t)
	assert.Equal(t, jobOutcome{ran: "arn:task/a", failed: true}, outcomes[w.item(t, *first.killedCall.Load())])
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
