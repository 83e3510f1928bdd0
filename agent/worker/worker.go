package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"

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
	// places has one entry for each job that may run.
	places chan struct{}
	jobs   sync.WaitGroup
	// active counts the jobs that are held; stirred is told whenever one
	// comes or goes.
	active  atomic.Int64
	stirred chan struct{}
}

// New checks the configuration; its error names everything that is wrong.
func New(config Config, ports Ports, logger *slog.Logger) (*Worker, error) {
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("configure the worker: %w", err)
	}
	return &Worker{
		config: config, ports: ports, logger: logger,
		drained: make(chan struct{}),
		places:  make(chan struct{}, config.MaxConcurrentJobs),
		stirred: make(chan struct{}, 1),
	}, nil
}

// Drain takes nothing more: Run returns when the running jobs have ended.
func (w *Worker) Drain() { w.drainOnce.Do(func() { close(w.drained) }) }

// StartupError says that the startup commands failed, so that no job can run.
type StartupError struct{ Cause string }

// Error implements error.
func (e *StartupError) Error() string { return e.Cause }

// Run runs the startup commands and then jobs. It returns nil when the queue
// is closed, after Drain, or when the worker was idle for too long; a
// *StartupError when the startup commands failed; and ctx's cause when ctx
// ended, which ends the running jobs too. When it returns, no process of a job
// is left.
func (w *Worker) Run(ctx context.Context) error {
	startup, err := w.startup(ctx)
	if startup != nil {
		defer startup.End()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	run := w.runJob
	if err != nil {
		w.logger.Error("startup commands failed", "error", err)
		failure := Failure{Error: protocol.ErrorStartup, Cause: err.Error()}
		run = func(ctx context.Context, message *protocol.Message) { w.fail(ctx, message, failure) }
	}
	received := w.receive(ctx, run, err != nil)
	w.jobs.Wait()
	if received == nil && err != nil {
		return err
	}
	return received
}

// receive takes jobs while there are places for them. With refuse it only
// empties the queue: it ends with the first poll that finds nothing.
func (w *Worker) receive(ctx context.Context, run func(context.Context, *protocol.Message), refuse bool) error {
	polling, stop := context.WithCancel(ctx)
	defer stop()
	w.jobs.Go(func() { w.watch(polling, stop) })
	pauses := backoff.NewExponentialBackOff()
	for {
		taken, err := w.takePlaces(polling)
		if err != nil {
			return w.ended(ctx)
		}
		deliveries, err := w.ports.Queue.Receive(polling, taken)
		w.givePlaces(taken - len(deliveries))
		for _, delivery := range deliveries {
			w.accept(ctx, delivery, run)
		}
		switch {
		case polling.Err() != nil, errors.Is(err, ErrQueueClosed):
			return w.ended(ctx)
		case err != nil:
			w.logger.Warn("receive jobs", "error", err)
			pause(polling, pauses.NextBackOff())
		default:
			pauses.Reset()
			if refuse && len(deliveries) == 0 {
				return nil
			}
		}
	}
}

// ended is ctx's cause if ctx is why receiving ended.
func (w *Worker) ended(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// takePlaces waits for one free place and takes all that are free.
func (w *Worker) takePlaces(ctx context.Context) (int, error) {
	select {
	case w.places <- struct{}{}:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	taken := 1
	for {
		select {
		case w.places <- struct{}{}:
			taken++
		default:
			return taken, nil
		}
	}
}

func (w *Worker) givePlaces(count int) {
	for range count {
		<-w.places
	}
}

// accept takes a job out of the queue and starts it; its place is taken.
func (w *Worker) accept(ctx context.Context, delivery Delivery, run func(context.Context, *protocol.Message)) {
	w.jobs.Go(func() {
		w.hold(1)
		defer w.givePlaces(1)
		defer w.hold(-1)
		message, err := protocol.ParseMessage(delivery.Body)
		if err != nil {
			w.logger.Error("drop a message that is no job", "error", err)
			w.remove(ctx, delivery)
			return
		}
		if err := w.beat(ctx, message); errors.Is(err, ErrTokenClosed) {
			w.logger.Info("drop a job that nobody waits for", "job", message)
			w.remove(ctx, delivery)
			return
		}
		if w.remove(ctx, delivery) {
			run(ctx, message)
		}
	})
}

func (w *Worker) remove(ctx context.Context, delivery Delivery) bool {
	if err := w.ports.Queue.Delete(ctx, delivery); err != nil {
		w.logger.Error("delete a message; it will come again", "error", err)
		return false
	}
	return true
}

// hold counts a job in or out.
func (w *Worker) hold(count int64) {
	w.active.Add(count)
	select {
	case w.stirred <- struct{}{}:
	default:
	}
}

// watch stops receiving after Drain, or when there was no job for
// IdleTimeToLive. That time begins anew whenever a job comes or goes, and does
// not run out while one is held.
func (w *Worker) watch(ctx context.Context, stop context.CancelFunc) {
	var idle <-chan time.Time
	timer := time.NewTimer(w.config.IdleTimeToLive)
	defer timer.Stop()
	if w.config.IdleTimeToLive > 0 {
		idle = timer.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.drained:
			stop()
			return
		case <-w.stirred:
			timer.Reset(w.config.IdleTimeToLive)
		case <-idle:
			if w.active.Load() == 0 {
				stop()
				return
			}
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
