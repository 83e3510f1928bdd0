package worker

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// Words explains an exit code that shells give a meaning; "" for any other.
func (e *ScriptEnd) Words() string {
	const (
		cannotExecute = 126
		notFound      = 127
		signalled     = 128
	)
	switch {
	case e.Signal != "":
		return fmt.Sprintf("the shell was killed by signal %s%s", e.Signal, signalWords(e.Code-signalled))
	case e.Code == cannotExecute:
		return "126: the command exists but cannot be executed; check its mode, its first line and its processor architecture"
	case e.Code == notFound:
		return "127: command not found; install it in the Runner's image, or check PATH and the spelling"
	case e.Code > signalled && unix.SignalName(syscall.Signal(e.Code-signalled)) != "":
		signal := e.Code - signalled
		return fmt.Sprintf("%d: a program was killed by signal %s%s", e.Code, unix.SignalName(syscall.Signal(signal)), signalWords(signal))
	}
	return ""
}

// signalWords says what usually sends a signal.
func signalWords(signal int) string {
	switch syscall.Signal(signal) {
	case syscall.SIGKILL:
		return ", often because memory ran out"
	case syscall.SIGSEGV:
		return ", it crashed"
	case syscall.SIGPIPE:
		return ": it wrote to a pipe whose reader had ended, which pipefail makes a failure"
	case syscall.SIGABRT:
		return ", it aborted itself"
	}
	return ""
}
