package worker_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/worker"
)

// TestTheFailedCommandIsNamed in every shell, however the script ends.
func TestTheFailedCommandIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		commands []string
		want     worker.ScriptEnd
		prints   string
	}{
		"silent":           {[]string{"echo one", "echo two", "false | false", "echo three"}, worker.ScriptEnd{Code: 1, Command: 3, Line: 1, Text: "false | false"}, "one\ntwo\n"},
		"exit":             {[]string{"true", "exit 3"}, worker.ScriptEnd{Code: 3, Command: 2, Line: 1, Text: "exit 3"}, ""},
		"the first":        {[]string{"", "# why", "false", "true"}, worker.ScriptEnd{Code: 1, Command: 3, Line: 1, Text: "false"}, ""},
		"the only one":     {[]string{"read x"}, worker.ScriptEnd{Code: 1, Command: 1, Line: 1, Text: "read x"}, ""},
		"a line of many":   {[]string{"true", "true\necho a\n\nterrafrom plan 2>/dev/null\necho b"}, worker.ScriptEnd{Code: 127, Command: 2, Line: 4, Text: "terrafrom plan 2>/dev/null"}, "a\n"},
		"in a function":    {[]string{"f() {", "false", "}", "true", "f"}, worker.ScriptEnd{Code: 1, Command: 5, Line: 1, Text: "f"}, ""},
		"in a loop":        {[]string{"true", "for i in 1 2; do", "  echo $i", "  [ $i = 1 ]", "done"}, worker.ScriptEnd{Code: 1, Command: 2, Line: 1, Text: "for i in 1 2; do"}, "1\n2\n"},
		"killed":           {[]string{"true", "kill -9 $$"}, worker.ScriptEnd{Code: 137, Signal: "SIGKILL", Command: 2, Line: 1, Text: "kill -9 $$"}, ""},
		"a here-document":  {[]string{"cat <<END", "a", "END", "false"}, worker.ScriptEnd{Code: 1, Command: 4, Line: 1, Text: "false"}, "a\n"},
		"quotes":           {[]string{"echo 'a", "false", "b'", "exit 4"}, worker.ScriptEnd{Code: 4, Command: 4, Line: 1, Text: "exit 4"}, "a\nfalse\nb\n"},
		"a continuation":   {[]string{`echo a \`, `b`, "exit 4"}, worker.ScriptEnd{Code: 4, Command: 3, Line: 1, Text: "exit 4"}, "a b\n"},
		"continued to end": {[]string{`echo a \`, "", "exit 4"}, worker.ScriptEnd{Code: 4, Command: 3, Line: 1, Text: "exit 4"}, "a\n"},
		"keeps $?":         {[]string{"! true", "echo $?", "true", "echo $?", "exit 4"}, worker.ScriptEnd{Code: 4, Command: 5, Line: 1, Text: "exit 4"}, "1\n0\n"},
		"traced":           {[]string{"set -x", "exit 4"}, worker.ScriptEnd{Code: 4, Command: 2, Line: 1, Text: "exit 4"}, "+ exit 4\n"},
		"no clobbering":    {[]string{"set -C", "true", "exit 4"}, worker.ScriptEnd{Code: 4, Command: 3, Line: 1, Text: "exit 4"}, ""},
		"another echo":     {[]string{"echo() { printf mine; }", "IFS=0123456789", "true", "true", "true", "true", "true", "true", "true", "exit 4"}, worker.ScriptEnd{Code: 4, Command: 10, Line: 1, Text: "exit 4"}, ""},
		"not understood":   {[]string{"echo a", "echo $_ >/dev/null", "exit 4"}, worker.ScriptEnd{Code: 4}, "a\n"},
		"a forged note":    {[]string{"true", `echo 99 >"$0.at"; exit 4`}, worker.ScriptEnd{Code: 4}, ""},
		"a note of a file": {[]string{"true", `rm "$0.at"; mkdir "$0.at"; exit 4`}, worker.ScriptEnd{Code: 4}, ""},
		"a long line":      {[]string{"true", "false " + strings.Repeat("é", 200)}, worker.ScriptEnd{Code: 1, Command: 2, Line: 1, Text: "false " + strings.Repeat("é", 97) + "…"}, ""},
		// No shell gets to the deep command: each level would be a process, 20,000 in all.
		"very deep": {[]string{"true", "exit 4", "false " + strings.Repeat("$(", 20_000) + strings.Repeat(")", 20_000)}, worker.ScriptEnd{}, "*"},
	} {
		for _, shell := range []string{"bash", "dash"} {
			t.Run(name+"/"+shell, func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath(shell); err != nil {
					t.Skip("needs " + shell)
				}
				b := newFixture(t)
				b.config.Shell = shell
				answers := b.commands("Step", c.commands...)
				require.NoError(t, b.run())
				failure := get(t, answers).failure
				require.NotNil(t, failure)
				require.NotNil(t, failure.Script, failure.Cause)
				if c.prints == "*" {
					return
				}
				assert.Equal(t, c.prints, b.text("Step"))
				want := c.want
				want.Commands = len(c.commands)
				assert.Equal(t, &want, failure.Script)
			})
		}
	}
}

func TestATimeoutNamesItsCommandAndLimit(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.JobTimeout = 300 * time.Millisecond
	answers := b.commands("Step", "true", "sleep 600")
	require.NoError(t, b.run())
	failure := get(t, answers).failure
	require.NotNil(t, failure)
	assert.Equal(t, b.config.JobTimeout, failure.Script.Limit)
	assert.Contains(t, failure.Cause, "Script timed out after 0 seconds, command 2 of 2: sleep 600 (limit: the Runner's JobTimeout)")
}

// TestASecretInACommandIsMasked: the cause is shown in the console of Step Functions.
func TestASecretInACommandIsMasked(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.config.Environment = append(b.config.Environment, "DB_PASSWORD=correct-horse")
	answers := b.commands("Step", "true", "test correct-horse = battery")
	require.NoError(t, b.run())
	failure := get(t, answers).failure
	require.NotNil(t, failure)
	assert.Equal(t, "test *** = battery", failure.Script.Text)
}

func TestNotesLeaveNoFiles(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	answers := b.commands("Step", "true", "true", "exit 1")
	require.NoError(t, b.run())
	require.NotNil(t, get(t, answers).failure)
	left, err := filepath.Glob(filepath.Join(b.config.Directory, "*.at"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// TestExitCodesInWords names what a code of a shell means.
func TestExitCodesInWords(t *testing.T) {
	t.Parallel()
	for code, words := range map[int]string{
		1: "", 3: "", 126: "cannot be executed", 127: "not found", 128: "", 137: "memory", 139: "crashed", 141: "pipe", 143: "SIGTERM", 255: "",
	} {
		end := worker.ScriptEnd{Code: code}
		if words == "" {
			assert.Empty(t, end.Words(), code)
			continue
		}
		assert.Contains(t, end.Words(), words, code)
	}
	assert.Equal(t, 0, strings.Count((&worker.ScriptEnd{Code: 137, Signal: "SIGKILL"}).Words(), "137"))
}
