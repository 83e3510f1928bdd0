// Package plantesting runs the tests of deployment plans. A test file has cases: what
// a plan gets, how its steps are answered, and what is expected of the run. Cases run in
// virtual time, in the order that the States Language gives, so that the same case gives
// the same result. docs/testing-plans.md is the reference of the file.
package plantesting

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"time"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/problem"
)

// Suffixes are how the names of test files end.
func Suffixes() []string { return []string{".plantest.yaml", ".plantest.yml"} }

// IsTestFile reports whether a file is one of tests by its name.
func IsTestFile(name string) bool {
	for _, suffix := range Suffixes() {
		if strings.HasSuffix(name, suffix) && len(filepath.Base(name)) > len(suffix) {
			return true
		}
	}
	return false
}

// File is a test file.
type File struct {
	// Name is what messages call it; Text is its content.
	Name string
	Text []byte
	// Template and Lookups are paths; Lookups is "" for none.
	Template, Lookups string
	Cases             []Case
}

// Case is one run of the plan, and what is expected of it.
type Case struct {
	Name       string
	Place      problem.Place
	Parameters map[string]string
	// ParametersPlace is where they are, or the case itself.
	ParametersPlace problem.Place
	// Input is laid over the payload; nil for nothing.
	Input json.RawMessage
	// Mocks answer tasks; MockPlaces is where each state's mock is.
	Mocks      *asl.Mocks
	MockPlaces map[string]problem.Place
	// Items are the files that ItemReaders read, by state; Start is when the run begins.
	Items map[string]string
	Start time.Time
	// RunJobs says that jobs without a mock run on this machine.
	RunJobs bool
	Expect  Expect
}

// Expect is what a case expects. What is nil or empty is not looked at.
type Expect struct {
	// Place is that of the key "expect", or of the case.
	Place problem.Place
	// Status is SUCCEEDED or FAILED; it always has a value.
	Status Value
	// Error is the whole name, Cause a part of the text.
	Error, Cause *Value
	// States are paths in their order; "..." stands for any number of them.
	States *List
	// Never are states that are not entered: names, or paths.
	Never []Value
	// Payload has values by path, Absent paths at which there is nothing.
	Payload []PathValue
	Absent  []Value
	// Caught has the errors that catchers took, by path; all of them.
	Caught *Map
	// Attempts has how often tasks were tried, by path.
	Attempts *Map
	// Takes is how long the run took in virtual time.
	Takes *Value
	Jobs  []ExpectedJob
}

// Value is an expected text.
type Value struct {
	Text  string
	Place problem.Place
}

// List is an expected list.
type List struct {
	Place problem.Place
	Items []Value
}

// Map is an expected object of texts.
type Map struct {
	Place   problem.Place
	Entries []Entry
}

// Entry is one value of a Map.
type Entry struct {
	Key   string
	Value Value
}

// PathValue is an expected part of a payload.
type PathValue struct {
	Path  string
	Want  json.RawMessage
	Place problem.Place
}

// ExpectedJob is what a job would have been given.
type ExpectedJob struct {
	// Path is the step's, Attempt counts from 1; 0 is the last one.
	Path        string
	Attempt     int
	Place       problem.Place
	Runner      *Value
	Commands    *List
	Environment *Map
	Input       []PathValue
}

// Ellipsis stands for any number of states.
const Ellipsis = "..."

// defaultStart is when runs begin, unless the file says so.
func defaultStart() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
