package report

import (
	"time"

	"github.com/attini-go/runner/internal/runevents"
)

// run is what the page's scripts get, as JSON. Times are seconds since the run's start.
type run struct {
	About   runevents.Run    `json:"about"`
	Origin  string           `json:"origin"`
	Status  runevents.Status `json:"status"`
	Started time.Time        `json:"started"`
	// Seconds is how long the run took.
	Seconds float64          `json:"seconds"`
	Killed  bool             `json:"killed,omitempty"`
	Error   *runevents.Error `json:"error,omitempty"`
	// Failed is the visit of the step that failed; 0 if there is none.
	Failed   int       `json:"failed,omitempty"`
	Input    *text     `json:"input,omitempty"`
	Output   *text     `json:"output,omitempty"`
	Steps    []*step   `json:"steps"`
	Startup  []startup `json:"startup,omitempty"`
	Messages []message `json:"messages,omitempty"`
	// Nodes has the step of each node of the graph, by the node's ID.
	Nodes map[string]string `json:"nodes,omitempty"`

	byVisit map[int]*step
	output  []byte
}

// step is a visit of a step.
type step struct {
	runevents.Step
	Status   runevents.Status `json:"status"`
	Start    float64          `json:"start"`
	End      float64          `json:"end"`
	Attempts []attempt        `json:"attempts,omitempty"`
	Wait     float64          `json:"wait,omitempty"`
	// Price is a text, as in "about $0.0012".
	Price string `json:"price,omitempty"`
	Next  string `json:"next,omitempty"`
	// Reason is why the step failed, in lines.
	Reason string `json:"reason,omitempty"`
	Log    *text  `json:"log,omitempty"`
	// Payloads and their difference.
	Input     *text `json:"input,omitempty"`
	Output    *text `json:"output,omitempty"`
	Variables *text `json:"variables,omitempty"`
	Changes   *text `json:"changes,omitempty"`

	result runevents.StepResult
	ended  bool
}

// attempt is one try of a Task.
type attempt struct {
	Start float64 `json:"start"`
	End   float64 `json:"end"`
	// Delay is how long the next attempt waited.
	Delay  float64 `json:"delay,omitempty"`
	Reason string  `json:"reason,omitempty"`
}

type startup struct {
	Runner string `json:"runner"`
	Log    *text  `json:"log"`
}

type message struct {
	At    float64 `json:"at"`
	Level string  `json:"level"`
	Text  string  `json:"text"`
}

// read makes a run of what happened. A run without an end was killed.
func read(source Source) *run {
	r := &run{Steps: []*step{}, Nodes: map[string]string{}, byVisit: map[int]*step{}, Origin: source.Origin}
	for _, event := range source.Events {
		r.take(event)
	}
	if r.Status == "" {
		r.Status, r.Killed = runevents.Stopped, true
		if n := len(source.Events); n > 0 {
			r.Seconds = r.at(source.Events[n-1].Time)
		}
	}
	for _, s := range r.Steps {
		if !s.ended {
			s.Status, s.End = runevents.Stopped, r.Seconds
			s.endAttempt(s.End)
		}
	}
	return r
}

// at is a time since the run's start, in seconds with milliseconds.
func (r *run) at(t time.Time) float64 {
	return float64(t.Sub(r.Started).Milliseconds()) / 1000
}

func (r *run) take(event runevents.Event) {
	if r.Started.IsZero() {
		r.Started = event.Time.UTC()
	}
	now := r.at(event.Time)
	switch {
	case event.Kind == runevents.RunStarted && event.Run != nil:
		r.About = *event.Run
	case event.Kind == runevents.Message:
		r.Messages = append(r.Messages, message{now, event.Level, event.Text})
	case event.Kind == runevents.RunEnded && event.Result != nil:
		r.end(*event.Result, now)
	case event.Kind == runevents.StepStarted && event.Step != nil:
		s := &step{Step: *event.Step, Start: now}
		r.Steps, r.byVisit[s.Visit] = append(r.Steps, s), s
	case event.Kind == runevents.StepEnded && event.Ended != nil:
		if s := r.byVisit[event.Ended.Visit]; s != nil {
			s.end(*event.Ended, now)
		}
	case event.Step != nil && r.byVisit[event.Step.Visit] != nil:
		r.byVisit[event.Step.Visit].take(event, now)
	}
}

func (s *step) take(event runevents.Event, now float64) {
	switch event.Kind { //nolint:exhaustive // the others are the run's
	case runevents.AttemptStarted:
		s.Attempts = append(s.Attempts, attempt{Start: now, End: -1})
	case runevents.AttemptFailed:
		s.endAttempt(now)
		if n := len(s.Attempts); n > 0 {
			last := &s.Attempts[n-1]
			last.Reason = runevents.Reason(runevents.StepResult{Error: event.Error, Failure: event.Failure})
			last.Delay = event.Delay.Duration().Seconds()
		}
	case runevents.WaitStarted:
		s.Wait = event.Delay.Duration().Seconds()
	}
}

// endAttempt ends the attempt that is running, if one is.
func (s *step) endAttempt(now float64) {
	if n := len(s.Attempts); n > 0 && s.Attempts[n-1].End < 0 {
		s.Attempts[n-1].End = now
	}
}

func (s *step) end(result runevents.StepResult, now float64) {
	s.ended, s.Status, s.End, s.Next = true, result.Status, now, result.Next
	s.Reason, s.result, s.Price = runevents.Reason(result), result, runevents.Dollars(result.Price)
	if n := len(s.Attempts); n > 0 && s.Attempts[n-1].End < 0 {
		s.Attempts[n-1].Reason = s.Reason
	}
	s.endAttempt(now)
}

func (r *run) end(result runevents.Result, now float64) {
	r.Status, r.Error, r.Seconds, r.output = result.Status, result.Error, now, result.Output
	if result.FailedStep == "" {
		return
	}
	for _, s := range r.Steps { // the last visit of that path
		if s.Path == result.FailedStep {
			r.Failed = s.Visit
		}
	}
}

// statuses has the worst end of each step, by name, and how often the step ran.
func (r *run) statuses() (status map[string]runevents.Status, visits map[string]int) {
	status, visits = map[string]runevents.Status{}, map[string]int{}
	for _, s := range r.Steps {
		visits[s.Name]++
		status[s.Name] = runevents.Worst(status[s.Name], s.Status)
	}
	return status, visits
}
