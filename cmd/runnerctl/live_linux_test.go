package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// watched keeps what a program writes to its terminal.
type watched struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *watched) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(text)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// TestTheLiveTree on a real terminal: the step with its last line below the lines, a
// question without line end in it, and nothing of it left at the end.
func TestTheLiveTree(t *testing.T) {
	t.Parallel()
	s := newRun(t, `echo a line; printf 'Enter a value: '; touch "$HERE/under-way"; until [ -e "$HERE/go-on" ]; do sleep 0.02; done; echo; echo done`)
	master, user := newTerminal(t)
	terminal := &watched{}
	go func() { _, _ = io.Copy(terminal, master) }() // it ends with the terminal
	size := unix.Winsize{Row: 24, Col: 60}
	require.NoError(t, unix.IoctlSetWinsize(int(user.Fd()), unix.TIOCSWINSZ, &size))
	s.Stdin, s.Stdout, s.Stderr = user, user, user
	s.Env = append(s.Env, "TERM=xterm", "CI=", "NO_COLOR=1")
	s.start(t)
	require.Eventually(t, func() bool {
		return regexp.MustCompile(`Long  \d+s  Enter a value: `).MatchString(terminal.String())
	}, patience, 10*time.Millisecond, "%q", terminal)
	require.NoError(t, os.WriteFile(filepath.Join(s.here, "go-on"), nil, 0o600))
	s.exit(t, 0)
	require.Eventually(t, func() bool { return strings.Contains(terminal.String(), "The plan succeeded.") }, patience, 10*time.Millisecond)
	shown := strings.ReplaceAll(terminal.String(), "\r\n", "\n")
	assert.Contains(t, shown, "Long | a line\n")
	assert.Contains(t, shown, "Long | done\n")
	_, last, _ := strings.Cut(shown, "Long | done\n")
	assert.NotContains(t, last, "⠋ Long", "the tree is gone")
	assert.Empty(t, s.remains(t))
}
