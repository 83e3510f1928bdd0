package plantesting

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/runevents"
)

// Version is that of the JSON that WriteJSON writes; it changes when a program that
// reads it would have to.
const Version = 1

// jsonReport and what it has are the JSON of a test run.
type jsonReport struct {
	Version  int        `json:"version"`
	Passed   bool       `json:"passed"`
	Cases    []jsonCase `json:"cases"`
	Coverage []Coverage `json:"coverage"`
}

type jsonCase struct {
	File       string         `json:"file"`
	Line       int            `json:"line"`
	Name       string         `json:"name"`
	Passed     bool           `json:"passed"`
	Problems   problem.List   `json:"problems,omitempty"`
	Mismatches []jsonMismatch `json:"mismatches,omitempty"`
	Seen       *jsonSeen      `json:"seen,omitempty"`
}

type jsonMismatch struct {
	Line int      `json:"line"`
	What string   `json:"what"`
	Diff []string `json:"diff"`
}

type jsonSeen struct {
	Status  runevents.Status  `json:"status"`
	Error   string            `json:"error,omitempty"`
	States  []string          `json:"states"`
	Seconds runevents.Seconds `json:"virtualSeconds"`
}

// WriteJSON writes outcomes and coverage as one JSON object. Payloads are not in it.
func WriteJSON(w io.Writer, outcomes []Outcome, coverage []Coverage) error {
	report := jsonReport{Version: Version, Passed: true, Cases: []jsonCase{}, Coverage: coverage}
	for i := range outcomes {
		o := &outcomes[i]
		report.Passed = report.Passed && o.Passed()
		one := jsonCase{File: o.File.Name, Line: o.Case.Place.Line, Name: o.Case.Name, Passed: o.Passed(), Problems: o.Problems.Sorted()}
		if !o.Problems.HasErrors() {
			one.Seen = &jsonSeen{o.Seen.Status, o.Seen.Error, o.Seen.States, runevents.Seconds(o.Seen.Took)}
		}
		for _, m := range o.Mismatches {
			one.Mismatches = append(one.Mismatches, jsonMismatch{m.Place.Line, m.What, m.Diff})
		}
		report.Cases = append(report.Cases, one)
	}
	return writeIndented(w, report)
}

// WriteCoverage writes coverage as JSON.
func WriteCoverage(w io.Writer, coverage []Coverage) error {
	return writeIndented(w, struct {
		Version   int        `json:"version"`
		Templates []Coverage `json:"templates"`
	}{Version, coverage})
}

func writeIndented(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// Annotations are what is wrong with an outcome, each at its place in the test file.
func (o *Outcome) Annotations() problem.List {
	problems := o.Problems
	for _, m := range o.Mismatches {
		problems.Add(problem.Problem{
			Severity: problem.Error, Rule: "expectation", Path: m.What, Place: m.Place,
			Message: fmt.Sprintf("case %q: %s\n%s", o.Case.Name, m.What, strings.Join(m.Diff, "\n")),
		})
	}
	return problems
}

// JUnit is a test run as a JUnit file.
func JUnit(outcomes []Outcome) ([]byte, error) {
	var cases []runevents.StepResult
	for i := range outcomes {
		o := &outcomes[i]
		one := runevents.StepResult{
			Step:   runevents.Step{Path: o.File.Name + ": " + o.Case.Name, Place: runevents.Place{File: o.File.Name, Line: o.Case.Place.Line}},
			Status: runevents.Succeeded, Started: o.Case.Start, Duration: runevents.Seconds(o.Seen.Took),
		}
		if !o.Passed() {
			var text strings.Builder
			for _, p := range o.Annotations().Sorted() {
				fmt.Fprintf(&text, "%s:%d: %s\n", o.File.Name, p.Line, p.Message)
			}
			one.Status, one.Error = runevents.Failed, &runevents.Error{Name: "expectation", Cause: text.String()}
		}
		cases = append(cases, one)
	}
	return runevents.JUnitOf("runnerctl test", "plans", cases)
}
