package worker_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// events are what happens to a job's log and to its step, in order.
type events struct {
	worker.Reporter
	mutex sync.Mutex
	all   []string
}

func (e *events) add(event string) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.all = append(e.all, event)
}

func (e *events) Open(*protocol.Message) worker.JobLog { e.add("open"); return e }

func (e *events) Write(_ time.Time, lines []byte) { e.add(string(lines)) }

func (e *events) Close(context.Context) { e.add("close") }

func (e *events) Succeed(ctx context.Context, token string, output json.RawMessage) error {
	e.add("report")
	return e.Reporter.Succeed(ctx, token, output)
}

func (e *events) Fail(ctx context.Context, token string, failure worker.Failure) error {
	e.add("report")
	return e.Reporter.Fail(ctx, token, failure)
}

// TestLogIsWholeBeforeTheReport: the log is closed before the step gets its
// answer, and no line follows, even if the job was killed.
func TestLogIsWholeBeforeTheReport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		command string
		want    []string
	}{
		"a success": {"echo hello", []string{"open", "hello\n", "close", "report"}},
		"a failure": {"echo hello; exit 1", []string{"open", "hello\n", "close", "report"}},
		"a timeout": {
			"trap 'printf the-last-words; exit' TERM; echo hello; (trap '' TERM; while :; do sleep 0.05; done) & while :; do sleep 0.05; done",
			[]string{"open", "hello\n", "the-last-words\n", "close", "report"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			seen := &events{Reporter: b.ports.Reporter}
			b.ports.Log, b.ports.Reporter, b.config.JobTimeout = seen, seen, 5*time.Second
			answers := b.commands("Step", c.command)
			require.NoError(t, b.run())
			get(t, answers)
			all := slices.DeleteFunc(seen.all, func(line string) bool { return line == "Terminated\n" }) // a shell's own
			assert.Equal(t, c.want, all)
		})
	}
}

// TestSecretsAreMasked: of the agent's environment, of the step's, and of the
// startup commands.
func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.Environment = append(b.config.Environment, "THE_TOKEN=tell-nobody")
	b.config.StartupCommands = []string{`echo "up with $THE_TOKEN"`}
	answers := b.job("Step", map[string]any{
		"Environment": map[string]any{"DB_PASSWORD": "hunter22", "PLAIN": "7", "ATTINI_SECRET_VARIABLES": "PLAIN"},
		"Commands":    []string{`echo "$THE_TOKEN $DB_PASSWORD $PLAIN $HOME"`, "echo '::add-mask::fetched-one'; echo fetched-one", `echo "\"$DB_PASSWORD\"" > "$ATTINI_OUTPUT"`},
	})
	require.NoError(t, b.run())
	assert.JSONEq(t, `"hunter22"`, get(t, answers).output, "what a job passes on is its own")
	assert.Equal(t, "up with ***\n", b.text(worker.StartupStep))
	assert.Contains(t, b.text("Step"), "*** *** *** ")
	assert.Contains(t, b.text("Step"), "::add-mask::***\n***\nwarning: ATTINI_OUTPUT contains a secret that this log hides.")
}

// TestStepNames: a step's name is never used as a file path.
func TestStepNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a/b", "../..", "it's", "$(echo no)", "日本 🚀", "."} {
		b := newFixture(t)
		answers := b.commands(name, `printf '%s\n' "$ATTINI_STEP_NAME"`)
		require.NoError(t, b.run())
		require.Nil(t, get(t, answers).failure, name)
		assert.Equal(t, name+"\n", b.text(name))
	}
}
