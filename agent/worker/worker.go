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
	// held has the tokens of the jobs that are held: a queue may deliver a
	// message again.
	held sync.Map
	// active counts the jobs that are held; stirred is told whenever one
	// comes or goes.
	active  atomic.Int64
	stirred chan struct{}
}

// New checks the configuration; its error names everything that is wrong. A
// nil logger drops what it is told.
func New(config Config, ports Ports, logger *slog.Logger) (*Worker, error) {
	config, err := config.resolve()
	if err := errors.Join(err, ports.check()); err != nil {
		return nil, fmt.Errorf("configure the worker: %w", err)
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Worker{
		config: config, ports: guarded(ports, logger), logger: logger,
		drained: make(chan struct{}),
		places:  make(chan struct{}, config.MaxConcurrentJobs),
		stirred: make(chan struct{}, 1),
	}, nil
}

// Drain takes nothing more: Run returns when the running jobs have ended.
// Startup commands that still run are ended, since no job will need them.
func (w *Worker) Drain() { w.drainOnce.Do(func() { close(w.drained) }) }

// errDrained is why startup commands were ended by Drain.
var errDrained = errors.New("the runner takes no more jobs")

func (w *Worker) isDrained() bool {
	select {
	case <-w.drained:
		return true
	default:
		return false
	}
}

// Run runs the startup commands and then jobs. It returns nil when the queue
// is closed, after Drain, or when the worker was idle for too long; a
// *StartupError when the startup commands failed; and ctx's cause when ctx
// ended, which ends the running jobs too. When it returns, no process of a job
// is left. A worker runs once.
func (w *Worker) Run(ctx context.Context) error {
	end, err := w.startup(ctx)
	defer end()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, errDrained):
		return nil
	}
	var refuse *Failure
	if err != nil {
		w.logger.Error("startup commands failed", "error", err)
		refuse = &Failure{Error: protocol.ErrorStartup, Cause: err.Error()}
	}
	received := w.receive(ctx, refuse)
	w.jobs.Wait()
	if received == nil && err != nil {
		return err
	}
	return received
}

// receive takes jobs while there are places for them. With refuse it only
// empties the queue: it ends with the first poll that finds nothing.
func (w *Worker) receive(ctx context.Context, refuse *Failure) error {
	polling, stop := context.WithCancel(ctx)
	defer stop()
	w.jobs.Go(func() { w.watch(polling, stop) })
	pauses := backoff.NewExponentialBackOff()
	for {
		taken, err := w.takePlaces(polling)
		if err != nil || w.isDrained() {
			return w.ended(ctx)
		}
		deliveries, err := w.ports.Queue.Receive(polling, taken)
		if len(deliveries) > taken {
			w.logger.Error("the queue handed out more jobs than asked for; the rest is left", "asked", taken, "received", len(deliveries))
			deliveries = deliveries[:taken]
		}
		w.givePlaces(taken - len(deliveries))
		for _, delivery := range deliveries {
			w.accept(ctx, delivery, refuse)
		}
		switch {
		case polling.Err() != nil, errors.Is(err, ErrQueueClosed):
			return w.ended(ctx)
		case err != nil:
			w.logger.Warn("receive jobs", "error", err)
			pause(polling, pauses.NextBackOff())
		default:
			pauses.Reset()
			if refuse != nil && len(deliveries) == 0 {
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
