package bootstrap_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/bootstrap"
)

// TestBootstrapFailsTheStep: where the image has the AWS CLI, the step of a token gets
// to know the reason; the token gets into no log.
func TestBootstrapFailsTheStep(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, i image) {
		aws := "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$TMPDIR/aws\"\necho \"$@\"\nexit ${AWS_FAILS-0}\n"
		tell := func(t *testing.T, token string, environment ...string) (ended, []string) {
			agent := bootstrap.Agent{Token: token, Version: "2.1.0"}
			r := i.start(t, container{agent: agent, tools: downloading, programs: map[string]string{"aws": aws}, environment: append(environment, "ATTINI_AWS_REGION=eu-west-1")})
			got := r.wait(t)
			said, err := os.ReadFile(filepath.Join(r.temporary, "aws"))
			if err != nil {
				return got, nil
			}
			return got, strings.Split(strings.TrimSuffix(string(said), "\n"), "\n")
		}
		for name, environment := range map[string][]string{"told": nil, "not told": {"AWS_FAILS=255"}} {
			t.Run(name, func(t *testing.T) {
				got, said := tell(t, odd, environment...)
				assert.Equal(t, 71, got.code)
				reason, _, _ := strings.Cut(strings.TrimPrefix(got.stderr, "attini-bootstrap: "), "\n")
				assert.Contains(t, reason, "the launcher has none to download for")
				assert.Equal(t, []string{
					"stepfunctions", "send-task-failure", "--region", "eu-west-1", "--cli-connect-timeout", "9", "--cli-read-timeout", "9",
					"--task-token", odd, "--error", "Startup tasks failed", "--cause", reason,
				}, said)
				assert.Equal(t, environment != nil, strings.Contains(got.stderr, "the waiting step could not be failed"))
				assert.NotContains(t, got.stderr+got.stdout, odd)
			})
		}
		t.Run("no token", func(t *testing.T) {
			got, said := tell(t, "")
			assert.Equal(t, 71, got.code)
			assert.Nil(t, said)
		})
	})
}

// TestBootstrapStops: a signal to stop gets to whoever is process 1 then, the
// shell that waits for a download or the agent.
func TestBootstrapStops(t *testing.T) {
	t.Parallel()
	// It has a child of its own.
	waiting := "#!/bin/sh\n[ \"$1\" != dry-run ] || exit 0\ntrap 'kill $!; echo stopped; exit 7' TERM\nsleep 40 &\necho ready\nwait\n"
	eachTool(t, func(t *testing.T, i image, tools []string) {
		t.Run("agent", func(t *testing.T) {
			read, write, err := os.Pipe()
			require.NoError(t, err)
			defer read.Close()
			r := i.start(t, container{agent: published(t, waiting), tools: tools, stdout: write})
			require.NoError(t, write.Close())
			first := make([]byte, len("ready\n"))
			_, err = io.ReadFull(read, first)
			require.NoError(t, err)
			children, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", r.Process.Pid))
			require.NoError(t, err)
			assert.Len(t, strings.Fields(string(children)), 1, "nothing of the bootstrap is left")
			require.NoError(t, r.Process.Signal(syscall.SIGTERM))
			got := r.wait(t)
			assert.Equal(t, 7, got.code, got.stderr)
			rest, err := io.ReadAll(read)
			require.NoError(t, err)
			assert.Equal(t, "ready\nstopped\n", string(first)+string(rest))
		})
		t.Run("download", func(t *testing.T) {
			asked, gone := make(chan struct{}), make(chan struct{})
			agent := served(t, "", func(_ http.ResponseWriter, r *http.Request) {
				close(asked)
				<-r.Context().Done()
				close(gone)
			})
			r := i.start(t, container{agent: agent, tools: tools, shell: bootstrap.Shell{Tries: 1, Stall: 40 * time.Second}})
			<-asked
			require.NoError(t, r.Process.Signal(syscall.SIGTERM))
			got := r.wait(t)
			<-gone
			assert.Equal(t, 143, got.code, got.stderr)
			assert.Less(t, got.took, time.Minute)
			assert.Empty(t, got.stdout)
			assert.Empty(t, got.left)
		})
	})
}
