package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// work is executions of one job each. Each job writes to a file of its own
// which agent ran it, and answers its number.
type work struct {
	*fixture
	executions []string
	written    string
}

// jobOutcome is what became of a job.
type jobOutcome struct {
	// ran is the task of the agent that ran it, empty when none did.
	ran string
	// failed says that its step failed, since its agent was killed.
	failed bool
}

// work starts so many jobs, that also run the commands.
func (b *fixture) work(t testing.TB, jobs int, commands ...string) *work {
	t.Helper()
	w := &work{fixture: b, executions: make([]string, jobs), written: t.TempDir()}
	first := []string{fmt.Sprintf(`echo "$AGENT" >>%q/"$ITEM"`, w.written), `printf '"%s"' "$ITEM" >"$ATTINI_OUTPUT"`}
	machine := b.machine(t, `{"StartAt":"One","States":{"One":`+
		b.job(append(first, commands...), map[string]string{"ITEM.$": "$.item"}, `,"End":true`)+`}}`)
	for i := range w.executions {
		w.executions[i] = b.run(t, machine, fmt.Sprintf(`{"item":"%d"}`, i))
	}
	return w
}

// startNextAgent starts the agent that comes after one that was killed.
func (b *fixture) startNextAgent(t testing.TB, task string, environment ...string) *agent {
	t.Helper()
	b.runner(t, task)
	a := b.prepare(t, task)
	a.process.Env = slices.Concat(a.process.Env, quick(), environment)
	a.begin(t)
	return a
}

// item is the job that a call's body is about: it has its execution's name or
// its output.
func (w *work) item(t testing.TB, body string) int {
	t.Helper()
	var report struct{ Output string }
	require.NoError(t, json.Unmarshal([]byte(body), &report))
	for i, execution := range w.executions {
		if strings.Contains(body, execution) || report.Output == fmt.Sprintf(`"%d"`, i) {
			return i
		}
	}
	require.Fail(t, "the call is about no job", body)
	return 0
}

// outcomes waits for all jobs' ends. It holds them to the agent's promise: each
// was claimed by one agent and ran there, once, or failed for the claim; and
// nothing is left to be done.
func (w *work) outcomes(t testing.TB) []jobOutcome {
	t.Helper()
	outcomes := make([]jobOutcome, len(w.executions))
	for i := range w.executions {
		outcomes[i] = w.outcome(t, i)
	}
	var claims map[string]claim
	require.Eventually(t, func() bool {
		claims = w.claims(t)
		for _, c := range claims {
			if !c.finished {
				return false
			}
		}
		return w.waiting(t) == "0+0"
	}, soon, tick, "all claims and messages come to an end")
	require.Len(t, claims, len(w.executions))
	for i, execution := range w.executions {
		made, found := claims[execution]
		require.True(t, found, "%d ended without a claim", i)
		if f := outcomes[i]; f.ran != "" {
			assert.Equal(t, f.ran, made.task, "%d ran where it was claimed", i)
		}
	}
	return outcomes
}

// outcome waits for the end of one job.
func (w *work) outcome(t testing.TB, i int) (f jobOutcome) {
	t.Helper()
	ended := w.ended(t, w.executions[i], 2*soon)
	ran, err := os.ReadFile(filepath.Join(w.written, fmt.Sprint(i)))
	if err != nil {
		require.ErrorIs(t, err, os.ErrNotExist)
	}
	lines := strings.Fields(string(ran))
	require.LessOrEqual(t, len(lines), 1, "%d ran twice: %v", i, lines)
	if len(lines) == 1 {
		f.ran = lines[0][:strings.LastIndex(lines[0], "-")]
	}
	if ended.Status == sfntypes.ExecutionStatusSucceeded {
		assert.NotEmpty(t, f.ran, "%d succeeded", i)
		assert.Equal(t, fmt.Sprintf(`"%d"`, i), *ended.Output)
		return f
	}
	f.failed = true
	require.Equal(t, sfntypes.ExecutionStatusFailed, ended.Status, "%d", i)
	assert.Equal(t, protocol.ErrorRuntime, *ended.Error)
	assert.Contains(t, *ended.Cause, "the runner ended while the job ran: task "+w.claims(t)[w.executions[i]].task+" started it at ")
	return f
}

// claim is what a claim's item tells.
type claim struct {
	task     string
	finished bool
}

// claims are those of the runner, by execution.
func (b *fixture) claims(t testing.TB) map[string]claim {
	t.Helper()
	found, err := b.tables.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &b.stateTable, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("resourceType = :type"),
		ExpressionAttributeValues: map[string]dynamodbtypes.AttributeValue{":type": text("RunnerClaim-" + runnerName)},
	})
	require.NoError(t, err)
	claims := map[string]claim{}
	for _, item := range found.Items {
		execution, ok := item["executionArn"].(*dynamodbtypes.AttributeValueMemberS)
		if !ok {
			continue // an agent's sign of life
		}
		require.NotContains(t, claims, execution.Value, "one claim for one job")
		task, _ := item["taskId"].(*dynamodbtypes.AttributeValueMemberS)
		finished, _ := item["finished"].(*dynamodbtypes.AttributeValueMemberBOOL)
		require.True(t, task != nil && finished != nil, "%v", item)
		claims[execution.Value] = claim{task: task.Value, finished: finished.Value}
	}
	return claims
}

// waiting is how many messages are in the queue, and how many are hidden.
func (b *fixture) waiting(t testing.TB) string {
	t.Helper()
	got, err := b.queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &b.queueURL, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameAll},
	})
	require.NoError(t, err)
	return got.Attributes["ApproximateNumberOfMessages"] + "+" + got.Attributes["ApproximateNumberOfMessagesNotVisible"]
}
