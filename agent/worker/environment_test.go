package worker_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAVariableThatIsTooLongIsNamed; the longest one that Linux takes arrives whole.
func TestAVariableThatIsTooLongIsNamed(t *testing.T) {
	t.Parallel()
	const most = 128<<10 - 1
	b := newFixture(t)
	longest := b.job("Longest", map[string]any{
		"Environment": map[string]any{"V": strings.Repeat("x", most-len("V="))}, "Commands": []string{`echo ${#V}`},
	})
	over := b.job("Over", map[string]any{"Environment": map[string]any{"LONG": strings.Repeat("x", most)}, "Commands": []string{"true"}})
	require.NoError(t, b.run())
	assert.Nil(t, get(t, longest).failure)
	assert.Equal(t, "131069\n", b.text("Longest"))
	failure := get(t, over).failure
	require.NotNil(t, failure)
	assert.Contains(t, failure.Cause, `the value of "LONG" is 131071 bytes; Linux allows 131071`)
}
