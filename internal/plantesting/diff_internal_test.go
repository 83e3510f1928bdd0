package plantesting

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDiffStates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		want, got, diff string
		same            bool
	}{
		{"a b", "a b", "  a,  b", true},
		{"", "a", "+ a", false},
		{"a", "", "- a", false},
		{"a b c", "a c d", "  a,- b,  c,+ d", false},
		{"...", "", "  ...", true},
		{"...", "a b", "  ...", true},
		{"a ... d", "a b c d", "  a,  ...,  d", true},
		{"... b ...", "a b c", "  ...,  b,  ...", true},
		{"... c", "a b", "  ...,- c", false},
		{"a x c ...", "a b c d", "  a,- x,+ b,  c,  ...", false},
	} {
		diff, same := diffStates(strings.Fields(test.want), strings.Fields(test.got))
		assert.Equal(t, test.same, same, test.want)
		assert.Equal(t, test.diff, strings.Join(diff, ","), "%s / %s", test.want, test.got)
	}
}

// TestLongDiff: work is bounded, and the first difference shown.
func TestLongDiff(t *testing.T) {
	t.Parallel()
	long := strings.Fields(strings.Repeat("a ", 5000))
	diff, same := diffStates(long, append(long, "b"))
	assert.False(t, same)
	assert.Equal(t, []string{"+ b", "  …"}, diff)
	_, same = diffStates(long, long)
	assert.True(t, same)
	_, same = diffStates(append(strings.Fields("a ... a"), long[:4000]...), long)
	assert.True(t, same, "an ellipsis works in long lists, too")
	diff, same = diffStates([]string{"a", Ellipsis}, long)
	assert.True(t, same, "a short pattern is matched whatever the length: %s", diff)
}
