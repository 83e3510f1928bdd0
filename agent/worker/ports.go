// Package worker is the life of the agent and of its jobs: the startup
// commands, then receive, claim, run and report, at most MaxConcurrentJobs at
// a time, until nothing is left to do. It knows no AWS: queue, reporter, state,
// distribution and log are ports, with one implementation for AWS and one for
// a laptop.
//
// What it guarantees: a job that never started is not lost, since its message
// leaves the queue only after its claim is written; a job that started never
// runs twice, since a claim is written once; no step hangs, since every claim
// is answered, by another agent if need be; and no job is missed by an agent
// that leaves, since it says so before it looks for the last time.
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
	// Receipt names this receipt of the message to its queue.
	Receipt string
	// Receives is how often the message was received so far, this time
	// included; 0 when the queue does not know.
	Receives int
	// Sent is when the message came into the queue; zero when unknown.
	Sent time.Time
}

// Queue hands out jobs. All methods may be called concurrently. A received
// message stays out of sight for the queue's time of invisibility, and comes
// again after that unless it was deleted.
type Queue interface {
	// Receive waits for jobs, at most so long, and returns at least one and at
	// most max. A queue may wait in whole seconds, one at least. It returns
	// none when the wait ran out, and ErrQueueClosed when none will ever come
	// again.
	Receive(ctx context.Context, max int, wait time.Duration) ([]Delivery, error)
	// Hide keeps a received job out of sight for so long from now; 0 gives it
	// back at once.
	Hide(ctx context.Context, delivery Delivery, duration time.Duration) error
	// Delete takes a received job out of the queue for good. The worker
	// calls it once it is sure to report the job, before it runs it.
	Delete(ctx context.Context, delivery Delivery) error
}

// ErrQueueClosed says that a queue will never hand out another job.
var ErrQueueClosed = errors.New("the queue is closed")

// Reporter answers the steps that wait for jobs. All methods may be called
// concurrently. Each returns ErrTokenClosed when the step no longer waits, and
// ErrRefused when trying again is of no use.
type Reporter interface {
	// Succeed ends the step; output is one JSON value.
	Succeed(ctx context.Context, token string, output json.RawMessage) error
	// Fail fails the step.
	Fail(ctx context.Context, token string, failure Failure) error
	// Heartbeat says that the job is alive.
	Heartbeat(ctx context.Context, token string) error
}

var (
	// ErrTokenClosed says that nobody waits for the task token any more: the
	// execution was stopped, the step timed out, or it has its answer already.
	ErrTokenClosed = errors.New("nobody waits for the job any more")
	// ErrRefused says that a service understood and refused: a permission is
	// missing, or it cannot take this value. Trying again is of no use.
	ErrRefused = errors.New("the service refused")
)

// Failure is why a step fails: Error is the name that Retry and Catch match,
// Cause a sentence for people.
type Failure struct {
	Error string
	Cause string
}

// Decision says what to do with a message.
type Decision int

// The verdicts. The zero value is none of them.
const (
	// Accept: it is this agent's to run.
	Accept Decision = iota + 1
	// Requeue: it is for a runner that is configured otherwise; give it back.
	Requeue
	// Discard: its execution is not the current one; delete it, report nothing.
	Discard
	// Superseded: this agent is not the runner's any more; give the message back,
	// take nothing more, and leave when the running jobs have ended.
	Superseded
)

// MessageFilter says whether a message is this agent's to take. Drop and Leaving
// cannot be taken back, so the worker asks again before it believes them; an
// error that wraps ErrRefused counts at once, others are tried again.
type MessageFilter interface {
	Check(ctx context.Context, message *protocol.Message) (Decision, error)
}

// Claim says that an agent has begun with a job.
type Claim struct {
	// Token is the job's task token, the claim's key. It is never logged.
	Token string
	// Attempt is one agent's try for this job: claiming again with it is
	// fine, so that a call whose answer was lost can be repeated.
	Attempt      string
	StepName     string
	ExecutionARN string
	ClaimedAt    time.Time
	// Task is the agent that has the claim; Unfinished fills it in, for
	// people to read.
	Task string
}

// Claims has one claim for each job that was ever begun, and knows which agent
// each belongs to. All methods may be called concurrently.
type Claims interface {
	// Claim is one conditional write. It returns ErrClaimed when the token was
	// claimed by any other attempt, also by one that has finished.
	Claim(ctx context.Context, claim Claim) error
	// Finish says that the job has been answered or nobody waits for it. The
	// claim stays, so that a late delivery finds it. What was never claimed,
	// or has finished, is no error.
	Finish(ctx context.Context, token string) error
	// Renew says that this agent lives, and with it all its claims.
	Renew(ctx context.Context) error
	// Unfinished returns the claims of this runner's other agents that never
	// finished, where the agent neither claimed the job nor renewed for so
	// long. With 0 it returns those of living agents too.
	Unfinished(ctx context.Context, silent time.Duration) ([]Claim, error)
}

// ErrClaimed says that somebody has claimed the job already.
var ErrClaimed = errors.New("the job is claimed")

// RunnerState is what a runner's state says of this agent. All methods return
// ErrNotOurs when the state names another agent.
type RunnerState interface {
	// MarkStarted says that the agent is up. Said again, it may have no effect and
	// know of no other agent.
	MarkStarted(ctx context.Context) error
	// CheckCurrent asks whether the state names this agent.
	CheckCurrent(ctx context.Context) error
	// Retire says "I take nothing more": who reads it starts another agent.
	// The worker receives once more after it, so nothing sent before is missed.
	Retire(ctx context.Context) error
}

// ErrSuperseded says that the runner's state names another agent.
var ErrSuperseded = errors.New("the runner has another agent")

// Source fills a job's private directory with the files of its distribution.
// It may be called concurrently for different directories.
type Source interface {
	Fill(ctx context.Context, origin protocol.DeploymentOrigin, directory string) error
}

// StartupStep is the name under which the startup commands' lines appear.
const StartupStep = "Startup"

// Log takes the lines of all jobs as they come. A log's trouble is never a
// job's: nothing here can fail.
type Log interface {
	// Open begins the log of a job, or of the startup commands, which have no
	// message. It is called concurrently.
	Open(message *protocol.Message) JobLog
}

// JobLog takes the lines of one job, from one goroutine at a time.
type JobLog interface {
	// Write takes lines that have just been printed: valid UTF-8, each with an
	// LF, secrets masked. They are its own only during the call, which must not
	// take long, as the job waits for it. A call that hangs is given up after the
	// job's end; Close is called when it returns, then.
	Write(at time.Time, lines []byte)
	// Close is called once, before the job is reported. It does what must be
	// done by then, as long as ctx lasts.
	Close(ctx context.Context)
}

// Outcome is how a job ended.
type Outcome string

// The outcomes.
const (
	Succeeded Outcome = "Succeeded"
	Failed    Outcome = "Failed"
	TimedOut  Outcome = "TimedOut"
	// Abandoned: nobody waited for it any more.
	Abandoned Outcome = "Abandoned"
	// Stopped: it was ended because the agent was stopped.
	Stopped Outcome = "Stopped"
)

// Meter counts jobs. Each JobStarted is followed by one JobEnded. Calls are
// concurrent, must not block, and cannot fail.
type Meter interface {
	// JobStarted says how long the job was in the queue and held.
	JobStarted(queueWait time.Duration)
	// JobEnded says how long the job ran, its report not included.
	JobEnded(outcome Outcome, runTime time.Duration)
}

// Ports are what a worker works with.
type Ports struct {
	Queue    Queue
	Reporter Reporter
	Source   Source
	Log      Log
	// Filter may be nil: every message is taken.
	Filter MessageFilter
	// Claims may be nil: then taking a message out of the queue is the claim.
	Claims Claims
	// State may be nil: the agent leaves without a last look.
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
