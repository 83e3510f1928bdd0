package main

import (
	"context"
	"fmt"
	"time"

	"github.com/attini-go/runner/internal/doctor"
	"github.com/attini-go/runner/internal/planlog"
)

// operator reads deployed plans in the user's account.
type operator interface {
	// Observe reads all about a stack or an execution; "" is the installation alone.
	Observe(ctx context.Context, target string, now time.Time) (doctor.Observations, error)
	// Runs are the newest executions of a stack's plan, newest first.
	Runs(ctx context.Context, stack string, limit int) ([]planlog.Run, error)
	// Logs are the logs of an execution, or of a stack's newest one, and its ARN.
	Logs(ctx context.Context, target string) (planlog.Store, string, error)
	// Template is the template of a stack before the macro, and its parameters.
	Template(ctx context.Context, stack string) (text string, parameters map[string]string, err error)
	// Stop stops an execution.
	Stop(ctx context.Context, execution, cause string) error
}

// askTime bounds the commands that ask a fixed number of questions.
const askTime = 2 * time.Minute

// asking returns a context for such a command.
func asking(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, askTime, fmt.Errorf("AWS did not answer within %s", askTime))
}

// newOperator returns the account of the user's own credentials.
type newOperator func(ctx context.Context) (operator, error)
