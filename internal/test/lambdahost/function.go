// Package lambdahost runs a Lambda function as Lambda does, without containers:
// the built bootstrap is a process that asks a Runtime API for events and posts
// what it makes of them. Tests use it to hold a function to its contract with
// Lambda: start, deadline, request id, errors, panics, exits.
//
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package lambdahost

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

const (
	// PayloadLimit is the size of the largest event and response, in bytes.
	PayloadLimit = 6*1024*1024 + 100

	defaultAccount = "123456789012"
	defaultName    = "function"
	defaultRegion  = "eu-west-1"
	defaultTimeout = 3 * time.Second
	// initTimeout bounds the time from a process's start to its first poll.
	initTimeout = 10 * time.Second
)

// ErrClosed is the error of an invocation after, or during, Close.
var ErrClosed = errors.New("function is closed")

// Config is a function's configuration.
type Config struct {
	// Bootstrap is the path of the executable.
	Bootstrap string
	// Name is the function's name; "function" when empty.
	Name string
	// Region is the function's region; eu-west-1 when empty.
	Region string
	// Partition is that of the region; aws when empty.
	Partition string
	// Account is the account that it belongs to; 123456789012 when empty.
	Account string
	// Environment are the function's own variables. A process has these and
	// Lambda's, and nothing of the test's environment.
	Environment map[string]string
	// Timeout bounds each invocation; 3 seconds, as Lambda's, when zero.
	Timeout time.Duration
	// Log gets the processes' output, one write at a time; nil discards it.
	Log io.Writer
}

// Function is a deployed function. It starts an execution environment, which is
// a process, when an event finds none idle, and keeps it for the next.
type Function struct {
	config Config

	mu     sync.Mutex
	closed bool
	// all are the environments whose process has not been waited for, idle
	// those of them that wait for an event, the one used last at the end.
	all, idle []*environment
}

// New returns a function without a process. Its caller must call Close, or
// processes stay: they end by themselves only with the test's process, when
// their Runtime API is gone.
func New(c Config) *Function {
	c.Name = cmp.Or(c.Name, defaultName)
	c.Region, c.Partition = cmp.Or(c.Region, defaultRegion), cmp.Or(c.Partition, "aws")
	c.Account = cmp.Or(c.Account, defaultAccount)
	c.Timeout = cmp.Or(c.Timeout, defaultTimeout)
	if c.Log == nil {
		c.Log = io.Discard
	}
	c.Log = &serialWriter{writer: c.Log}
	return &Function{config: c}
}

// ARN is the function's ARN.
func (f *Function) ARN() string {
	return fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", f.config.Partition, f.config.Region, f.config.Account, f.config.Name)
}

// Invoke hands the function an event, JSON, and returns its response. The error
// is a *FunctionError when the function answered with one, timed out or ended.
// When ctx ends first, the process that has the event is killed.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	if len(event) > PayloadLimit {
		return nil, fmt.Errorf("invoke %s: the event has %d bytes, more than %d", f.config.Name, len(event), PayloadLimit)
	}
	for {
		e, warm, err := f.acquire()
		if err != nil {
			return nil, fmt.Errorf("invoke %s: %w", f.config.Name, err)
		}
		response, err := e.invoke(ctx, event)
		f.release(e)
		if errors.Is(err, errNotDelivered) {
			if warm { // it ended after its last event, as a process that panicked does
				continue
			}
			err = e.exitError()
		}
		if err != nil {
			return nil, fmt.Errorf("invoke %s: %w", f.config.Name, f.closedOr(err))
		}
		return response, nil
	}
}

// Close kills the processes and waits for them.
func (f *Function) Close() {
	f.mu.Lock()
	f.closed = true
	all := slices.Clone(f.all)
	f.mu.Unlock()
	for _, e := range all {
		e.end()
	}
}

// acquire returns an idle environment, or a new one.
func (f *Function) acquire() (e *environment, warm bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, false, ErrClosed
	}
	if last := len(f.idle) - 1; last >= 0 {
		e, f.idle = f.idle[last], f.idle[:last]
		return e, true, nil
	}
	if e, err = start(f.config, f.ARN()); err != nil {
		return nil, false, err
	}
	f.all = append(f.all, e)
	return e, false, nil
}

// release makes an environment idle, or forgets it if it has ended.
func (f *Function) release(e *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-e.exited:
		f.all = slices.DeleteFunc(f.all, func(other *environment) bool { return other == e })
	default:
		f.idle = append(f.idle, e)
	}
}

// closedOr is the error of an invocation that Close may have cut off.
func (f *Function) closedOr(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return errors.Join(ErrClosed, err)
	}
	return err
}

// serialWriter lets several processes write to one writer.
type serialWriter struct {
	mu     sync.Mutex
	writer io.Writer
}

func (w *serialWriter) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.writer.Write(text)
}
