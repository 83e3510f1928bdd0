// Package asl implements the Amazon States Language (https://states-language.net): it parses, checks and runs state machines in one process,
// as AWS Step Functions does.
//
// [Parse] reads a definition from JSON, [ParseValue] from any tree of values that have places, such as a template. Both report all problems of a
// definition together, each with its path and place. They accept what Step Functions creates and refuse what it refuses.
//
// [Machine.Run] runs it. A state machine is a graph of states. Each visit of a state takes the JSON document that the previous state left, its input,
// and makes the next one. In JSONPath, that is a chain of filters:
//
//	input -> InputPath -> Parameters -> (the state's work) -> ResultSelector -> ResultPath (into the input) -> OutputPath
//
// In JSONata it is Arguments -> (the state's work) -> Output. In both, Assign sets variables that later states read.
//
// The caller does the work of Task states through [Tasks], or answers them from a file with [Mocks]. Everything else runs here: retries and catchers,
// Choice, Wait, Parallel, inline and distributed Maps, intrinsic functions and JSONata. [VirtualTime] lets a run wait for hours in no time; an
// [Observer] receives what happens.
//
// The values of a machine are nil, bool, string, json.Number, []any and [*Object], which keeps the order of its fields.
package asl

import (
	"context"
	"encoding/json"
	"io"
	"time"
)

// Execution describes one run of a machine; it becomes the context object's Execution and StateMachine parts ("$$.Execution.Id", ...).
type Execution struct {
	ARN              string          // $$.Execution.Id
	Name             string          // $$.Execution.Name
	RoleARN          string          // $$.Execution.RoleArn
	StateMachineARN  string          // $$.StateMachine.Id
	StateMachineName string          // $$.StateMachine.Name
	Input            json.RawMessage // the first state's input and $$.Execution.Input; empty means {}
	StartTime        time.Time       // $$.Execution.StartTime; zero means now, by the Clock
}

// Task is one attempt of a Task state.
type Task struct {
	State     string          // the state's name
	Path      string          // the state's name with its branch or iteration, as in [Event]
	Resource  string          // the definition's Resource
	Input     json.RawMessage // after InputPath and Parameters, or Arguments; read only
	Token     string          // the task token of a .waitForTaskToken resource, new for each attempt; else empty
	Attempt   int             // how often this visit was retried before: 0 is the first attempt
	Iteration int             // the index of the innermost Map iteration around the state; -1 outside of any
	Heartbeat time.Duration   // longest allowed silence between two heartbeats; 0: not watched
	Timeout   time.Duration   // time limit of this attempt, kept by the interpreter itself through ctx; 0: none
}

// Tasks does the work of Task states. Do may be called from several goroutines at once (Parallel, Map).
//
// The result may be anything encoding/json can encode. An error that is or wraps an [*Error] names the failure for Retry and Catch; any other
// error is reported as States.TaskFailed with its text as cause. Do has to report a missed heartbeat itself, as [HeartbeatTimeout]. It must
// return soon after ctx ended: the interpreter waits for it. ctx ends on the state's timeout, on the failure of a sibling branch and on stop.
type Tasks interface {
	Do(ctx context.Context, task Task) (any, error)
}

// Clock tells the time and passes it: for Wait states, retry delays, timeouts and timestamps.
//
// Sleep returns nil once d has passed on this clock, and not before (a time limit is a Sleep that ended), or ctx's error when ctx ended first.
type Clock interface {
	Now() time.Time
	Sleep(ctx context.Context, d time.Duration) error
}

// Observer receives the events of a run, in order. Calls never overlap, even when branches run concurrently.
type Observer interface {
	Observe(Event)
}

// EventKind says what happened to a state.
type EventKind string

// The kinds of events. Each Entered is followed by any number of Retried and Waiting and then by exactly one of the other kinds.
const (
	Entered   EventKind = "Entered"
	Succeeded EventKind = "Succeeded"
	Failed    EventKind = "Failed"  // the state failed and neither Retry nor Catch took the error
	Retried   EventKind = "Retried" // an attempt failed; the next one starts after Delay
	Waiting   EventKind = "Waiting" // a Wait state waits for Delay
	Caught    EventKind = "Caught"  // the state failed and a catcher took the error
	Aborted   EventKind = "Aborted" // the execution was stopped or timed out, or a sibling failed, while the state ran
)

// Event is one step of an execution. Its values are read only, and encoding/json can encode them.
type Event struct {
	Kind     EventKind
	State    string        // the state's name
	Type     string        // Task, Pass, Wait, Choice, Parallel, Map, Succeed or Fail
	Path     string        // "Test", in a branch "Shards[1].Test", in an iteration "Loop[3].Step": state and index outermost first
	Attempt  int           // how often the state had been retried when the event happened
	Time     time.Time     // by the Clock
	Duration time.Duration // since Entered
	Error    *Error        // of Failed, Retried and Caught
	Original *Error        // of Failed: the error that a catcher took before it failed itself; else nil
	Delay    time.Duration // of Retried and Waiting
	Next     string        // of Succeeded and Caught: the state that follows; "" at the end
	Via      string        // of Succeeded, Caught and Retried: what led on, a Via of [Machine.Transitions]
	// Input is the state's input and Variables are what it sees of JSONata's or JSONPath's Assign; of Entered.
	Input     any
	Variables map[string]any
	// Output is the state's output; of Succeeded and Caught.
	Output any
}

// Options configure a run. Only Tasks is required, and only if the machine has a Task state.
type Options struct {
	Tasks      Tasks
	Clock      Clock         // nil: the real time
	Observer   Observer      // nil: events are discarded
	NewToken   func() string // makes task tokens; nil: random UUIDs
	MaxPayload int           // largest input or output of a state, bytes of JSON; 0: AWS's quota, 262,144
	// Items opens what the ItemReader of a distributed Map reads; without it such a Map fails with States.ItemReaderFailed.
	Items func(context.Context, ItemSource) (io.ReadCloser, error)
	// Results takes the files that a ResultWriter writes; nil discards them.
	Results func(context.Context, ResultFile) error
	// Random gives numbers in [0, 1) for JitterStrategy FULL and for States.MathRandom without a seed; nil: math/rand.
	Random func() float64
}
