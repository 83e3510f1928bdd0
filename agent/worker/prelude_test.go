package worker_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/porttest"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// TestPipefailIsNeverLost: whatever becomes of the question whether the shell has
// it. Only the shell's own answer counts, and anything else is asked again.
func TestPipefailIsNeverLost(t *testing.T) {
	t.Parallel()
	busybox, _ := filepath.Abs("../../.tools/busybox/bin/busybox")
	for name, c := range map[string]struct {
		question string // what happens to a question; $n counts them
		shell    string
		asked    int
		lost     bool // the shell has no such option
	}{
		"answered":                 {`:`, "bash", 1, false},
		"killed":                   {`[ $n -gt 1 ] || kill -KILL $$`, "bash", 2, false},
		"killed, always":           {`kill -KILL $$`, "bash", 3, false},
		"terminated":               {`[ $n -gt 1 ] || kill $$`, "bash", 2, false},
		"no memory for it":         {`[ $n -gt 1 ] || exit 127`, "bash", 2, false},
		"too slow":                 {`[ $n -gt 1 ] || sleep 1000`, "bash", 2, false},
		"a shell that learned it":  {`:`, busybox + " sh", 1, false},
		"the same, and no answer":  {`exit 254`, busybox + " sh", 3, false},
		"a shell without it":       {`exit 2`, "dash", 1, true},
		"dash, whatever it can do": {`exit 137`, "dash", 3, exec.Command("dash", "-c", "set -o pipefail").Run() != nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(strings.Fields(c.shell)[0]); err != nil {
				t.Skip("needs " + c.shell)
			}
			b := newFixture(t)
			b.config.MaxConcurrentJobs = 1
			directory := t.TempDir()
			b.config.Shell = filepath.Join(directory, "shell")
			writeProgram(t, b.config.Shell, `#!/bin/sh
if [ "$1" = -c ]; then
	echo >>`+directory+`/asked
	n=$(wc -l <`+directory+`/asked)
	`+c.question+`
fi
exec `+c.shell+` "$@"
`)
			answers := map[string]<-chan porttest.Answer{}
			for _, step := range []string{"first", "second", "third"} {
				answers[step] = b.commands(step, "false | true", "echo went on")
			}
			require.NoError(t, b.run())
			for step, each := range answers {
				if c.lost {
					assert.Nil(t, get(t, each).failure, step)
					continue
				}
				assert.Equal(t, &worker.Failure{Error: protocol.ErrorScript, Cause: "Script exited with code 1"}, words(get(t, each).failure), step)
				assert.Empty(t, b.text(step), step)
			}
			asked, err := os.ReadFile(filepath.Join(directory, "asked"))
			require.NoError(t, err)
			assert.Len(t, asked, c.asked)
		})
	}
}
