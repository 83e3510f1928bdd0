package process

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// Exit is how a tree's leader ended.
type Exit struct {
	// Code is the exit code, or 128 plus the signal's number, as a shell
	// reports it in $?.
	Code int
	// Signal is the signal that ended the leader, 0 when it exited by itself.
	Signal syscall.Signal
}

// String says in words how the leader ended: "exited with code 3", "was
// killed by signal SIGKILL (code 137)".
func (e Exit) String() string {
	if e.Signal == 0 {
		return fmt.Sprintf("exited with code %d", e.Code)
	}
	name := unix.SignalName(e.Signal)
	if name == "" {
		name = fmt.Sprintf("%d", int(e.Signal))
	}
	return fmt.Sprintf("was killed by signal %s (code %d)", name, e.Code)
}

func exitedWith(code int) Exit { return Exit{Code: code} }

func killedBy(signal syscall.Signal) Exit {
	return Exit{Code: 128 + int(signal), Signal: signal}
}
