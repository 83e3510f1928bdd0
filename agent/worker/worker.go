package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/attini-go/runner/agent/protocol"
)

// Worker runs jobs from a queue until it is idle, drained or replaced.
type Worker struct {
	config Config
	ports  Ports
	logger *slog.Logger
	// draining ends when the worker must accept no more jobs, halting when it must
	// end the running ones, too.
	draining, halting context.Context
	drain             func()
	halt              context.CancelCauseFunc
	// started is closed when the startup commands have ended. If they failed,
	// startFailure is set before, and jobs fail with it.
	started      chan struct{}
	startFailure *Failure
	// receiving has an entry during a receive.
	receiving chan struct{}
	// deliveries waits for all held messages.
	deliveries sync.WaitGroup
	options    shellOptions
	registry   *registry
	jobDirs    *jobDirPool
}

// New checks the configuration; the error names every problem. A nil logger
// discards all log output.
func New(config Config, ports Ports, logger *slog.Logger) (*Worker, error) {
	config, err := config.resolve(ports.Claims != nil)
	if err := errors.Join(err, ports.check()); err != nil {
		return nil, fmt.Errorf("configure the worker: %w", err)
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	w := &Worker{
		config: config, ports: ports, logger: logger,
		started:   make(chan struct{}),
		receiving: make(chan struct{}, 1),
		registry:  newRegistry(config.MaxConcurrentJobs),
		jobDirs:   &jobDirPool{directory: config.Directory, memory: config.MemoryDirectory, logger: logger},
	}
	draining, drain := context.WithCancelCause(context.Background())
	w.draining, w.drain = draining, func() { drain(errDrained) }
	w.halting, w.halt = context.WithCancelCause(context.Background())
	return w, nil
}

// Run marks the agent as started, fails the jobs of agents that died, runs the
// startup commands, and then runs jobs. Jobs that arrive during the startup
// commands are held. Run returns
//
//   - nil when the queue is closed, after Drain, when another agent replaced this
//     one, or when the worker was idle for too long;
//   - an error that wraps ErrSuperseded when the runner had another agent from
//     the start;
//   - a *StartupError when the start failed; every waiting job has failed then;
//   - ctx's cause when ctx ended, which ends the running jobs, too.
//
// When it returns, no process of a job is left. A worker runs once.
func (w *Worker) Run(ctx context.Context) error {
	return w.withContexts(ctx, func(running, taking context.Context) error {
		err := w.markStarted(taking)
		if errors.Is(err, ErrSuperseded) {
			return fmt.Errorf("start the runner: %w", err)
		}
		if err == nil {
			var orphaned sync.WaitGroup
			orphaned.Go(func() { w.failOrphanedJobs(taking) }) // meanwhile, because a job waits
			err = w.serve(running, taking)
			orphaned.Wait()
		}
		var failed *StartupError
		if errors.As(err, &failed) && taking.Err() == nil {
			w.failWaiting(taking, startupFailure(failed))
			return failed
		}
		return nil
	})
}

// serve runs the startup commands and the jobs. It receives jobs from the
// beginning: their steps get heartbeats here, and not while they wait in the
// queue. The error is startup's.
func (w *Worker) serve(running, taking context.Context) error {
	w.registry.postponeIdle(w.config.SettleTime)
	// The startup commands count as a job: a worker that starts is not idle.
	release, ended := w.registry.accept(), w.registry.begin()
	polling, stop := context.WithCancelCause(taking)
	defer stop(nil)
	var receiver sync.WaitGroup
	receiver.Go(func() { w.receive(running, taking, polling) })
	end, err := w.startup(taking)
	defer end() // jobs use what the startup commands left running
	defer w.deliveries.Wait()
	defer receiver.Wait()
	ended()
	release()
	var failed *StartupError
	if errors.As(err, &failed) && taking.Err() == nil {
		failure := startupFailure(failed)
		w.startFailure = &failure
		stop(failed)
	}
	close(w.started)
	return err
}

func startupFailure(err *StartupError) Failure {
	return Failure{Error: protocol.ErrorStartup, Cause: err.Cause}
}

// FailWaiting fails every waiting job. Call it instead of Run when the runner
// cannot start. It returns ctx's cause when ctx ended.
func (w *Worker) FailWaiting(ctx context.Context, failure Failure) error {
	return w.withContexts(ctx, func(_, taking context.Context) error {
		w.failWaiting(taking, failure)
		return nil
	})
}

// withContexts calls work with two contexts: running ends when jobs must end,
// taking when no more jobs must be accepted. Then it waits for all held messages.
// If ctx ended, its cause replaces work's error.
func (w *Worker) withContexts(ctx context.Context, work func(running, taking context.Context) error) error {
	var loops sync.WaitGroup
	defer loops.Wait()
	running, stopRunning := mergeContexts(ctx, w.halting)
	defer stopRunning()
	taking, stopTaking := mergeContexts(running, w.draining)
	defer stopTaking()
	if w.ports.Claims != nil {
		loops.Go(func() { w.renewClaims(running) })
		loops.Go(func() { w.reapLoop(taking) })
	}
	err := work(running, taking)
	w.deliveries.Wait()
	w.jobDirs.removeAll()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
