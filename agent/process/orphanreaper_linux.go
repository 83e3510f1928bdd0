package process

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// OrphanReaper is a small process that outlives this program when it is killed, and
// ends the processes that its trees left: the kernel ends only the leaders.
type OrphanReaper struct {
	// alivePipe breaks when this program ends.
	alivePipe io.WriteCloser
	ended     chan struct{}
}

// orphanReaperScript is the reaper's program, for any sh; it needs only rm, chmod,
// cat and sleep. Its arguments are the cookie of all trees and the directories to remove; LAST
// has the words of a command to run before. A job may have made a directory read-only.
const orphanReaperScript = endFunction + `
trap '' HUP INT TERM
cookie=$1
shift
read -r word
[ "$word" != stop ] || exit 0
send() { kill -s KILL "$1"; }
end_marked "$cookie" 100
if [ -n "$LAST" ]; then
	(
		set -f
		IFS='
'
		exec $LAST
	)
fi
rm -rf -- "$@" 2>/dev/null && exit
chmod -R u+rwx -- "$@"
rm -rf -- "$@"
`

// StartOrphanReaper starts a reaper. If this program is killed, the reaper ends the
// processes of all trees that were started later, except processes that dropped their
// environment, runs the command last if it is not empty, and removes the directories.
// Only main packages may call it, because it sets CookieVariable in this program's
// environment. The caller must call Stop.
//
// The first process of a container needs no reaper: all others end with it.
func StartOrphanReaper(last []string, directories ...string) (*OrphanReaper, error) {
	if os.Getpid() == 1 {
		return &OrphanReaper{}, nil
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		return nil, fmt.Errorf("find a shell for the orphan reaper: %w", err)
	}
	broken, life, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("create the orphan reaper's pipe: %w", err)
	}
	defer broken.Close()
	outer, cookie := os.Getenv(CookieVariable), rand.Text()
	cmd := exec.Command(shell, append([]string{"-c", orphanReaperScript, "attini-orphan-reaper", cookie}, directories...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), CookieVariable + "=" + outer}
	if len(last) > 0 {
		cmd.Env = append(os.Environ(), CookieVariable+"="+outer, "LAST="+strings.Join(last, "\n"))
	}
	cmd.Stdin = broken
	// In this session, so that it does not count as an orphan, but not in a group
	// that a terminal interrupts.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	g := &OrphanReaper{alivePipe: life, ended: make(chan struct{})}
	started := make(chan error)
	go runOnOwnThread(func() {
		defer close(g.ended)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // its exit code does not matter
		}
	})
	if err := <-started; err != nil {
		life.Close()
		return nil, fmt.Errorf("start the orphan reaper: %w", err)
	}
	if err := os.Setenv(CookieVariable, nestedCookie(outer, cookie)); err != nil {
		g.Stop()
		return nil, fmt.Errorf("mark the program's processes: %w", err)
	}
	return g, nil
}

// Stop ends the reaper without any other effect.
func (g *OrphanReaper) Stop() {
	if g.alivePipe == nil {
		return
	}
	// A write error means that it has ended already.
	_, _ = io.WriteString(g.alivePipe, "stop\n")
	_ = g.alivePipe.Close()
	<-g.ended
}
