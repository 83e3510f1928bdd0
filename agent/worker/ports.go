// Package worker is the life of the agent and of its jobs: the startup
// commands, then receive, run and report, at most MaxConcurrentJobs at a time,
// until nothing is left to do. It knows no AWS: queue, reporter, distribution
// and log are ports, with one implementation for AWS and one for a laptop.
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
}

// Queue hands out jobs. All methods may be called concurrently.
type Queue interface {
	// Receive waits for jobs and returns at least one and at most max. It
	// returns none when a long poll ran out, and ErrQueueClosed when none
	// will ever come again.
	Receive(ctx context.Context, max int) ([]Delivery, error)
	// Delete takes a received job out of the queue for good. The worker
	// calls it once it is sure to report the job, before it runs it.
	Delete(ctx context.Context, delivery Delivery) error
}

// ErrQueueClosed says that a queue will never hand out another job.
var ErrQueueClosed = errors.New("the queue is closed")

// Reporter answers the steps that wait for jobs. All methods may be called
// concurrently. Each returns ErrTokenClosed when the step no longer waits.
type Reporter interface {
	// Succeed ends the step; output is one JSON value.
	Succeed(ctx context.Context, token string, output json.RawMessage) error
	// Fail fails the step.
	Fail(ctx context.Context, token string, failure Failure) error
	// Heartbeat says that the job is alive.
	Heartbeat(ctx context.Context, token string) error
}

// ErrTokenClosed says that nobody waits for the task token any more: the
// execution was stopped, the step timed out, or it has its answer already.
var ErrTokenClosed = errors.New("nobody waits for the job any more")

// Failure is why a step fails: Error is the name that Retry and Catch match,
// Cause a sentence for people.
type Failure struct {
	Error string
	Cause string
}

// Source fills a job's private directory with the files of its distribution.
// It may be called concurrently for different directories.
type Source interface {
	Fill(ctx context.Context, origin protocol.DeploymentOrigin, directory string) error
}

// Line is one line of a job's output, without its line end.
type Line struct {
	Time time.Time
	// Step is the step's name, or StartupStep.
	Step string
	// Token is the job's task token: the key under which a log keeps jobs
	// apart. It is never written. Empty for startup commands.
	Token string
	Text  string
}

// StartupStep is the name under which the startup commands' lines appear.
const StartupStep = "Startup"

// Ports are what a worker works with.
type Ports struct {
	Queue    Queue
	Reporter Reporter
	Source   Source
	Log      Log
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

// Log takes the lines of all jobs as they come. Calls are concurrent between
// jobs, in order within one. It must not block for long and cannot fail: a
// log's trouble is never a job's.
type Log interface {
	Write(line Line)
}
