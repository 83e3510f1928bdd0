package process

import (
	"fmt"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Exit is how a tree's leader ended.
type Exit struct {
	// Code is the exit code, or 128 plus the number of the signal, as in a shell's $?.
	Code int
	// Signal is the signal that ended the leader; 0 if it exited.
	Signal syscall.Signal
}

// String describes the end: "exited with code 3", "was killed by signal SIGKILL (code
// 137)".
func (e Exit) String() string {
	if e.Signal == 0 {
		return fmt.Sprintf("exited with code %d", e.Code)
	}
	return fmt.Sprintf("was killed by signal %s (code %d)", e.SignalName(), e.Code)
}

// SignalName is the name of the signal that ended the leader, such as SIGKILL, or its
// number; "" if it exited.
func (e Exit) SignalName() string {
	if e.Signal == 0 {
		return ""
	}
	if name := unix.SignalName(e.Signal); name != "" {
		return name
	}
	return strconv.Itoa(int(e.Signal))
}

func exitedWith(code int) Exit { return Exit{Code: code} }

func killedBy(signal syscall.Signal) Exit {
	return Exit{Code: 128 + int(signal), Signal: signal}
}
