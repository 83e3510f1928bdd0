package planlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Run is one execution of a plan.
type Run struct {
	ARN     string     `json:"executionArn"`
	Name    string     `json:"name"`
	Status  string     `json:"status"`
	Started time.Time  `json:"started"`
	Stopped *time.Time `json:"stopped,omitempty"`
}

// Object is the log of one step. It only grows: what it has at a position stays there.
type Object struct {
	Step string
	Key  string
	// Size is in bytes.
	Size int64
}

// Store is where logs are. An error that wraps ErrFinal is not worth a retry.
type Store interface {
	// Objects returns the logs of the execution's steps, in a stable order.
	Objects(ctx context.Context) ([]Object, error)
	// Open reads an object's bytes from a position to another, for as long as ctx lasts.
	Open(ctx context.Context, key string, from, to int64) (io.ReadCloser, error)
	// Running reports whether the execution still runs.
	Running(ctx context.Context) (bool, error)
}

// ErrFinal marks errors that another try would have again.
var ErrFinal = errors.New("final")

// Line is one line of a job.
type Line struct {
	Step string    `json:"step"`
	At   time.Time `json:"time"`
	Text string    `json:"text"`
}

// Reader prints logs. Its zero values but Store and Print are usable.
type Reader struct {
	Store Store
	// Print takes the lines, merged by time as far as they are known; an error ends
	// the reading.
	Print func(Line) error
	// Looked is called after each look; an error ends the reading.
	Looked func() error
	// Step limits the lines to those of one step; "" means all.
	Step string
	// Interrupted is told of each failure to read that is repeated.
	Interrupted func(error, time.Duration)

	// positions is how far each object is printed.
	positions map[string]int64
}

const (
	// interval is the pause between two looks. The agent uploads 10 s after a line.
	interval = time.Second
	// maxPause is the longest pause after a failure.
	maxPause = 15 * time.Second
)

// All prints what there is.
func (r *Reader) All(ctx context.Context) error {
	return r.repeated(ctx, func() error { return r.look(ctx) }, 5)
}

// Follow prints what there is and what comes, until the execution has ended and all of
// its lines are printed, or until ctx ends. A connection that breaks is repeated: no line
// is lost or printed twice.
func (r *Reader) Follow(ctx context.Context) error {
	for {
		// Asked before the look: the agent uploads a log before it answers the step.
		var running bool
		err := r.repeated(ctx, func() (err error) {
			ctx, cancel := bounded(ctx)
			defer cancel()
			running, err = r.Store.Running(ctx)
			return err
		}, 0)
		if err != nil {
			return err
		}
		if err := r.repeated(ctx, func() error { return r.look(ctx) }, 0); err != nil {
			return err
		}
		if !running {
			return nil
		}
		if err := pause(ctx, interval); err != nil {
			return err
		}
	}
}

// repeated calls f until it succeeds, fails for good, or has had its tries; 0 is any
// number.
func (r *Reader) repeated(ctx context.Context, f func() error, tries uint) error {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = interval, maxPause
	for try := uint(1); ; try++ {
		err := f()
		if err == nil || ctx.Err() != nil || errors.Is(err, ErrFinal) || errors.As(err, new(printError)) || try == tries {
			return err
		}
		wait := pauses.NextBackOff()
		if r.Interrupted != nil {
			r.Interrupted(err, wait)
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

// callTimeout bounds each call of the store: a connection that hangs is a broken one.
const callTimeout = time.Minute

var errHangs = fmt.Errorf("no answer within %s", callTimeout)

func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, callTimeout, errHangs)
}

func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// printError is an error of Print.
type printError struct{ error }

func (e printError) Unwrap() error { return e.error }

// look prints what is new.
func (r *Reader) look(ctx context.Context) error {
	if r.positions == nil {
		r.positions = map[string]int64{}
	}
	listing, cancel := bounded(ctx)
	objects, err := r.Store.Objects(listing)
	cancel()
	if err != nil {
		return fmt.Errorf("list the logs: %w", err)
	}
	var fresh []*source
	for _, o := range objects {
		if (r.Step == "" || r.Step == o.Step) && o.Size > r.positions[o.Key] {
			fresh = append(fresh, &source{store: r.Store, object: o, position: r.positions[o.Key]})
		}
	}
	for len(fresh) > 0 {
		group := fresh[:min(maxOpen, len(fresh))]
		fresh = fresh[len(group):]
		if err := r.merge(ctx, group); err != nil {
			return err
		}
	}
	if r.Looked != nil {
		if err := r.Looked(); err != nil {
			return printError{err}
		}
	}
	return nil
}

// merge prints the lines of some objects, the oldest first. Each line moves the position
// of its object, so that a failure repeats none.
func (r *Reader) merge(ctx context.Context, open []*source) error {
	defer func() {
		for _, s := range open {
			s.close()
		}
	}()
	for {
		var first *source
		for _, s := range open {
			if err := s.fill(ctx); err != nil {
				return fmt.Errorf("read the log of step %s: %w", s.object.Step, err)
			}
			if s.ready && (first == nil || s.next.At.Before(first.next.At)) {
				first = s
			}
		}
		if first == nil {
			return nil
		}
		if err := r.Print(first.next); err != nil {
			return printError{err}
		}
		first.take()
		r.positions[first.object.Key] = first.position
	}
}
