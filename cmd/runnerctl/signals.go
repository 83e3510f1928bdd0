package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

const (
	// oneRequest is how long signals count as one request to stop: coreutils'
	// timeout, a shell that hangs up, and programs that pass signals on all send
	// the same one twice.
	oneRequest = 250 * time.Millisecond
	// killTime is how long a run may take to end after its jobs are killed. It
	// takes longer only when something holds it up, such as a pager that does
	// not read.
	killTime = 5 * time.Second
)

// signalReceived is the cause of a context that a signal has ended.
type signalReceived struct{ signal syscall.Signal }

// Error implements error.
func (s signalReceived) Error() string { return s.signal.String() + " signal received" }

// exitCode is what shells make of a program that the signal has ended.
func (s signalReceived) exitCode() int { return 128 + int(s.signal) }

// interrupts turns signals into the end of a context, and later ones into haste.
type interrupts struct {
	signals chan os.Signal
	// last is the request that came last, and when.
	last signalReceived
	came time.Time

	mu sync.Mutex
	// kill is closed when jobs are to be killed; nil while there are none.
	kill chan struct{}
}

// watchSignals returns a context that the first signal to stop ends; its cause
// is a signalReceived. The second one, or SIGQUIT, kills the jobs and then ends
// the program. Programs that ignore SIGHUP, as nohup lets them, go on.
func watchSignals(ctx context.Context) (context.Context, *interrupts) {
	i := &interrupts{signals: make(chan os.Signal, 8)}
	ctx, cancel := context.WithCancelCause(ctx)
	signal.Notify(i.signals, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(i.signals, syscall.SIGHUP)
	}
	go i.watch(cancel) // until the program's end
	return ctx, i
}

func (i *interrupts) watch(cancel context.CancelCauseFunc) {
	first := i.next()
	cancel(first)
	if first.signal != syscall.SIGQUIT {
		i.next()
	}
	// What still runs then, the guard ends.
	exit := func() { os.Exit(first.exitCode()) }
	if i.killJobs() {
		time.AfterFunc(killTime, exit)
		i.next()
	}
	exit()
}

// next waits for the next request to stop.
func (i *interrupts) next() signalReceived {
	for received := range i.signals {
		request := signalReceived{received.(syscall.Signal)}
		again := time.Since(i.came) < oneRequest && (request == i.last || request.signal != syscall.SIGQUIT)
		if !again {
			i.last, i.came = request, time.Now()
			break
		}
	}
	return i.last
}

// killJobs kills the jobs, and reports whether there may be any.
func (i *interrupts) killJobs() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.kill == nil {
		return false
	}
	close(i.kill)
	return true
}

// jobs says that jobs may run from now on. What it returns is closed when they
// are to be killed. From now on, writing to a closed pipe is an error that does
// not end the program.
func (i *interrupts) jobs() (kill <-chan struct{}) {
	// Notify and not Ignore, which the jobs would inherit.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.kill = make(chan struct{})
	return i.kill
}
