package fakeaws

import "syscall"

// diesWithParent has the kernel kill the server with a test that is killed.
func diesWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
