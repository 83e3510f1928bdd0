// Package worker runs jobs from a queue: the startup commands first, then for each
// job receive, claim, run and report, at most MaxConcurrentJobs at a time. The
// queue, the steps that wait, the runner's state, the distribution and the log are
// ports, with one implementation for AWS and one in memory.
//
// It guarantees that
//
//   - a job that never started is not lost: its message is deleted only after its
//     claim is written;
//   - a job that started never runs twice: a claim is written once;
//   - no step hangs: every claim is answered, by another agent if this one dies;
//   - an agent that stops misses no job: it marks the runner as stopped before its
//     last receive.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

// Delivery is one received queue message.
type Delivery struct {
	// Body is the message, JSON as protocol.ParseMessage reads it.
	Body []byte
	// Receipt identifies this receive of the message to its queue.
	Receipt string
	// Receives is how often the message was received, this time included; 0 if
	// unknown.
	Receives int
	// Sent is when the message was sent; zero if unknown.
	Sent time.Time
}

// Queue delivers jobs. All methods may be called concurrently. A received message
// stays hidden for the queue's visibility timeout. Unless it is deleted, the queue
// then delivers it again.
type Queue interface {
	// Receive waits for jobs for at most wait and returns up to max of them; none
	// when the wait is over. A queue may round wait up to whole seconds, at least
	// one. ErrQueueClosed means that no job will ever arrive.
	Receive(ctx context.Context, max int, wait time.Duration) ([]Delivery, error)
	// Hide sets the visibility timeout of a received job, from now; 0 returns it to
	// the queue at once.
	Hide(ctx context.Context, delivery Delivery, duration time.Duration) error
	// Delete deletes a received job. The worker calls it before it runs the job, once
	// it is certain that the step will be answered.
	Delete(ctx context.Context, delivery Delivery) error
}

// ErrQueueClosed means that a queue will never deliver another job.
var ErrQueueClosed = errors.New("the queue is closed")

// Reporter answers the steps that wait for jobs. All methods may be called
// concurrently. Each returns ErrTokenClosed when the step has ended, and ErrRefused
// when trying again would not help.
type Reporter interface {
	// Succeed ends the step; output is one JSON value.
	Succeed(ctx context.Context, token string, output json.RawMessage) error
	// Fail fails the step.
	Fail(ctx context.Context, token string, failure Failure) error
	// Heartbeat keeps the step waiting.
	Heartbeat(ctx context.Context, token string) error
}

var (
	// ErrTokenClosed means that the task token is no longer valid: the step was
	// answered, timed out or was stopped.
	ErrTokenClosed = errors.New("the step has already ended (stopped, timed out or answered)")
	// ErrRefused means that a service refused a call for good: a permission is
	// missing, or the value is not allowed. Trying again would not help.
	ErrRefused = errors.New("the service refused")
)

// Failure is why a step fails. Retry and Catch match Error; Cause is for people.
type Failure struct {
	Error string
	Cause string
	// Script is how the job's script failed; nil if that is not why. Cause says the
	// same for people, so a Reporter may ignore it.
	Script *ScriptEnd
}

// Decision is what the worker must do with a message.
type Decision int

// The decisions. The zero value is not valid.
const (
	// Accept: this agent must run it.
	Accept Decision = iota + 1
	// Requeue: it is for another configuration of the runner; return it to the queue.
	Requeue
	// Discard: its execution is not current; delete it without an answer.
	Discard
	// Superseded: another agent replaced this one; return the message to the queue,
	// accept no more jobs, and stop when the running jobs have ended.
	Superseded
)

// MessageFilter decides what to do with a message. Discard and Superseded cannot be
// undone, so the worker asks twice before it acts on them. It repeats calls that
// fail, unless the error wraps ErrRefused.
type MessageFilter interface {
	Check(ctx context.Context, message *protocol.Message) (Decision, error)
}

// Claim records that an agent has started a job.
type Claim struct {
	// Token is the job's task token and the claim's key. It is never logged.
	Token string
	// Attempt identifies one attempt to claim the job. Claiming again with it
	// succeeds, so a call whose answer was lost can be repeated.
	Attempt      string
	StepName     string
	ExecutionARN string
	// ErrorNames are the step's (protocol.ExecutionMetadata).
	ErrorNames string
	ClaimedAt  time.Time
	// Task is the ECS task of the agent that has the claim. Unfinished sets it, for
	// messages.
	Task string
}

// Claims has one claim for each job that ever started, with the agent that has it.
// All methods may be called concurrently.
type Claims interface {
	// Claim is one conditional write. It returns ErrClaimed when another attempt has
	// claimed the token, even if that claim is finished.
	Claim(ctx context.Context, claim Claim) error
	// Finish records that the step has been answered or has ended. The claim stays,
	// so that a late delivery finds it. A missing or finished claim is no error.
	Finish(ctx context.Context, token string) error
	// Renew records that this agent is alive, and so are all its claims.
	Renew(ctx context.Context) error
	// Unfinished returns the unfinished claims of the runner's other agents that have
	// neither claimed nor renewed for the duration silent. With 0 it includes agents
	// that are alive.
	Unfinished(ctx context.Context, silent time.Duration) ([]Claim, error)
}

// ErrClaimed means that another attempt has claimed the job.
var ErrClaimed = errors.New("the job is claimed")

// RunnerState is the runner's state, as one agent reads and writes it. All methods
// return ErrSuperseded when the state names another agent.
type RunnerState interface {
	// MarkStarted records that the agent has started. A second call may do nothing,
	// even if the state names another agent.
	MarkStarted(ctx context.Context) error
	// CheckCurrent returns nil if the state names this agent.
	CheckCurrent(ctx context.Context) error
	// Retire records that this agent accepts no more jobs, so the launcher starts
	// another agent for the next job. The worker receives once more afterwards, so
	// it misses no job that was sent before.
	Retire(ctx context.Context) error
}

// ErrSuperseded means that the runner's state names another agent.
var ErrSuperseded = errors.New("the runner has another agent")

// Source fills a job's private directory with the files of its distribution.
// It may be called concurrently for different directories.
type Source interface {
	Fill(ctx context.Context, origin protocol.DeploymentOrigin, directory string) error
}

// StartupStep is the step name of the startup commands' lines in the log.
const StartupStep = "Startup"

// Log receives the lines of all jobs. No method returns an error, because a log that
// fails must not fail a job.
type Log interface {
	// Open opens the log of a job, or of the startup commands if message is nil. It
	// is called concurrently.
	Open(message *protocol.Message) JobLog
}

// JobLog receives the lines of one job, from one goroutine at a time.
type JobLog interface {
	// Write gets lines that have just been printed: valid UTF-8, each with an LF,
	// secrets masked. It must not keep lines after it returns. The job waits for it.
	// If it hangs at the job's end, Close is called when it returns.
	Write(at time.Time, lines []byte)
	// Close is called once, before the job is reported. It completes the log while
	// ctx lasts.
	Close(ctx context.Context)
}

// PartialLog is a JobLog that also takes lines that have no LF yet, such as questions.
type PartialLog interface {
	// WritePartial gets the start of a line for which the job has printed nothing else
	// for a while. Write gets the whole line later. The rules of Write apply.
	WritePartial(at time.Time, text []byte)
}

// Outcome is how a job ended.
type Outcome string

// The outcomes.
const (
	Succeeded Outcome = "Succeeded"
	Failed    Outcome = "Failed"
	TimedOut  Outcome = "TimedOut"
	// Abandoned: the step had already ended.
	Abandoned Outcome = "Abandoned"
	// Stopped: it was ended because the agent was halted.
	Stopped Outcome = "Stopped"
)

// Meter counts jobs. Each JobStarted is followed by one JobEnded. Calls are
// concurrent, must not block, and cannot fail.
type Meter interface {
	// JobStarted counts a job that starts, after queueWait in the queue and here.
	JobStarted(queueWait time.Duration)
	// JobEnded counts a job that ran for runTime, without its report.
	JobEnded(outcome Outcome, runTime time.Duration)
}

// Ports are the services that a worker uses.
type Ports struct {
	Queue    Queue
	Reporter Reporter
	Source   Source
	Log      Log
	// Filter may be nil: every message is accepted.
	Filter MessageFilter
	// Claims may be nil: then deleting the message is the claim.
	Claims Claims
	// State may be nil: then the worker stops without a last receive.
	State RunnerState
	// Meter may be nil.
	Meter Meter
}

func (p Ports) check() error {
	var problems []error
	for _, port := range []struct {
		name    string
		missing bool
	}{{"Queue", p.Queue == nil}, {"Reporter", p.Reporter == nil}, {"Source", p.Source == nil}, {"Log", p.Log == nil}} {
		if port.missing {
			problems = append(problems, fmt.Errorf("the port %s is missing", port.name))
		}
	}
	return errors.Join(problems...)
}
