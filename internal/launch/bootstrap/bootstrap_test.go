package bootstrap_test

import (
	"flag"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/launch/bootstrap"
)

func TestMain(m *testing.M) {
	// The tests mostly wait for shells and servers, so more of them run at once
	// than there are processors.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// odd are arguments that a shell would take for something else, were they part
// of its text.
const odd = `$(touch /tmp/never) "; exit 9 #'`

func TestCommand(t *testing.T) {
	t.Parallel()
	agent := bootstrap.Agent{Token: odd, Version: "2.1.0", Downloads: []bootstrap.Download{
		{Machine: "x86_64", URL: "https://a", SHA256: "aa"}, {Machine: "aarch64", URL: "https://b", SHA256: "bb"},
	}}
	for name, test := range map[string]struct {
		shell bootstrap.Shell
		want  []string
	}{
		"defaults": {bootstrap.Shell{}, []string{"4", "20", "120"}},
		"rounded":  {bootstrap.Shell{Tries: 1, Stall: time.Millisecond, Timeout: 1001 * time.Millisecond}, []string{"1", "1", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := test.shell.Command(agent)
			assert.Equal(t, []string{"/bin/sh", "-c"}, command[:2])
			assert.Equal(t, []string{"attini-bootstrap", odd, "2.1.0"}, command[3:6])
			assert.Equal(t, test.want, command[6:9])
			assert.Equal(t, []string{"x86_64", "https://a", "aa", "aarch64", "https://b", "bb"}, command[9:])
			assert.NotContains(t, command[2], odd)
			assert.NotContains(t, command[2], "\n#")
		})
	}
}

// TestExitReason: what the script ends with is explained, and nothing
// else is.
func TestExitReason(t *testing.T) {
	t.Parallel()
	script := bootstrap.Shell{}.Command(bootstrap.Agent{})[2]
	ends := map[int]bool{}
	for _, match := range regexp.MustCompile(`\bfail ([0-9]+) `).FindAllStringSubmatch(script, -1) {
		code, err := strconv.Atoi(match[1])
		require.NoError(t, err)
		ends[code] = true
	}
	assert.Len(t, ends, 6)
	for code := range 256 {
		assert.Equal(t, ends[code], bootstrap.ExitReason(code) != "", "exit code %d", code)
	}
}

// TestShellcheck holds the script to shellcheck, if it is installed.
func TestShellcheck(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("shellcheck")
	if err != nil {
		program = "../../../.tools/venv/bin/shellcheck"
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("shellcheck is not installed here")
	}
	output, err := exec.CommandContext(t.Context(), program, "bootstrap.sh").CombinedOutput()
	require.NoError(t, err, "%s", output)
}
