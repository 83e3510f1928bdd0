package localrun_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/runevents"
)

// story keeps events, with their lines.
type story struct {
	mu     sync.Mutex
	events []runevents.Event
}

func (s *story) Take(event runevents.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	event.Lines = []byte(string(event.Lines))
	s.events = append(s.events, event)
}

func (s *story) told() []string {
	var told []string
	for _, e := range s.events {
		text := string(e.Kind)
		switch {
		case e.Step != nil:
			text += " " + e.Step.Path
		case e.Runner != "":
			text += " of " + e.Runner
		}
		if e.Ended != nil {
			text += " " + string(e.Ended.Status)
		}
		if e.Delay != 0 {
			text += fmt.Sprintf(" %s", e.Delay.Duration())
		}
		if len(e.Lines) > 0 {
			text += " " + strings.TrimSpace(string(e.Lines))
		}
		told = append(told, text)
	}
	return told
}

func TestEventsOfARun(t *testing.T) {
	t.Parallel()
	seen := &story{}
	result, _ := run(t, t.Context(), `
Resources:
  R: {Type: Attini::Deploy::Runner, Properties: {Startup: {Commands: [echo warm]}}}
  P:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DefaultRunner: R
      DeploymentPlan:
        - Name: Flaky
          Type: AttiniRunnerJob
          Properties: {Commands: [echo trying, "true", exit 5]}
          Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 1, MaxAttempts: 1}]
          Catch: [{ErrorEquals: [States.ALL], ResultPath: $.output.Error, Next: Pause}]
        - {Name: Pause, Type: Wait, Seconds: 1}
        - {Name: Done, Type: Succeed}
`, func(o *localrun.Options) {
		o.Events = runevents.NewStream(seen)
		o.Places = localrun.Places{Steps: map[string]localrun.StepPlaces{"Flaky": {
			Runner: "R", Step: runevents.Place{File: "t.yaml", Line: 9},
			Commands: []localrun.CommandPlace{{}, {}, {Place: runevents.Place{File: "t.yaml", Line: 11}}},
		}}}
	})
	require.Equal(t, runevents.Succeeded, result.Status)
	assert.Equal(t, []string{
		"runStarted", "stepStarted Flaky", "attemptStarted Flaky", "log of R warm", "log Flaky trying", "attemptFailed Flaky 1s",
		"attemptStarted Flaky", "log Flaky trying", "stepEnded Flaky CAUGHT",
		"stepStarted Pause", "waitStarted Pause 1s", "stepEnded Pause SUCCEEDED", "stepStarted Done", "stepEnded Done SUCCEEDED", "runEnded",
	}, seen.told())
	caught := result.Steps[0]
	assert.Equal(t, 2, caught.Attempts)
	assert.Equal(t, "Pause", caught.Next)
	assert.Equal(t, &runevents.Failure{
		ExitCode: 5, LastLines: []string{"trying"},
		Command: &runevents.Command{Number: 3, Count: 3, Line: 1, Text: "exit 5", Place: runevents.Place{File: "t.yaml", Line: 11}},
	}, caught.Failure)
	assert.Equal(t, caught.Failure, seen.events[5].Failure, "each attempt says why it failed")
	assert.True(t, json.Valid(seen.events[1].Input))
	assert.Contains(t, string(seen.events[8].Output), "ScriptExecutionError")
}

// TestLimitsAreNamed with what sets them.
func TestLimitsAreNamed(t *testing.T) {
	t.Parallel()
	place := runevents.Place{File: "t.yaml", Line: 7}
	result, _ := run(t, t.Context(), plan(`
        - {Name: Slow, Type: AttiniRunnerJob, TimeoutSeconds: 2, Properties: {Commands: [sleep 600]}}
`), func(o *localrun.Options) {
		o.Places.Steps = map[string]localrun.StepPlaces{"Slow": {Timeout: place}}
	})
	require.Equal(t, runevents.Failed, result.Status)
	assert.Equal(t, "Slow", result.FailedStep)
	assert.Equal(t, &runevents.Limit{Name: "TimeoutSeconds of step Slow", Value: runevents.Seconds(2 * time.Second), Place: place}, result.Steps[0].Failure.Limit)
}

// TestARunGoesOnFromAStep with the payload that it had.
func TestARunGoesOnFromAStep(t *testing.T) {
	t.Parallel()
	steps := plan(`
        - {Name: First, Type: AttiniRunnerJob, Properties: {Commands: [echo again, 'echo kept > "$ATTINI_OUTPUT"']}}
        - {Name: Second, Type: AttiniRunnerJob, Properties: {Commands: ['cat "$ATTINI_INPUT"; [ "$PASS" ]'], Environment: {PASS.$: $$.Execution.Input.pass}}}
`)
	seen := &story{}
	result, _ := run(t, t.Context(), steps, func(o *localrun.Options) {
		o.Events, o.Input = runevents.NewStream(seen), json.RawMessage(`{"pass": ""}`)
	})
	require.Equal(t, "Second", result.FailedStep)
	var input json.RawMessage
	for _, e := range seen.events {
		if e.Kind == runevents.StepStarted && e.Step.Name == "Second" {
			input = e.Input
		}
	}
	result, lines := run(t, t.Context(), steps, func(o *localrun.Options) {
		o.From, o.Input = asl.Start{State: "Second", Input: input}, json.RawMessage(`{"pass": "yes"}`)
	})
	require.Equal(t, runevents.Succeeded, result.Status, "%v", result.Error)
	assert.Empty(t, lines.of("First"))
	assert.Contains(t, lines.of("Second"), "kept")
}

// TestThePathOfTheFailedStep is the innermost one's.
func TestThePathOfTheFailedStep(t *testing.T) {
	t.Parallel()
	result, _ := run(t, t.Context(), plan(`
        - Name: Fork
          Type: Parallel
          Branches: [[{Name: Broken, Type: AttiniRunnerJob, Properties: {Commands: [exit 8]}}]]
`), nil)
	assert.Equal(t, "Fork[0].Broken", result.FailedStep)
}
