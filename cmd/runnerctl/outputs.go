package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
)

// watchOutputs ends the context when a pipe that this program writes to is
// closed, as in `runnerctl run … 2>&1 | head -1`: nobody reads what would still
// be written. The cause is a syscall.EPIPE.
func watchOutputs(ctx context.Context, s streams) (context.Context, streams) {
	ctx, cancel := context.WithCancelCause(ctx)
	s.stdout = output{s.stdout, "standard output", cancel}
	s.stderr = output{s.stderr, "standard error", cancel}
	return ctx, s
}

// output tells when nobody reads it any more.
type output struct {
	io.Writer
	name   string
	closed context.CancelCauseFunc
}

// Write implements io.Writer.
func (o output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		o.closed(fmt.Errorf("write to %s: %w", o.name, syscall.EPIPE))
	}
	return n, err
}
