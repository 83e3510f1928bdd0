package worker_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMuchOutput: nothing is lost, nothing is out of order, and a line without
// an end is split.
func TestMuchOutput(t *testing.T) {
	t.Parallel()
	const size = 50_000_000
	cases := map[string]struct {
		command string
		lines   int
		text    int
	}{
		"in lines":    {fmt.Sprintf("seq -w 1 %d", size/8), size / 8, 7 * size / 8},
		"in one line": {fmt.Sprintf("head -c %d /dev/zero | tr '\\0' x", size), (size + 65535) / 65536, size},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			// Lines come one after another, and the run's end is after them all.
			var lines, text int
			var last string
			ordered := true
			b.ports.Log = logFunc(func(line line) {
				lines++
				text += len(line.text)
				ordered = ordered && (len(line.text) < len(last) || line.text >= last)
				last = line.text
			})
			answers := b.commands("Step", c.command)
			require.NoError(t, b.run())
			assert.Nil(t, get(t, answers).failure)
			assert.Equal(t, c.lines, lines)
			assert.Equal(t, c.text, text)
			assert.True(t, ordered)
		})
	}
}

// TestLinesCarryTheirStep and come while the job still runs.
func TestLinesCarryTheirStep(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	begin := time.Now()
	answers := b.commands("Step", "echo first", "while [ ! -e "+b.config.Directory+"/go ]; do sleep 0.01; done")
	_, ended := b.start(t.Context())
	b.awaitText("Step", "first\n")
	assert.Empty(t, answers)
	require.NoError(t, os.WriteFile(filepath.Join(b.config.Directory, "go"), nil, 0o600))
	b.queue.Close()
	require.NoError(t, <-ended)
	require.Len(t, b.lines, 1)
	first := b.lines[0]
	assert.WithinRange(t, first.time, begin, time.Now())
	first.time = time.Time{}
	assert.Equal(t, line{step: "Step", token: "token-Step", text: "first"}, first)
}
