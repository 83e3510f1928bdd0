package bootstrap_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/bootstrap"
)

// deaf makes a program of the bootstrap's one that drops SIGTERM, as a process
// does that the shell has just forked: it still has the shell's trap, which only
// notes the signal. A function of the shell goes before the programs on PATH.
func deaf(program, then string) string {
	return program + "() { trap '' TERM; : >\"$TMPDIR/" + program + ".deaf\"; " + then + "; }\n"
}

// TestBootstrapGuardDropsSignal: a download that ends before its guard has
// started does not wait for the guard's time.
func TestBootstrapGuardDropsSignal(t *testing.T) {
	t.Parallel()
	// The download ends at once, when the guard is there.
	const awaits = "#!/bin/sh\nuntil [ -e \"$TMPDIR/sleep.deaf\" ]; do :; done\n"
	eachShell(t, func(t *testing.T, i image) {
		for name, download := range map[string]string{"it succeeds": awaits + "for file; do [ \"$last\" = -o ] && break; last=$file; done\necho x >\"$file\"\n", "it fails": awaits + "exit 7\n"} {
			t.Run(name, func(t *testing.T) {
				shell := bootstrap.Shell{Tries: 1, Timeout: 40 * time.Second}
				got := i.run(t, container{
					agent: bootstrap.Agent{Version: "2.1.0", Downloads: nowhere()}, shell: shell,
					tools: downloading, programs: map[string]string{"curl": download},
					probe: deaf("sleep", `exec sleep "$@"`) + shell.Command(bootstrap.Agent{})[2],
				})
				assert.Less(t, got.took, time.Minute)
				want := 69
				if name == "it succeeds" {
					want = 65 // it is not the agent
				}
				assert.Equal(t, want, got.code, got.stderr)
				assert.Equal(t, []string{"sleep.deaf"}, got.left)
			})
		}
	})
}

// TestBootstrapDownloadDropsSignal: a download whose time is over has ended when
// the step is told so, also when it has just been started.
func TestBootstrapDownloadDropsSignal(t *testing.T) {
	t.Parallel()
	// Whoever tells the step looks whether the file still grows.
	const aws = `#!/bin/sh
before=$(wc -c <"$TMPDIR/alive")
sleep 1
[ "$before" -lt "$(wc -c <"$TMPDIR/alive")" ] && : >"$TMPDIR/grows"
exit 0
`
	eachShell(t, func(t *testing.T, i image) {
		i.install(t, "wc", "tools/wc")
		shell := bootstrap.Shell{Tries: 1, Timeout: time.Second}
		r := i.start(t, container{
			agent: bootstrap.Agent{Token: odd, Version: "2.1.0", Downloads: nowhere()}, shell: shell,
			tools: append([]string{"wc"}, downloading...), programs: map[string]string{"aws": aws},
			probe: deaf("curl", `while :; do echo . >>"$TMPDIR/alive"; sleep 0.05; done`) + shell.Command(bootstrap.Agent{})[2],
		})
		got := r.wait(t)
		assert.Equal(t, 69, got.code, got.stderr)
		_, err := os.Stat(filepath.Join(r.temporary, "alive"))
		require.NoError(t, err)
		_, err = os.Stat(filepath.Join(r.temporary, "grows"))
		require.ErrorIs(t, err, os.ErrNotExist)
	})
}
