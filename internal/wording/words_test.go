package wording_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/wording"
)

func TestBrief(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "",
		"a":                         "a",
		longName(100):               longName(100),
		longName(101):               longName(100) + "…",
		strings.Repeat("ü", 100):    strings.Repeat("ü", 100),
		strings.Repeat("ü", 101):    strings.Repeat("ü", 100) + "…",
		strings.Repeat("\xff", 101): strings.Repeat("\xff", 100) + "…",
	} {
		assert.Equal(t, want, wording.Brief(text))
	}
	assert.Equal(t, `"a\nb"`, wording.Quote("a\nb"))
	assert.Equal(t, `"`+longName(100)+`…"`, wording.Quote(longName(1000)))
}

func TestListed(t *testing.T) {
	t.Parallel()
	names := make([]string, 25)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	assert.Empty(t, wording.Listed(nil))
	assert.Equal(t, "0, 1", wording.Listed(names[:2]))
	assert.Equal(t, strings.Join(names[:20], ", "), wording.Listed(names[:20]))
	assert.Equal(t, strings.Join(names[:20], ", ")+" and 5 more", wording.Listed(names))
	assert.Equal(t, `"0" and 6 more`, wording.ListedInQuotes(names[:1], 7))
	assert.LessOrEqual(t, len(wording.Listed([]string{longName(1_000_000)})), 110)
	assert.Equal(t, "known: a, b", wording.Suggestion("x", []string{"a", "b"}))
	assert.Equal(t, `did you mean "Image"?`, wording.Suggestion("Imgae", []string{"Memory", "Image"}))
}
