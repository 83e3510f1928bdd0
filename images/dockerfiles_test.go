package images_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDockerfiles: what the launcher and the README count on, and no linter
// looks for.
func TestDockerfiles(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("*/Dockerfile")
	require.NoError(t, err)
	assert.Equal(t, []string{"al2023/Dockerfile", "alpine/Dockerfile", "debian/Dockerfile"}, paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var instructions []string
		for line := range strings.Lines(string(text)) {
			if fields := strings.Fields(line); len(fields) > 1 && !strings.HasPrefix(line, "#") {
				instructions = append(instructions, strings.Join(fields, " "))
			}
		}
		assert.Regexp(t, "^ARG BASE=[a-z0-9./]+:[a-z0-9.-]+$", instructions[0], "%s names a base with a tag", path)
		stages := strings.Split(strings.Join(instructions, "\n"), "FROM ${BASE}")
		require.Len(t, stages, 3, path)
		assert.Contains(t, stages[1], "\nRUN sh /install.sh /attini-runner\n", path)
		assert.Contains(t, stages[2], "\nCOPY --from=agent /attini-runner /usr/local/bin/attini-runner\nUSER 1000\n", path)
		for _, other := range []string{"ENTRYPOINT", "CMD", "curl", "ARG", "SHELL"} {
			assert.NotContains(t, stages[2], other, path)
		}
	}
}
