package transform_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWatchdog runs the watchdog with its clock, Docker and shutdown played: it shuts
// the host down after 30 looks in a row without a container of the runner, and not
// before.
func TestWatchdog(t *testing.T) {
	t.Parallel()
	const runner = `echo '[PATH=/bin ATTINI_RUNNER_RESOURCE_NAME=dev-shop-Build]'`
	for name, c := range map[string]struct {
		// docker is what docker inspect does at look $1.
		docker string
		looks  string
	}{
		"never a container":        {`exit 1`, "30"},
		"only other containers":    {`echo '[PATH=/bin]'`, "30"},
		"a container for 40 looks": {`if [ "$1" -le 40 ]; then ` + runner + `; fi`, "70"},
		"a container between":      {`if [ "$1" -eq 29 ]; then ` + runner + `; fi`, "59"},
		"a container all the time": {runner, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			program := func(name, script string) {
				require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700))
			}
			count := filepath.Join(folder, "count")
			require.NoError(t, os.WriteFile(count, []byte("0\n"), 0o600))
			// A hundred looks end the test.
			program("sleep", `n=$(($(cat `+count+`)+1)); echo $n >`+count+`; if [ $n -gt 100 ]; then kill $PPID; fi`)
			program("docker", `if [ "$1" = ps ]; then echo id; exit; fi; set -- $(cat `+count+`); `+c.docker)
			program("shutdown", `cat `+count+` >`+filepath.Join(folder, "down")+`; kill $PPID`)
			program("timeout", `shift; exec "$@"`)
			command := exec.CommandContext(t.Context(), "sh", "-c", ". ./watchdog.sh\nwait")
			command.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"))
			output, err := command.CombinedOutput()
			require.NoError(t, err, "%s", output)
			assert.Empty(t, output)
			down, err := os.ReadFile(filepath.Join(folder, "down"))
			if c.looks == "none" {
				require.ErrorIs(t, err, os.ErrNotExist)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.looks, strings.TrimSpace(string(down)))
		})
	}
}
