// Package problem collects, orders and prints the problems of an input file. Each
// has its place in the file, what is allowed, and what to do about it. Other
// packages find them.
package problem

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// maxText is how many characters a message, an advice or a path has.
const maxText = 4096

// Severity tells whether a problem stops the work.
type Severity string

const (
	// Error stops the work: the template is not deployed, the plan not run.
	Error Severity = "error"
	// Warning is reported, and processing continues.
	Warning Severity = "warning"
)

// Place is a position in a source file. Line and Column count from 1; the
// zero Place means that the source has no positions (a macro's JSON event).
type Place struct {
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
}

// Problem is one thing that is wrong.
type Problem struct {
	Severity Severity `json:"severity"`
	// Rule is the stable name of the rule that was broken, such as "range"
	// or "unknown-property". Tests and tools match on it, not on the words.
	Rule string `json:"rule"`
	// Path leads from the root of the template to the value, as in
	// Resources.Build.Properties.Startup.Commands[2].
	Path string `json:"path"`
	Place
	// Message is a whole sentence without a full stop: the subject, what is
	// wrong and what is allowed.
	Message string `json:"message"`
	// Advice says what to do, where the message alone does not.
	Advice string `json:"advice,omitempty"`
	// Fix is what to write in place of what is there; the zero Fix where only a
	// person can tell.
	Fix Fix `json:"fix,omitzero"`
	// more is how many problems, in addition to this one, are not listed.
	more int
}

// Fix replaces a text at the problem's Place: a name that is misspelt, a value that
// lacks its quotes. Without Old, New is inserted there.
type Fix struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// RuleMore is the rule of the last problem of a list that has no room for more.
const RuleMore = "more-problems"

// maxProblems is how many problems a list holds. Nobody reads more, and an
// input of a megabyte can have many.
const maxProblems = 1000

// List is a set of problems. The zero List is empty and ready to use.
type List []Problem

// Add appends problems, their texts shortened to what can be read. A list that
// is full counts the rest: its last problem says how many there are, and is an
// Error if one of them is. An Error takes the place of a Warning there.
func (l *List) Add(problems ...Problem) {
	for _, p := range problems {
		p.Message, p.Path, p.Advice = wording.Cut(p.Message, maxText), wording.Cut(p.Path, maxText), wording.Cut(p.Advice, maxText)
		if len(*l) < maxProblems {
			*l = append(*l, p)
			continue
		}
		if len(*l) == maxProblems {
			*l = append(*l, Problem{Severity: Warning, Rule: RuleMore})
		}
		if p.Severity == Error && p.more == 0 {
			p = l.displace(p)
		}
		(*l)[maxProblems] = (*l)[maxProblems].and(p)
	}
}

// Full reports whether problems that are added now are only counted, so that
// it is not worth looking for what was meant.
func (l List) Full() bool { return len(l) > maxProblems }

// displace gives an Error the place of the last Warning, which it returns; or
// the Error itself, where there is none.
func (l List) displace(p Problem) Problem {
	listed := l[:maxProblems]
	for i, other := range slices.Backward(listed) {
		if other.Severity != Error {
			copy(listed[i:], listed[i+1:])
			listed[maxProblems-1] = p
			return other
		}
	}
	return p
}

// and counts as one problem more.
func (p Problem) and(other Problem) Problem {
	p.more += max(other.more, 1)
	if other.Severity == Error {
		p.Severity = Error
	}
	p.Message = fmt.Sprintf("there are %d more problems, which are not listed; mend some of these first", p.more)
	return p
}

// Sorted returns the problems in their stable order, without duplicates: by
// place, then path, rule and message.
func (l List) Sorted() List {
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, compare)
	return slices.Compact(sorted)
}

func compare(a, b Problem) int {
	return cmp.Or(
		cmp.Compare(a.more, b.more), // it is the last one
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Path, b.Path),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Message, b.Message),
		cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Advice, b.Advice),
		cmp.Compare(a.Fix.Old, b.Fix.Old),
		cmp.Compare(a.Fix.New, b.Fix.New),
	)
}

// WithoutMissing leaves out the problems of a rule, such as required, that a key is
// missing which is there, misspelt: one mistake is one problem.
func (l List) WithoutMissing(rule string) List {
	meant := map[string]bool{}
	for _, p := range l {
		if parent, ok := strings.CutSuffix(p.Path, p.Fix.Old); ok && p.Fix.Old != "" && (parent == "" || strings.HasSuffix(parent, ".")) {
			meant[parent+p.Fix.New] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(l), func(p Problem) bool { return p.Rule == rule && meant[p.Path] })
}

// HasErrors reports whether any problem is an Error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(p Problem) bool { return p.Severity == Error })
}

// Err returns the sorted list as an error, or nil when it holds no Error.
// Callers get it back with errors.As on a *Invalid.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return &Invalid{Problems: l.Sorted()}
}

// Invalid is the error for an input with problems.
type Invalid struct{ Problems List }

// Error lists every problem's message, one a line.
func (e *Invalid) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Message
	}
	return strings.Join(lines, "\n")
}
