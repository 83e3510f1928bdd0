package problem_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/problem"
)

func TestAddShortensTexts(t *testing.T) {
	t.Parallel()
	var l problem.List
	l.Add(problem.Problem{Message: strings.Repeat("x", 10_000), Path: strings.Repeat("x", 10_000), Advice: strings.Repeat("ü", 10_000)})
	for _, text := range []string{l[0].Message, l[0].Path, l[0].Advice} {
		assert.Equal(t, 4097, utf8.RuneCountInString(text))
		assert.True(t, strings.HasSuffix(text, "…"))
	}
}

// TestAddCountsWhatHasNoRoom: also through lists that are added to others, in
// whatever order; the count stays last, and one Error makes it an Error.
func TestAddCountsWhatHasNoRoom(t *testing.T) {
	t.Parallel()
	const many = 2500
	numbered := func(n int, severity problem.Severity) problem.Problem {
		return problem.Problem{Severity: severity, Rule: "r", Place: at(many-n, 1), Message: fmt.Sprint(n)}
	}
	var whole, parts problem.List
	for n := range many {
		whole.Add(numbered(n, problem.Warning))
	}
	for from := 0; from < many; from += 1250 {
		var part problem.List
		for n := from; n < from+1250; n++ {
			part.Add(numbered(n, problem.Warning))
		}
		parts.Add(part...)
	}
	require.Equal(t, whole, parts)
	require.Len(t, whole, 1001)
	last := whole.Sorted()[1000]
	assert.Equal(t, problem.RuleMore, last.Rule)
	assert.Equal(t, "there are 1500 more problems, which are not listed; mend some of these first", last.Message)
	assert.False(t, whole.HasErrors())

	whole.Add(numbered(0, problem.Error))
	assert.True(t, whole.HasErrors())
	assert.Contains(t, whole[1000].Message, "1501")
	assert.Len(t, whole.Sorted(), 1001)
}

func TestAddPrefersErrors(t *testing.T) {
	t.Parallel()
	var l problem.List
	for n := range 1200 {
		l.Add(problem.Problem{Severity: problem.Warning, Message: fmt.Sprint(n)})
	}
	for n := range 1001 {
		l.Add(problem.Problem{Severity: problem.Error, Message: fmt.Sprint(n)})
	}
	require.Len(t, l, 1001)
	assert.Equal(t, problem.Problem{Severity: problem.Error, Message: "0"}, l[0])
	assert.Equal(t, problem.Problem{Severity: problem.Error, Message: "999"}, l[999])
	assert.Equal(t, "there are 1201 more problems, which are not listed; mend some of these first", l[1000].Message)
	assert.Equal(t, problem.Error, l[1000].Severity)
}
