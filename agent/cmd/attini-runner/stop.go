package main

import (
	"context"
	"errors"
	"os"
	"time"

	awsports "github.com/attini-go/runner/agent/internal/aws"
	"github.com/attini-go/runner/agent/worker"
)

// How much time the last steps of a stop have.
const (
	// reportReserve is for the last reports, out of the time before SIGKILL.
	reportReserve = 15 * time.Second
	// killReserve is for the log and the report of a job that ignores SIGTERM.
	killReserve = 6 * time.Second
	// logReserve is for logs that could not be uploaded before.
	logReserve = 5 * time.Second
	// flushReserve is for the last lines of the container's log.
	flushReserve = 2 * time.Second
	// hostReserve is for the termination of the agent's host.
	hostReserve = 25 * time.Second
)

var (
	// errStopTimeout ends the jobs that still run shortly before SIGKILL.
	errStopTimeout = errors.New("the runner's task was stopped, and its stop timeout is over")
	// errInterrupted ends the agent at once.
	errInterrupted = errors.New("a second signal ended the agent at once")
)

// lastly returns a context for a last step, which runs although ctx has ended.
func lastly(ctx context.Context, reserve time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), reserve)
}

// watchSignals calls drain at the first signal and ends the agent at the second,
// until stop is called.
func watchSignals(signals <-chan os.Signal, end context.CancelCauseFunc, drain func()) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for first := true; ; first = false {
			select {
			case <-done:
				return
			case <-signals:
			}
			if first {
				drain()
			} else {
				end(errInterrupted)
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// drain makes the worker accept no more jobs, and end the running ones shortly
// before ECS kills the task.
func (a *agent) drain(ctx context.Context, work *worker.Worker) {
	a.logger.Info("the agent is shutting down", "seconds", a.settings.StopTimeout.Seconds())
	draining, halt := context.WithCancelCause(ctx)
	time.AfterFunc(max(a.settings.StopTimeout-reportReserve, 0), func() { halt(errStopTimeout) })
	time.AfterFunc(killAfter(a.settings.StopTimeout), func() { close(a.killNow) })
	work.Drain(draining)
}

// killAfter returns when the jobs that still run get SIGKILL, after the agent's own
// SIGTERM. A short stop timeout leaves them less time.
func killAfter(stopTimeout time.Duration) time.Duration {
	return max(stopTimeout-killReserve, stopTimeout/4)
}

// requeue returns messages that were received before there was a worker.
func (a *agent) requeue(ctx context.Context) {
	ctx, cancel := lastly(ctx, logReserve)
	defer cancel()
	if err := a.queue.Requeue(ctx); err != nil {
		a.logger.Warn("cannot return a message to the queue; SQS delivers it again after its visibility timeout", "error", err)
	}
}

// terminateHost terminates the EC2 instance that was started for this agent, as the
// agent's last act.
func (a *agent) terminateHost(ctx context.Context) {
	ctx, cancel := lastly(ctx, hostReserve)
	defer cancel()
	host := awsports.NewHost(a.aws, a.runnerItem(), a.settings.HostID, a.logger)
	if !host.ShouldTerminate(ctx) {
		return
	}
	if err := host.Terminate(ctx); err != nil {
		a.logger.Error("cannot terminate the agent's host; terminate it by hand", "instance", a.settings.HostID, "error", err)
	}
}

// flush writes the last lines. If the log is blocked until the end, they are lost.
func (a *agent) flush(ctx context.Context) {
	ctx, cancel := lastly(ctx, flushReserve)
	defer cancel()
	_ = a.output.Close(ctx)
}
