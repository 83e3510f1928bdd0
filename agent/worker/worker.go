package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/attini-go/runner/agent/protocol"
)

// Worker runs jobs from a queue until there is nothing left to do.
type Worker struct {
	config Config
	ports  Ports
	logger *slog.Logger
	// drained is closed when nothing more is to be taken.
	drained   chan struct{}
	drainOnce sync.Once
	// halted is closed when what runs is to be ended, because of haltCause.
	halted    chan struct{}
	haltOnce  sync.Once
	haltCause error
	// heldSlots has one entry for each delivery that is held, places one for each
	// job that runs.
	heldSlots, runSlots chan struct{}
	// started is closed when the startup commands have ended. Jobs begin then,
	// or fail because of refusal, which is written before.
	started      chan struct{}
	startFailure *Failure
	// receiving has an entry during a receive.
	receiving chan struct{}
	// deliveries waits for what is held.
	deliveries sync.WaitGroup
	options    shellOptions
	registry   *registry
	jobDirs    *jobDirPool
}

const (
	// maxWaiting is how many jobs are held that wait for a place. A step whose
	// job waits in the queue has no heartbeats and fails after some minutes, so
	// there is room for all that may wait at a time.
	maxWaiting = 1000
	// maxHeldBytes is how large all held messages may be before no more are
	// received, so that the room does not take all memory.
	maxHeldBytes = 64 << 20
)

// New checks the configuration; its error names everything that is wrong. A
// nil logger drops what it is told.
func New(config Config, ports Ports, logger *slog.Logger) (*Worker, error) {
	config, err := config.resolve(ports.Claims != nil)
	if err := errors.Join(err, ports.check()); err != nil {
		return nil, fmt.Errorf("configure the worker: %w", err)
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Worker{
		config: config, ports: withPanicGuard(ports, logger), logger: logger,
		drained:   make(chan struct{}),
		halted:    make(chan struct{}),
		heldSlots: make(chan struct{}, config.MaxConcurrentJobs+maxWaiting),
		runSlots:  make(chan struct{}, config.MaxConcurrentJobs),
		receiving: make(chan struct{}, 1),
		started:   make(chan struct{}),
		registry:  newRegistry(),
		jobDirs:   &jobDirPool{directory: config.Directory, memory: config.MemoryDirectory, logger: logger},
	}, nil
}

// Run says that the agent is up, answers for claims of agents that died, runs
// the startup commands and then jobs, which it holds meanwhile. It returns nil when the queue is closed,
// after Drain, when the runner has another agent by now, or when the worker
// was idle for too long; an error that wraps ErrNotOurs when the runner had
// another agent from the start; a *StartupError when the start failed, which
// has failed every waiting job; and ctx's cause when ctx ended, which ends the
// running jobs too. When it returns, no process of a job is left. A worker
// runs once.
func (w *Worker) Run(ctx context.Context) error {
	return w.withContexts(ctx, func(running, taking context.Context) error {
		err := w.markStarted(taking)
		if errors.Is(err, ErrSuperseded) {
			return fmt.Errorf("start the runner: %w", err)
		}
		if err == nil {
			w.failOrphanedJobs(taking)
			err = w.serve(running, taking)
		}
		var failed *StartupError
		if errors.As(err, &failed) && taking.Err() == nil {
			w.logger.Error("the start failed", "error", err)
			w.failWaiting(taking, startupFailure(failed))
			return failed
		}
		return nil
	})
}

// serve runs the startup commands and the jobs, which come in from the
// beginning: they wait here, where their steps have heartbeats, and not in the
// queue. The error is startup's.
func (w *Worker) serve(running, taking context.Context) error {
	w.registry.postponeIdle(w.config.SettleTime)
	w.registry.jobAccepted() // who starts is not idle
	polling, stop := context.WithCancelCause(taking)
	defer stop(nil)
	var receiver sync.WaitGroup
	receiver.Go(func() { w.receive(running, taking, polling) })
	end, err := w.startup(taking)
	defer end() // what the startup commands left running serves the jobs
	defer w.deliveries.Wait()
	defer receiver.Wait()
	w.registry.jobEnded()
	w.registry.jobReleased()
	var failed *StartupError
	if errors.As(err, &failed) && taking.Err() == nil {
		refusal := startupFailure(failed)
		w.startFailure = &refusal
		stop(failed)
	}
	close(w.started)
	return err
}

func startupFailure(err *StartupError) Failure {
	return Failure{Error: protocol.ErrorStartup, Cause: err.Cause}
}

// FailWaiting fails every waiting job, instead of Run: for a runner that cannot
// start. It returns ctx's cause when ctx ended.
func (w *Worker) FailWaiting(ctx context.Context, failure Failure) error {
	return w.withContexts(ctx, func(_, taking context.Context) error {
		w.failWaiting(taking, failure)
		return nil
	})
}

// withContexts does the work between two contexts: running ends when jobs are to
// be ended, taking when nothing more is to be taken. Then it waits for all
// that is held. ctx's cause comes before the work's error.
func (w *Worker) withContexts(ctx context.Context, work func(running, taking context.Context) error) error {
	running, halt := context.WithCancelCause(ctx)
	taking, rest := context.WithCancelCause(running)
	var attendants sync.WaitGroup
	defer attendants.Wait()
	defer halt(nil)
	if w.isDrained() {
		rest(errDrained)
	}
	attendants.Go(func() { w.watchStop(running, halt, rest) })
	if w.ports.Claims != nil {
		attendants.Go(func() { w.renewClaims(running) })
		attendants.Go(func() { w.reapLoop(taking) })
	}
	err := work(running, taking)
	w.deliveries.Wait()
	w.jobDirs.removeAll()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
