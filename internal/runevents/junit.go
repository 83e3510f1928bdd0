package runevents

import (
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The parts of a JUnit file, as Jenkins, GitLab and GitHub's actions read them.
type (
	junitSuites struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Time     string     `xml:"time,attr"`
		Suite    junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Timestamp string      `xml:"timestamp,attr"`
		Time      string      `xml:"time,attr"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Line    int           `xml:"line,attr,omitempty"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Skipped *junitSkipped `xml:"skipped,omitempty"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// JUnit is the result of a run as a JUnit file: a test case for each step. A step whose
// error was caught has passed; a step that was stopped is skipped.
func JUnit(run Run, result Result) ([]byte, error) {
	return junit("runnerctl run", run.Plan, result.Steps, result.Duration)
}

// JUnitOf is the result of another command as a JUnit file with one suite.
func JUnitOf(command, suite string, cases []StepResult) ([]byte, error) {
	var duration Seconds
	for _, one := range cases {
		duration += one.Duration
	}
	return junit(command, suite, cases, duration)
}

func junit(command, name string, cases []StepResult, duration Seconds) ([]byte, error) {
	suite := junitSuite{Name: clean(name), Tests: len(cases), Time: seconds(duration)}
	for i, step := range cases {
		if i == 0 || step.Started.UTC().Format("2006-01-02T15:04:05") < suite.Timestamp {
			suite.Timestamp = step.Started.UTC().Format("2006-01-02T15:04:05")
		}
		one := junitCase{
			Name: clean(step.Path), Class: clean(name), File: clean(step.Place.File), Line: step.Place.Line, Time: seconds(step.Duration),
		}
		switch step.Status {
		case Failed:
			suite.Failures++
			one.Failure = &junitFailure{Type: clean(step.Error.Name), Message: clean(step.Error.Cause), Text: clean(Explain(step))}
		case Stopped:
			suite.Skipped++
			one.Skipped = &junitSkipped{"stopped"}
		case Caught:
			one.Output = clean("caught: " + Explain(step))
		case Succeeded:
		}
		suite.Cases = append(suite.Cases, one)
	}
	text, err := xml.MarshalIndent(junitSuites{
		Name: command, Tests: suite.Tests, Failures: suite.Failures, Skipped: suite.Skipped, Time: suite.Time, Suite: suite,
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the JUnit file: %w", err)
	}
	return append(append([]byte(xml.Header), text...), '\n'), nil
}

func seconds(d Seconds) string { return fmt.Sprintf("%.3f", d.Duration().Seconds()) }

// clean drops what XML cannot hold; encoding/xml replaces it by U+FFFD otherwise.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == utf8.RuneError || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, text)
}
