package problem_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/problem"
)

func TestApply(t *testing.T) {
	t.Parallel()
	const source = "\ufeffMemori: 1\nä: {Next: Biuld, yes: \"Biuld\"}\nr: !Ref Biuld\nq: 'Biuld'\na: !GetAtt Biuld.Arn\nt: !GetAttr x\nv: yes\nw: yessir\nx: &anchor !Ref Biuld # Biuld\nlast: no"
	quote := func(text string) problem.Fix { return problem.Fix{Old: text, New: `"` + text + `"`} }
	name := problem.Fix{Old: "Biuld", New: "Build"}
	for _, test := range []struct {
		about        string
		line, column int
		fix          problem.Fix
		want         string // the line afterwards; "" for as before
	}{
		{"behind a byte order mark", 1, 1, problem.Fix{Old: "Memori", New: "Memory"}, "\ufeffMemory: 1"},
		{"behind wide letters", 2, 11, name, "ä: {Next: Build, yes: \"Biuld\"}"},
		{"in quotes", 2, 23, name, "ä: {Next: Biuld, yes: \"Build\"}"},
		{"a key", 2, 18, quote("yes"), "ä: {Next: Biuld, \"yes\": \"Biuld\"}"},
		{"behind a short form", 3, 4, name, "r: !Ref Build"},
		{"in single quotes", 4, 4, name, "q: 'Build'"},
		{"quotes in quotes", 4, 4, quote("Biuld"), ""},
		{"a part of an attribute", 5, 4, name, "a: !GetAtt Build.Arn"},
		{"a short form itself", 6, 4, problem.Fix{Old: "!GetAttr", New: "!GetAtt"}, "t: !GetAtt x"},
		{"a value", 7, 4, quote("yes"), "v: \"yes\""},
		{"only a part of a word", 8, 4, quote("yes"), ""},
		{"behind an anchor", 9, 4, name, "x: &anchor !Ref Build # Biuld"},
		{"another text", 7, 1, name, ""},
		{"a line without an end", 10, 7, quote("no"), "last: \"no\""},
		{"beyond the line", 7, 70, quote("yes"), ""},
		{"beyond the text", 70, 1, quote("yes"), ""},
		{"a new line", 7, 1, problem.Fix{New: "u: 1\n"}, "u: 1\nv: yes"},
		{"no place", 0, 0, quote("yes"), ""},
		{"no fix", 7, 4, problem.Fix{}, ""},
	} {
		fixed, made := problem.Apply([]byte(source), problem.List{{Place: at(test.line, test.column), Fix: test.fix}})
		if test.want == "" {
			assert.Equal(t, source, string(fixed), test.about)
			assert.Zero(t, made, test.about)
			continue
		}
		assert.Equal(t, 1, made, test.about)
		assert.Equal(t, replaceLine(source, test.line, test.want), string(fixed), test.about)
	}
}

func TestApplySeveral(t *testing.T) {
	t.Parallel()
	l := problem.List{
		{Place: at(2, 4), Rule: "b", Fix: problem.Fix{Old: "no", New: `"no"`}},
		{Place: at(1, 4), Rule: "a", Fix: problem.Fix{Old: "yes", New: `"yes"`}},
		{Place: at(1, 4), Rule: "c", Fix: problem.Fix{Old: "yes", New: "true"}},
	}
	fixed, made := problem.Apply([]byte("a: yes\r\nb: no\r\n"), l)
	assert.Equal(t, "a: \"yes\"\r\nb: \"no\"\r\n", string(fixed), "the first of two for one text")
	assert.Equal(t, 2, made)
}

func TestWithoutMissing(t *testing.T) {
	t.Parallel()
	l := problem.List{
		{Rule: "required", Path: "A.Commands"},
		{Rule: "required", Path: "B.Commands"},
		{Rule: "range", Path: "A.Commands"},
		{Rule: "unknown", Path: "A.Comands", Fix: problem.Fix{Old: "Comands", New: "Commands"}},
		{Rule: "value", Path: "B.Type", Fix: problem.Fix{Old: "Job", New: "Commands"}},
	}
	assert.Equal(t, append(problem.List{}, l[1:]...), l.WithoutMissing("required"))
}

func replaceLine(text string, number int, line string) string {
	lines := strings.Split(text, "\n")
	lines[number-1] = line
	return strings.Join(lines, "\n")
}
