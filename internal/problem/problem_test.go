package problem_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/problem"
)

func at(line, column int) problem.Place { return problem.Place{Line: line, Column: column} }

// ordered are problems in their stable order; each differs from the one before
// in the first of the things by which problems are ordered.
func ordered() problem.List {
	return problem.List{
		{Place: at(0, 0), Path: "Resources.Z", Rule: "z", Message: "without a place", Severity: problem.Warning},
		{Place: at(2, 9), Path: "Resources.Z", Rule: "z", Message: "z", Severity: problem.Warning},
		{Place: at(10, 1), Path: "Resources.Z", Rule: "z", Message: "z", Severity: problem.Warning},
		{Place: at(10, 2), Path: "Resources.A", Rule: "z", Message: "z", Severity: problem.Warning},
		{Place: at(10, 2), Path: "Resources.B", Rule: "a", Message: "z", Severity: problem.Warning},
		{Place: at(10, 2), Path: "Resources.B", Rule: "b", Message: "a", Severity: problem.Warning},
		{Place: at(10, 2), Path: "Resources.B", Rule: "b", Message: "b", Severity: problem.Error, Advice: "z"},
		{Place: at(10, 2), Path: "Resources.B", Rule: "b", Message: "b", Severity: problem.Warning, Advice: "a"},
		{Place: at(10, 2), Path: "Resources.B", Rule: "b", Message: "b", Severity: problem.Warning, Advice: "b"},
	}
}

func TestSortedIsOneOrderForAnyInput(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		shuffled := append(ordered(), ordered()...) // each of them twice
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		before := append(problem.List{}, shuffled...)
		require.Equal(t, ordered(), shuffled.Sorted())
		require.Equal(t, before, shuffled, "the list itself stays as it is")
	}
}

func TestSortedKeepsWhatDiffersInOneThing(t *testing.T) {
	t.Parallel()
	p := problem.Problem{Severity: problem.Error, Rule: "range", Path: "A", Place: at(1, 1), Message: "m"}
	warning, advised := p, p
	warning.Severity, advised.Advice = problem.Warning, "do"
	assert.Len(t, problem.List{p, warning, p, advised, p}.Sorted(), 3)
}

func TestZeroListIsEmpty(t *testing.T) {
	t.Parallel()
	var l problem.List
	assert.Empty(t, l.Sorted())
	assert.False(t, l.HasErrors())
	require.NoError(t, l.Err())
	l.Add()
	assert.Empty(t, l)
	l.Add(problem.Problem{Rule: "a"}, problem.Problem{Rule: "b"})
	assert.Len(t, l, 2)
}

func TestErrIsNilForWarnings(t *testing.T) {
	t.Parallel()
	l := problem.List{{Severity: problem.Warning, Message: "old"}}
	assert.False(t, l.HasErrors())
	assert.NoError(t, l.Err())
}

func TestErrCarriesTheSortedList(t *testing.T) {
	t.Parallel()
	first := problem.Problem{Severity: problem.Warning, Place: at(1, 1), Message: "first"}
	second := problem.Problem{Severity: problem.Error, Place: at(2, 1), Message: "second"}
	err := fmt.Errorf("read template: %w", problem.List{second, first, second}.Err())
	var invalid *problem.Invalid
	require.True(t, errors.As(err, &invalid))
	assert.Equal(t, problem.List{first, second}, invalid.Problems)
	assert.EqualError(t, err, "read template: first\nsecond")
}
