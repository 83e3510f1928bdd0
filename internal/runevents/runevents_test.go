package runevents_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/runevents"
)

func aFailure() runevents.StepResult {
	return runevents.StepResult{
		Step:   runevents.Step{Name: "A", Path: "Loop[1].A", Type: "Task", Runner: "R", Visit: 3, Place: runevents.Place{File: "t.yaml", Line: 9}},
		Status: runevents.Failed, Attempts: 2, Duration: runevents.Seconds(1500 * time.Millisecond),
		Error:    &runevents.Error{Name: "States.ResultPathMatchFailure", Cause: "no \x1b[31mway\x00"},
		Original: &runevents.Error{Name: "ScriptExecutionError", Cause: "Script exited with code 127"},
		Failure: &runevents.Failure{
			ExitCode: 127, Meaning: "127: command not found", LastLines: []string{"sh: terrafrom: not found"},
			Command: &runevents.Command{Number: 2, Count: 3, Line: 4, Text: "terrafrom plan", Place: runevents.Place{File: "t.yaml", Line: 14}},
			Limit:   &runevents.Limit{Name: "JobTimeout of Runner R", Value: runevents.Seconds(5 * time.Second)},
		},
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "States.ResultPathMatchFailure: no \x1b[31mway\x00\n"+
		"its Catch failed while it handled this error: ScriptExecutionError: Script exited with code 127\n"+
		"command 2 of 3, line 4: terrafrom plan\n"+
		"at t.yaml:14\n"+
		"exit code 127: command not found\n"+
		"limit: JobTimeout of Runner R, 5s (its default)\n"+
		"its last lines:\n"+
		"  sh: terrafrom: not found", runevents.Explain(aFailure()))
}

// TestEventsSurviveJSON: what a program reads is what happened.
func TestEventsSurviveJSON(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	writer := runevents.NewJSONWriter(&text)
	stream := runevents.NewStream(writer)
	failure := aFailure()
	at := time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	events := []runevents.Event{
		{Kind: runevents.RunStarted, Time: at, Version: 1, Run: &runevents.Run{ID: "x", Template: "t.yaml", Plan: "P"}},
		{Kind: runevents.AttemptFailed, Time: at, Step: &failure.Step, Attempt: 1, Error: failure.Error, Failure: failure.Failure, Delay: runevents.Seconds(2500 * time.Millisecond)},
		{Kind: runevents.StepEnded, Time: at, Step: &failure.Step, Ended: &failure},
		{Kind: runevents.RunEnded, Time: at, Result: &runevents.Result{Status: runevents.Succeeded, Steps: []runevents.StepResult{}, Output: json.RawMessage(`{"a":12345678901234567890}`)}},
	}
	for _, event := range events {
		event.Input = json.RawMessage(`{"secret": 1}`)
		stream.Emit(event)
	}
	require.NoError(t, writer.Err())
	assert.NotContains(t, text.String(), "secret", "payloads are not for logs")
	var read []runevents.Event
	for line := range strings.Lines(text.String()) {
		var event runevents.Event
		require.NoError(t, json.Unmarshal([]byte(line), &event))
		read = append(read, event)
	}
	assert.Equal(t, events, read)
}

// TestEachLineIsAnEvent in JSON, whatever it holds.
func TestEachLineIsAnEvent(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	step := aFailure().Step
	writer := runevents.NewJSONWriter(&text)
	writer.Take(runevents.Event{Kind: runevents.Log, Step: &step, Lines: []byte("<a> \"b\"\n\nc\n")})
	writer.Take(runevents.Event{Kind: runevents.PartialLine, Runner: "R", Lines: []byte("d")})
	assert.Equal(t, `{"type":"log","time":"0001-01-01T00:00:00Z","step":{"path":"Loop[1].A","visit":3},"line":"<a> \"b\""}
{"type":"log","time":"0001-01-01T00:00:00Z","step":{"path":"Loop[1].A","visit":3},"line":""}
{"type":"log","time":"0001-01-01T00:00:00Z","step":{"path":"Loop[1].A","visit":3},"line":"c"}
{"type":"partialLine","time":"0001-01-01T00:00:00Z","runner":"R","line":"d"}
`, text.String())
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	good, stopped := runevents.StepResult{Step: runevents.Step{Path: "Good"}, Status: runevents.Succeeded}, runevents.StepResult{Step: runevents.Step{Path: "Late"}, Status: runevents.Stopped}
	caught := aFailure()
	caught.Status = runevents.Caught
	text, err := runevents.JUnit(runevents.Run{Plan: "P"}, runevents.Result{Status: runevents.Failed, Steps: []runevents.StepResult{good, aFailure(), caught, stopped}})
	require.NoError(t, err)
	var read struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Line    int    `xml:"line,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
				Text    string `xml:",chardata"`
			} `xml:"failure"`
			Skipped *struct{} `xml:"skipped"`
			Output  string    `xml:"system-out"`
		} `xml:"testsuite>testcase"`
	}
	require.NoError(t, xml.Unmarshal(text, &read))
	assert.Equal(t, []int{4, 1, 1}, []int{read.Tests, read.Failures, read.Skipped})
	assert.Nil(t, read.Cases[0].Failure)
	assert.Equal(t, "no [31mway", read.Cases[1].Failure.Message, "without what XML cannot hold")
	assert.Contains(t, read.Cases[1].Failure.Text, "at t.yaml:14")
	assert.Contains(t, read.Cases[2].Output, "caught: ")
	assert.NotNil(t, read.Cases[3].Skipped)
}

func TestClock(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 350 * time.Millisecond: "350ms", 2540 * time.Millisecond: "2.5s", 59 * time.Second: "59s",
		80 * time.Second: "1m20s", 3599600 * time.Millisecond: "1h00m", 65 * time.Minute: "1h05m",
	} {
		assert.Equal(t, want, runevents.Clock(d))
	}
}
