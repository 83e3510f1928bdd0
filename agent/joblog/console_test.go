package joblog_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/joblog"
)

// TestConsole: each line begins with its step's name, and UTF-8 stays unchanged.
func TestConsole(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	console := joblog.NewConsole(&written)
	require.NoError(t, console.Step("Build", nil).WriteLines([]byte("one\n\ntwo 🚀\n")))
	require.NoError(t, console.Step("Te\nst\x7f", strings.ToUpper).WriteLines([]byte("three\n")))
	_, err := console.Write([]byte("the agent's own\n"))
	require.NoError(t, err)
	assert.Equal(t, "Build | one\nBuild | \nBuild | two 🚀\nTE ST  | three\nthe agent's own\n", written.String())
}

// Jobs that print at the same time do not mix within a line.
func TestConsoleIsShared(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	console := joblog.NewConsole(&written)
	var jobs sync.WaitGroup
	const steps, lines = 8, 200
	for i := range steps {
		step := console.Step(fmt.Sprint("step", i), nil)
		jobs.Go(func() {
			for line := range lines {
				assert.NoError(t, step.WriteLines(fmt.Appendf(nil, "%d of %d\n%s\n", line, i, strings.Repeat("x", i))))
			}
		})
	}
	jobs.Wait()
	seen := map[string]int{}
	for line := range strings.Lines(written.String()) {
		step, text, found := strings.Cut(line, " | ")
		require.True(t, found)
		i := step[len("step"):]
		if seen[step]%2 == 0 {
			assert.Equal(t, fmt.Sprintf("%d of %s\n", seen[step]/2, i), text)
		}
		seen[step]++
	}
	assert.Len(t, seen, steps)
	for step, count := range seen {
		assert.Equal(t, 2*lines, count, step)
	}
}
