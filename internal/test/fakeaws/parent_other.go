//go:build !linux

package fakeaws

import "syscall"

// diesWithParent is known to Linux only: elsewhere the server of a test that is
// killed goes on.
func diesWithParent() *syscall.SysProcAttr { return nil }
