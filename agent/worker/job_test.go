package worker_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

func shells(t *testing.T) []string {
	t.Helper()
	found := []string{"bash"}
	if _, err := exec.LookPath("dash"); err == nil {
		found = append(found, "dash")
	}
	return found
}

// TestScripts runs each script under every installed shell, from a file without
// execute permission.
func TestScripts(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		commands []string
		prints   string
		output   string
		failure  *worker.Failure
	}{
		"state carries over":          {commands: []string{"mkdir sub; cd sub", "x=1", "f() { echo f$x; }", "f; basename \"$PWD\""}, prints: "f1\nsub\n", output: "{}"},
		"a command of several lines":  {commands: []string{"if true; then\n  echo yes\nfi", "cat <<END\nheredoc\nEND"}, prints: "yes\nheredoc\n", output: "{}"},
		"the first failure ends":      {commands: []string{"echo a", "false", "echo b"}, prints: "a\n", failure: &worker.Failure{Error: protocol.ErrorScript, Cause: "Script exited with code 1, command 2 of 3: false"}},
		"an exit code":                {commands: []string{"exit 3"}, failure: &worker.Failure{Error: protocol.ErrorScript, Cause: "Script exited with code 3, command 1 of 1: exit 3"}},
		"an unknown command":          {commands: []string{"no-such-command 2>/dev/null"}, failure: &worker.Failure{Error: protocol.ErrorScript, Cause: "Script exited with code 127, command 1 of 1: no-such-command 2>/dev/null (127: command not found; install it in the Runner's image, or check PATH and the spelling)"}},
		"a signal":                    {commands: []string{"kill -9 $$"}, failure: &worker.Failure{Error: protocol.ErrorScript, Cause: "Script exited with code 137, command 1 of 1: kill -9 $$ (the shell was killed by signal SIGKILL, often because memory ran out)"}},
		"stderr comes too":            {commands: []string{"echo out; echo err >&2"}, prints: "out\nerr\n", output: "{}"},
		"stdin is empty":              {commands: []string{"cat", "echo end"}, prints: "end\n", output: "{}"},
		"no line end":                 {commands: []string{"printf unfinished"}, prints: "unfinished\n", output: "{}"},
		"JSON output":                 {commands: []string{`echo '{"a": 1.50}' > "$ATTINI_OUTPUT"`}, output: `{"a":1.50}`},
		"text output":                 {commands: []string{`echo text > "$ATTINI_OUTPUT"`}, output: `{"result":"text"}`},
		"deleted output":              {commands: []string{`rm "$ATTINI_OUTPUT"`}, output: `{}`},
		"output that is a pipe":       {commands: []string{`rm "$ATTINI_OUTPUT"; mkfifo "$ATTINI_OUTPUT"`}, failure: &worker.Failure{Error: protocol.ErrorRuntime, Cause: "read ATTINI_OUTPUT: the job replaced the file by a named pipe"}},
		"output that is a link":       {commands: []string{`ln -sf /etc/passwd "$ATTINI_OUTPUT"`}, failure: &worker.Failure{Error: protocol.ErrorRuntime, Cause: "read ATTINI_OUTPUT: the job replaced the file by a link"}},
		"output with many blanks":     {commands: []string{`printf '{"a":%300000s}' 1 > "$ATTINI_OUTPUT"`}, output: `{"a":1}`},
		"output over the limit":       {commands: []string{`head -c 300000 /dev/zero > "$ATTINI_OUTPUT"`}, failure: &worker.Failure{Error: protocol.ErrorRuntime, Cause: "read ATTINI_OUTPUT: it is 300000 bytes; Step Functions allows 262144. Write large results to S3 and output their location"}},
		"a directory made unwritable": {commands: []string{"mkdir -p d/e; touch d/e/f; chmod 500 d/e d"}, output: "{}"},
		"quotes are the user's":       {commands: []string{`echo "it's" '$HOME' \\`}, prints: "it's $HOME \\\n", output: "{}"},
	}
	for _, shell := range shells(t) {
		for name, c := range cases {
			t.Run(shell+"/"+name, func(t *testing.T) {
				t.Parallel()
				b := newFixture(t)
				b.config.Shell = shell
				answers := b.commands("Step", c.commands...)
				require.NoError(t, b.run())
				a := get(t, answers)
				assert.Equal(t, c.failure, words(a.failure))
				assert.Equal(t, c.output, a.output)
				assert.Equal(t, c.prints, b.text("Step"))
				assert.Equal(t, len(b.lines), b.linesAt["Step"], "all lines are written before the report")
				assert.Equal(t, 1, b.reported["Step"])
				left, err := os.ReadDir(b.config.Directory)
				require.NoError(t, err)
				assert.Empty(t, left, "the job's directory is removed")
			})
		}
	}
}

func TestPipefail(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	answers := b.commands("Step", "false | true", "echo never")
	require.NoError(t, b.run())
	assert.Equal(t, &worker.Failure{Error: protocol.ErrorScript, Cause: "Script exited with code 1, command 1 of 2: false | true"}, words(get(t, answers).failure))
}

// TestEnvironment checks the documentation's variables and the step's own.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.Environment = []string{"PATH=" + os.Getenv("PATH"), "INHERITED=yes", "OVERRIDDEN=no", "ATTINI_STEP_NAME=agent's"}
	b.ports.Source = fill(func(_ context.Context, directory string) error {
		return os.WriteFile(filepath.Join(directory, "file"), []byte("of the distribution"), 0o600)
	})
	answers := b.job("A step", map[string]any{
		"Environment": map[string]any{"OVERRIDDEN": `$(echo "no shell") 'here'`, "NUMBER": 5, "LINES": "a\nb"},
		"Commands": []string{
			`echo "$ATTINI_ENVIRONMENT_NAME $ATTINI_DISTRIBUTION_NAME $ATTINI_DISTRIBUTION_ID $ATTINI_DISTRIBUTION_ARTIFACTS_PREFIX $ATTINI_OBJECT_IDENTIFIER $ATTINI_STEP_NAME"`,
			`[ "$PWD" = "$ATTINI_SOURCE_DIR" ] && cat file && echo`,
			`cat "$ATTINI_INPUT"; echo`,
			`echo "$INHERITED $OVERRIDDEN $NUMBER $LINES"`,
			`[ -d "$TMPDIR" ] && case "$TMPDIR" in "$(dirname "$ATTINI_SOURCE_DIR")"/*) echo private;; esac`,
			`stat -c %a "$ATTINI_INPUT" "$ATTINI_OUTPUT" "$ATTINI_SOURCE_DIR"`,
		},
	})
	require.NoError(t, b.run())
	require.Nil(t, get(t, answers).failure)
	assert.Equal(t, `dev shop 7c9e dev/shop/7c9e shop.zip#1 A step
of the distribution
{"deploymentOriginData":{"deploymentSource":{"deploymentSourcePrefix":"dev/shop/7c9e"},"distributionId":"7c9e","distributionName":"shop","environment":"dev","objectIdentifier":"shop.zip#1","stackName":"stack-A step"},"output":{"Before":{"n":12345678901234567890}}}
yes $(echo "no shell") 'here' 5 a
b
private
600
600
700
`, b.text("A step"))
}

// TestTheStepsEnvironmentComesLast, as it did in the original agent.
func TestTheStepsEnvironmentComesLast(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	answers := b.job("Step", map[string]any{
		"Environment": map[string]any{"ATTINI_STEP_NAME": "mine", "EMPTY": "", "UNICODE": "é日🚀", "NULL": nil},
		"Commands":    []string{`echo "$ATTINI_STEP_NAME ${EMPTY-unset} $UNICODE $NULL"`},
	})
	require.NoError(t, b.run())
	require.Nil(t, get(t, answers).failure)
	assert.Equal(t, "mine  é日🚀 null\n", b.text("Step"))
}

// TestBadVariablesAreAllNamed: a name or value that no environment variable can
// have fails the job, and the cause names all of them.
func TestBadVariablesAreAllNamed(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	answers := b.job("St\x00ep", map[string]any{"Environment": map[string]any{"1A": "", "": "", "B=C": "", "D": "a\x00b", "É": "", "GOOD_1": ""}, "Commands": []string{"true"}})
	require.NoError(t, b.run())
	failure := get(t, answers).failure
	require.NotNil(t, failure)
	assert.Equal(t, protocol.ErrorRuntime, failure.Error)
	problems := strings.Split(failure.Cause, "\n")
	require.Len(t, problems, 6)
	for i, names := range []string{protocol.EnvStepName, `""`, `"1A"`, `"B=C"`, `"D"`, `"É"`} {
		assert.Contains(t, problems[i], names)
	}
	assert.Contains(t, problems[0], "NUL")
	assert.Contains(t, problems[1], "not a valid variable name")
	assert.Contains(t, problems[4], "NUL")
}

// alive reports whether any process carries the mark in its environment.
func alive(t *testing.T, mark string) bool {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/environ")
	require.NoError(t, err)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(content), mark) {
			return true
		}
	}
	return false
}

// TestTimeoutLeavesNoProcess: neither a shell that ignores SIGTERM nor its
// children outlive the timeout.
func TestTimeoutLeavesNoProcess(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.JobTimeout = time.Second
	answers := b.job("Slow", map[string]any{
		"Environment": map[string]any{"MARK": "timeout-leaves-no-process"},
		"Commands":    []string{"trap '' TERM; setsid sleep 600 & sleep 600 & wait; sleep 600"},
	})
	require.NoError(t, b.run())
	assert.Contains(t, get(t, answers).failure.Cause, "Script timed out after 1 seconds, command 1 of 1: trap")
	assert.False(t, alive(t, "timeout-leaves-no-process"))
}

// TestJobsCanCleanUp: what a job prints within its grace is not lost.
func TestJobsCanCleanUp(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.JobTimeout, b.config.KillGrace = time.Second, testTimeout
	answers := b.commands("Step", "trap 'echo cleaning; exit 0' TERM", "sleep 600 & wait")
	require.NoError(t, b.run())
	assert.Contains(t, get(t, answers).failure.Cause, "Script timed out after 1 seconds, command 2 of 2: sleep 600 & wait")
	assert.Equal(t, "cleaning\n", b.text("Step"))
}

// TestBackgroundProcessEndsWithItsJob: a background process that keeps the
// output open neither delays the job's end nor outlives it.
func TestBackgroundProcessEndsWithItsJob(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	answers := b.job("Step", map[string]any{
		"Environment": map[string]any{"MARK": "background-process-ends"},
		"Commands":    []string{"setsid sleep 600 &", "sleep 600 &", "echo done"},
	})
	require.NoError(t, b.run())
	assert.Nil(t, get(t, answers).failure)
	assert.Equal(t, "done\n", b.text("Step"))
	assert.False(t, alive(t, "background-process-ends"))
}

// TestAbandonedJobEndsUnreported: a closed token ends the process tree.
func TestAbandonedJobEndsUnreported(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	answers := b.job("Step", map[string]any{
		"Environment": map[string]any{"MARK": "abandoned-job-ends"},
		"Commands":    []string{"echo started", "sleep 600"},
	})
	_, ended := b.start(t.Context())
	b.awaitText("Step", "started\n")
	b.reporter.Close("token-Step")
	b.queue.Close()
	require.NoError(t, <-ended)
	assert.Empty(t, answers)
	assert.False(t, alive(t, "abandoned-job-ends"))
}

func TestSourceTrouble(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		source fill
		cause  string
	}{
		"an error": {func(context.Context, string) error { return errors.New("no such archive") }, "get the distribution: no such archive"},
		"a panic":  {func(context.Context, string) error { panic("oh") }, "get the distribution: internal error: oh"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			b.ports.Source = c.source
			answers := b.commands("Step", "true")
			require.NoError(t, b.run())
			assert.Equal(t, &worker.Failure{Error: protocol.ErrorRuntime, Cause: c.cause}, get(t, answers).failure)
		})
	}
}

func TestTokensStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.ports.Source = fill(func(context.Context, string) error { panic("oh") })
	answers := b.commands("Step", "true")
	require.NoError(t, b.run())
	get(t, answers)
	assert.Contains(t, b.log(), "panic=oh")
	assert.NotContains(t, b.log(), "token-Step")
}

// TestRelativePaths: jobs run in other directories than the agent.
// TestJobsShareNoDirectory: what a job leaves beside its files is not there for
// the next one, also without a distribution.
func TestJobsShareNoDirectory(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.MaxConcurrentJobs = 1
	answers := map[string]<-chan porttest.Answer{}
	for _, step := range []string{"first", "second", "third"} {
		answers[step] = b.commands(step, "mkdir ../build", "echo secret >../build/file", "stat -c %a ..", "chmod 777 ..")
	}
	require.NoError(t, b.run())
	for step, each := range answers {
		assert.Equal(t, answer{output: "{}"}, get(t, each))
		assert.Equal(t, "700\n", b.text(step))
	}
	left, err := os.ReadDir(b.config.Directory)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestRelativePaths(t *testing.T) {
	b := newFixture(t)
	t.Chdir(b.config.Directory)
	b.config.Directory = "."
	answers := b.commands("Step", `case "$ATTINI_OUTPUT" in /*) echo '"absolute"' > "$ATTINI_OUTPUT";; esac`)
	require.NoError(t, b.run())
	assert.Equal(t, answer{output: `"absolute"`}, get(t, answers))
}
