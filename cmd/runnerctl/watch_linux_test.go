package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWatchRunsAgainFromWhatChanged: from the first step that changed on; the whole
// plan when something else did; and again after a template that cannot be read.
func TestWatchRunsAgainFromWhatChanged(t *testing.T) {
	t.Parallel()
	s := newRun(t, `touch "$HERE/under-way"; echo slow`)
	template := s.Args[len(s.Args)-1]
	text, err := os.ReadFile(template)
	require.NoError(t, err)
	text = bytes.Replace(text, []byte(`]}}]}`), []byte(`]}}, {"Name": "Second", "Type": "AttiniRunnerJob", "Properties": {"Runner": "R", "Commands": ["echo one"]}}]}`), 1)
	require.NoError(t, os.WriteFile(template, text, 0o600))
	s.Args = append(s.Args, "--watch")
	said := s.stderr(t)
	s.start(t)
	said.await(t, "Waiting for changes")
	save := func(change, to string) string {
		text = bytes.Replace(text, []byte(change), []byte(to), 1)
		said.text.Reset()
		require.NoError(t, os.WriteFile(template, text, 0o600))
		said.await(t, "Waiting for changes")
		return said.text.String()
	}
	again := save("echo one", "echo changed")
	assert.Contains(t, again, "Second | changed\n")
	assert.NotContains(t, again, "Long")
	assert.Contains(t, save("{", "{{"), "error")
	assert.Contains(t, save("{{", "{"), "Long | slow\n", "what changed is not known")
	assert.Contains(t, save(`"Attini::Deploy::Runner"`, `"Attini::Deploy::Runner", "Properties": {"Cpu": 512}`), "Long | slow\n")
	s.signal(t, os.Interrupt)
	s.exit(t, 130)
	assert.Empty(t, s.remains(t))
}
