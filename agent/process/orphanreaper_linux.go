package process

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// OrphanReaper is a small process that outlives this program when that is killed, and
// ends what it left: the kernel ends the leaders, but not what they started.
type OrphanReaper struct {
	// alivePipe is the pipe that breaks when this program ends.
	alivePipe io.WriteCloser
	ended     chan struct{}
}

// orphanReaperScript is the guard's program, for any sh and without tools but rm, chmod and
// sleep. Its arguments are the cookie of all trees and the directories. A process
// stays listed until its end is over, and may fork until then, so it looks
// until it finds none, but not for ever. A job may have made a directory
// read-only.
const orphanReaperScript = `
trap '' HUP INT TERM
cookie=$1
shift
read -r word
[ "$word" != stop ] || exit 0
looks=0
found=yes
while [ -n "$found" ] && [ "$looks" -lt 100 ]; do
	found=
	for file in /proc/[0-9]*/environ; do
		while IFS= read -r part || [ -n "$part" ]; do
			case $part in
			*"$cookie"*)
				pid=${file#/proc/}
				kill -s KILL "${pid%/environ}" && found=yes
				break
				;;
			esac
		done <"$file"
	done
	looks=$((looks + 1))
	[ -z "$found" ] || sleep 0.05
done
rm -rf -- "$@" 2>/dev/null && exit
chmod -R u+rwx -- "$@"
rm -rf -- "$@"
`

// StartOrphanReaper has all processes ended of all trees that are started after it, and
// directories removed, when this program is killed. Out of reach is a process
// that has dropped its environment. It is for main packages, since it puts
// CookieVariable into this program's environment; Stop must be called at its
// end.
//
// The first process of a container gets no guard, since everything in there
// ends with it.
func StartOrphanReaper(directories ...string) (*OrphanReaper, error) {
	if os.Getpid() == 1 {
		return &OrphanReaper{}, nil
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		return nil, fmt.Errorf("find a shell for the guard: %w", err)
	}
	broken, life, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("create the guard's pipe: %w", err)
	}
	defer broken.Close()
	outer, cookie := os.Getenv(CookieVariable), rand.Text()
	cmd := exec.Command(shell, append([]string{"-c", orphanReaperScript, "attini-guard", cookie}, directories...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), CookieVariable + "=" + outer}
	cmd.Stdin = broken
	// In this session, so that it is not taken for an orphan, but not in a
	// group that a terminal interrupts.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	g := &OrphanReaper{alivePipe: life, ended: make(chan struct{})}
	started := make(chan error)
	go runOnOwnThread(func() {
		defer close(g.ended)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // it has nothing to tell
		}
	})
	if err := <-started; err != nil {
		life.Close()
		return nil, fmt.Errorf("start the guard: %w", err)
	}
	if err := os.Setenv(CookieVariable, nestedCookie(outer, cookie)); err != nil {
		g.Stop()
		return nil, fmt.Errorf("mark the program's processes: %w", err)
	}
	return g, nil
}

// Stop ends the guard, which does nothing then: the trees have been ended.
func (g *OrphanReaper) Stop() {
	if g.alivePipe == nil {
		return
	}
	// Somebody may have killed it; then it is gone already.
	_, _ = io.WriteString(g.alivePipe, "stop\n")
	_ = g.alivePipe.Close()
	<-g.ended
}
