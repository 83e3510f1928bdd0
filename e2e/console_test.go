package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// steps notes what an agent tells the steps that wait, in place of the service.
type steps struct {
	mutex sync.Mutex
	// ended has each step's answers by its token: "success", or the error.
	ended map[string][]string
}

func (b *fixture) noteSteps(a *agent) *steps {
	s := &steps{ended: map[string][]string{}}
	answer := func(_ int, w http.ResponseWriter, r *http.Request) bool {
		body, err := fakeaws.Body(r)
		var told struct{ TaskToken, Output, Error, Cause string }
		if err != nil || json.Unmarshal(body, &told) != nil {
			return false
		}
		s.mutex.Lock()
		defer s.mutex.Unlock()
		switch {
		case told.Error != "":
			s.ended[told.TaskToken] = append(s.ended[told.TaskToken], told.Error+": "+told.Cause)
		case told.Output != "":
			s.ended[told.TaskToken] = append(s.ended[told.TaskToken], "success")
		}
		_, _ = w.Write([]byte("{}"))
		return true
	}
	for _, operation := range []string{"SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"} {
		a.caller.On(operation, answer)
	}
	return s
}

func (s *steps) of(token string) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return strings.Join(s.ended[token], ", ")
}

// sendJob queues a job whose token is its step's name.
func (b *fixture) sendJob(t *testing.T, step string, commands ...string) {
	t.Helper()
	const execution = "arn:aws:states:eu-west-1:111122223333:execution:plan:x1"
	require.NoError(t, b.addExecution(t.Context(), execution))
	body, err := json.Marshal(map[string]any{
		"Properties":                      map[string]any{"Runner": "Build", "Commands": commands},
		"deploymentPlanExecutionMetadata": map[string]any{"executionArn": execution, "sfnToken": step, "stepName": step},
		"deploymentOriginData": map[string]any{
			"distributionName": "shop", "distributionId": "7c9e", "environment": "dev", "objectIdentifier": "dev/shop/shop.zip#v1",
			"stackName": "shop", "deploymentName": "dev-shop",
			"deploymentSource": map[string]any{"deploymentSourcePrefix": "dev/shop/7c9e/distribution-origin", "deploymentSourceBucket": b.bucketName},
		},
		"taskConfigHashCode": configurationHash,
	})
	require.NoError(t, err)
	b.send(t, body)
}

// TestBlockedConsole: a container's log that nothing is taken from, as its driver
// in blocking mode does while CloudWatch is slow, costs lines of that log. Jobs end
// as ever, their logs in the store are whole, and SIGTERM is heeded.
func TestBlockedConsole(t *testing.T) {
	t.Parallel()
	const lines = 100_000
	b := newFixture(t)
	b.runner(t, "arn:task/a")
	a := b.prepare(t, "arn:task/a")
	told := b.noteSteps(a)
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	defer reader.Close()
	a.process.Stdout, a.process.Stderr = writer, writer
	a.process.Env = append(a.process.Env, "ECS_CONTAINER_STOP_TIMEOUT=16", "ATTINI_JOB_TIMEOUT=20")
	a.begin(t)
	require.NoError(t, writer.Close())

	b.sendJob(t, "Prints", fmt.Sprintf("seq -f %%0100.0f %d", lines)) // ten times what waits for the log
	b.sendJob(t, "Hangs", fmt.Sprintf("seq -f %%0100.0f %d; sleep 300", lines))
	require.Eventually(t, func() bool { return told.of("Prints") == "success" }, soon, tick, "it is not held up")
	// The report waits 10 s for the log, which a slow store may exceed.
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		assert.Equal(c, lines, bytes.Count(b.object(t.Context(), c, b.bucketName, "attini/deployment/logs/runner/dev/shop/7c9e/Prints/x1"), []byte("\n")))
	}, soon, tick, "its log is not whole")
	require.Eventually(t, func() bool {
		return strings.HasPrefix(told.of("Hangs"), "ScriptExecutionError: Script timed out after 20 seconds")
	}, 2*soon, tick, "%s", told.of("Hangs"))

	begun := filepath.Join(t.TempDir(), "begun")
	b.sendJob(t, "Silent", fmt.Sprintf("echo >%q; sleep 300", begun))
	require.Eventually(t, func() bool {
		_, err := os.Stat(begun)
		return err == nil
	}, soon, tick)
	began := time.Now()
	a.terminate(t)
	require.Eventually(t, func() bool { return strings.Contains(told.of("Silent"), "its stop timeout is over") }, soon, tick, "%s", told.of("Silent"))
	require.Eventually(t, func() bool { return isClosed(a.ended) }, soon, tick, "it ends")
	assert.Less(t, time.Since(began), 16*time.Second, "the stop timeout, after which ECS kills it")
	assert.Equal(t, 0, a.process.ProcessState.ExitCode())
}

// TestConsoleFlowsAgain: what was dropped is told where it is missing. A log that
// breaks altogether ends no agent.
func TestConsoleFlowsAgain(t *testing.T) {
	t.Parallel()
	const lines = 50_000
	b := newFixture(t)
	b.runner(t, "arn:task/a")
	a := b.prepare(t, "arn:task/a")
	told := b.noteSteps(a)
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	a.process.Stdout, a.process.Stderr = writer, writer
	a.begin(t)
	require.NoError(t, writer.Close())
	b.sendJob(t, "Prints", fmt.Sprintf("seq -f %%0100.0f %d", lines))
	require.Eventually(t, func() bool { return told.of("Prints") == "success" }, soon, tick)

	var printed log
	reading := make(chan error, 1)
	go func() {
		_, err := io.Copy(&printed, reader)
		reading <- err
	}()
	notice := regexp.MustCompile(`\{"time":"[^"]+","level":"WARN","msg":"the container's log was blocked; lines are missing here","lines":(\d+),"bytes":(\d+)\}\n`)
	require.Eventually(t, func() bool { return notice.MatchString(printed.String()) }, soon, tick)
	missing := notice.FindStringSubmatch(printed.String())
	assert.Equal(t, strconv.Itoa(lines-strings.Count(printed.String(), "Prints | ")), missing[1])
	b.sendJob(t, "Again", "echo and again")
	require.Eventually(t, func() bool { return strings.Contains(printed.String(), "Again | and again\n") }, soon, tick)

	require.NoError(t, reader.SetReadDeadline(time.Now()))
	require.ErrorIs(t, <-reading, os.ErrDeadlineExceeded)
	require.NoError(t, reader.Close())
	b.sendJob(t, "Broken", "echo to nowhere")
	require.Eventually(t, func() bool { return told.of("Broken") == "success" }, soon, tick)
	assert.Equal(t, 0, a.stop(t))
}
