// Package runevents is what happens during a run of a plan: one stream of typed
// events, in order, which the console, the JSON output, JUnit files, run directories
// and reports are made of. docs/run-events.md is its description for other programs.
package runevents

import (
	"encoding/json"
	"time"
)

// Version is the version of the events, in the first one of a stream. It changes when
// a program that reads them would have to.
const Version = 1

// Kind says what happened.
type Kind string

// The kinds of events, and the fields they have beside Kind and Time.
const (
	// RunStarted is first: Version, Run.
	RunStarted Kind = "runStarted"
	// StepStarted: Step, Input, Variables. A Step ends before its Path starts again.
	StepStarted Kind = "stepStarted"
	// AttemptStarted: Step, Attempt; of what a Task calls, and of jobs with the Runner.
	AttemptStarted Kind = "attemptStarted"
	// AttemptFailed: Step, Attempt, Error, Failure, Delay; the next attempt starts
	// after Delay.
	AttemptFailed Kind = "attemptFailed"
	// WaitStarted: Step, Delay.
	WaitStarted Kind = "waitStarted"
	// Log: Step or Runner, Lines.
	Log Kind = "log"
	// PartialLine: Step or Runner, Lines without LF; a line that a job has begun and
	// not ended for a while, such as a question. Log follows with the whole line.
	PartialLine Kind = "partialLine"
	// StepEnded: Step, Result, Output.
	StepEnded Kind = "stepEnded"
	// Message: Level, Text; what the run itself has to say.
	Message Kind = "message"
	// RunEnded is last: Result of the run.
	RunEnded Kind = "runEnded"
)

// Event is one thing that happened. Which fields it has, its Kind says. Its slices
// and pointers are read only, and Lines only valid during the call that hands it on.
type Event struct {
	Kind    Kind      `json:"type"`
	Time    time.Time `json:"time"`
	Version int       `json:"version,omitempty"`
	Run     *Run      `json:"run,omitempty"`
	Step    *Step     `json:"step,omitempty"`
	// Runner is the Runner whose startup commands a Log is of, if it has no Step.
	Runner string `json:"runner,omitempty"`
	// Attempt counts from 1.
	Attempt int      `json:"attempt,omitempty"`
	Error   *Error   `json:"error,omitempty"`
	Failure *Failure `json:"failure,omitempty"`
	Delay   Seconds  `json:"delaySeconds,omitempty"`
	Level   string   `json:"level,omitempty"`
	Text    string   `json:"text,omitempty"`
	// Ended is how a step ended, Result how the run did.
	Ended  *StepResult `json:"ended,omitempty"`
	Result *Result     `json:"result,omitempty"`

	// Lines are printed lines, each with its LF. In JSON each is an event of its own,
	// with the line in "line".
	Lines []byte `json:"-"`
	// Payloads can hold what is not for a build's log, so they are in run directories
	// only.
	Input     json.RawMessage `json:"-"`
	Variables json.RawMessage `json:"-"`
	Output    json.RawMessage `json:"-"`
}

// Levels of a Message.
const (
	Info    = "info"
	Warning = "warning"
	Problem = "error"
)

// Run is what is run.
type Run struct {
	// ID names the run; it is the name of its directory.
	ID string `json:"id"`
	// Directory is where the run is kept; "" if it is not.
	Directory string `json:"directory,omitempty"`
	Template  string `json:"template"`
	Plan      string `json:"plan"`
	// Program is the version of runnerctl.
	Program string `json:"program,omitempty"`
	// From is the step that the run started at, if that was not the first one, and
	// Previous the run that its payload is of.
	From     string `json:"from,omitempty"`
	Previous string `json:"previous,omitempty"`
	// Steps are those that ran alone.
	Steps []string `json:"steps,omitempty"`
}

// Step is a state of the plan where it runs.
type Step struct {
	Name string `json:"name"`
	// Path tells branches and iterations apart: Regions[1].Deploy.
	Path string `json:"path"`
	// Type is the state's type in the state machine: Task, Choice, ….
	Type string `json:"type"`
	// Runner is the Runner of a job; "" for other steps.
	Runner string `json:"runner,omitempty"`
	// Place is where the template defines the step.
	Place Place `json:"place,omitzero"`
	// Visit counts the steps of the run in the order in which they started, from 1.
	Visit int `json:"visit"`
}

// Place is a line of a template, from 1; the zero Place is unknown.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// Error is a failure in the States Language's terms.
type Error struct {
	Name  string `json:"name"`
	Cause string `json:"cause,omitempty"`
}

// Failure is why a job failed, beyond its Error.
type Failure struct {
	// Command is the command that failed; nil if that is unknown.
	Command *Command `json:"command,omitempty"`
	// ExitCode and Signal are how the shell ended.
	ExitCode int    `json:"exitCode,omitempty"`
	Signal   string `json:"signal,omitempty"`
	// Meaning explains the exit code; "" if it has no common meaning.
	Meaning string `json:"meaning,omitempty"`
	// Limit is what ended the job; nil if nothing did.
	Limit *Limit `json:"limit,omitempty"`
	// LastLines are the end of the job's output.
	LastLines []string `json:"lastLines,omitempty"`
}

// Command is one of a job's commands.
type Command struct {
	// Number is its place among Count commands, from 1.
	Number int `json:"number"`
	Count  int `json:"count"`
	// Line is the line within the command that was running, from 1, and Text its text.
	Line  int    `json:"line"`
	Text  string `json:"text"`
	Place Place  `json:"place,omitzero"`
}

// Limit is a time limit that was reached.
type Limit struct {
	// Name says which property sets it: JobTimeout of Runner Builder.
	Name  string  `json:"name"`
	Value Seconds `json:"seconds"`
	// Place is where it is set; zero for a default.
	Place Place `json:"place,omitzero"`
}

// Status is how a run or a step ended, in Step Functions' words.
type Status string

// The ways a run or a step ends.
const (
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	Caught    Status = "CAUGHT" // failed, and the plan's Catch went on
	Stopped   Status = "STOPPED"
)

// StepResult is how a step ended.
type StepResult struct {
	Step
	Status Status `json:"status"`
	// Attempts counts the first try too.
	Attempts int       `json:"attempts"`
	Started  time.Time `json:"started"`
	// Duration is from entry to end, retries and waits included.
	Duration Seconds `json:"durationSeconds"`
	// Price is about what the time of a job costs on Fargate, in US dollars; nil if it is
	// unknown.
	Price *float64 `json:"priceDollars,omitempty"`
	Error *Error   `json:"error,omitempty"`
	// Original is the error that a Catch took before the Catch failed itself.
	Original *Error   `json:"original,omitempty"`
	Failure  *Failure `json:"failure,omitempty"`
	// Next is the step that follows, "" at the end.
	Next string `json:"next,omitempty"`
}

// Result is how a run ended.
type Result struct {
	// Status is Succeeded, Failed or Stopped.
	Status   Status  `json:"status"`
	Duration Seconds `json:"durationSeconds"`
	// Steps are the states that ran, in the order in which they ended.
	Steps []StepResult `json:"steps"`
	// Error is why the run failed, FailedStep the path of the step that failed.
	Error      *Error `json:"error,omitempty"`
	FailedStep string `json:"failedStep,omitempty"`
	// Output is the final payload; empty unless the run succeeded.
	Output json.RawMessage `json:"output,omitempty"`
}

// Seconds is a duration; in JSON it is a number of seconds.
type Seconds time.Duration

// Duration is the same as Go counts it.
func (s Seconds) Duration() time.Duration { return time.Duration(s) }

// MarshalJSON implements json.Marshaler.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(s).Round(time.Millisecond).Seconds())
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Seconds) UnmarshalJSON(text []byte) error {
	var seconds float64
	if err := json.Unmarshal(text, &seconds); err != nil {
		return err
	}
	*s = Seconds(time.Duration(seconds*1e3+0.5) * time.Millisecond)
	return nil
}
