package main

import (
	"io"
	"strings"
	"sync"

	"github.com/attini-go/runner/agent/worker"
)

// console writes jobs' lines to the container's log: whole lines, each behind
// its step's name, so that jobs that run at the same time can be told apart.
type console struct {
	mu sync.Mutex
	w  io.Writer
}

var _ worker.Log = (*console)(nil)

// Write implements worker.Log.
func (c *console) Write(line worker.Line) {
	step := strings.Map(printable, line.Step)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = io.WriteString(c.w, step+" | "+line.Text+"\n") // a log that is gone is no job's trouble
}

// printable keeps a step's name on its line.
func printable(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}
