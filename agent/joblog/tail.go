package joblog

import (
	"slices"
	"sync"
)

// Tail keeps the last lines. Its methods may be called concurrently.
type Tail struct {
	mu    sync.Mutex
	most  int
	lines []string
	// next is the index of the oldest line once the tail is full.
	next int
}

// NewTail returns a Tail of at most n lines; none for n below 1.
func NewTail(n int) *Tail { return &Tail{most: max(n, 0)} }

// Add adds a line and drops the oldest one when the tail is full.
func (t *Tail) Add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) < t.most {
		t.lines = append(t.lines, line)
		return
	}
	if t.most == 0 {
		return
	}
	t.lines[t.next] = line
	t.next = (t.next + 1) % t.most
}

// Lines returns a copy of the lines kept, oldest first.
func (t *Tail) Lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Concat(t.lines[t.next:], t.lines[:t.next])
}
