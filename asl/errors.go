package asl

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// Error names that the language predefines (states-language.net, appendix A; Step Functions guide, "Handling errors").
const (
	All                             = "States.ALL"
	BranchFailed                    = "States.BranchFailed"
	DataLimitExceeded               = "States.DataLimitExceeded"
	ExceedToleratedFailureThreshold = "States.ExceedToleratedFailureThreshold"
	HeartbeatTimeout                = "States.HeartbeatTimeout"
	IntrinsicFailure                = "States.IntrinsicFailure"
	ItemReaderFailed                = "States.ItemReaderFailed"
	NoChoiceMatched                 = "States.NoChoiceMatched"
	ParameterPathFailure            = "States.ParameterPathFailure"
	Permissions                     = "States.Permissions"
	QueryEvaluationError            = "States.QueryEvaluationError"
	ResultPathMatchFailure          = "States.ResultPathMatchFailure"
	ResultWriterFailed              = "States.ResultWriterFailed"
	Runtime                         = "States.Runtime"
	TaskFailed                      = "States.TaskFailed"
	Timeout                         = "States.Timeout"
)

// Error is a failure in the language's own terms: what Retry and Catch match by Name, and what a failed execution ends with.
type Error struct {
	Name  string // such as "States.Timeout" or a name of the task's own; empty for a Fail state without Error
	Cause string // for people
	State string // path of the state that failed, as in [Event]; set by the interpreter

	own   bool // the Cause is this package's, where the service gives none
	event bool // the Cause names the state and its event, as the service's own failures do
}

// ErrorNames lists the errors that the language defines, as ErrorEquals may name them.
func ErrorNames() []string {
	return []string{
		All, BranchFailed, DataLimitExceeded, ExceedToleratedFailureThreshold, HeartbeatTimeout, IntrinsicFailure, ItemReaderFailed, NoChoiceMatched,
		ParameterPathFailure, Permissions, QueryEvaluationError, ResultPathMatchFailure, ResultWriterFailed, Runtime, TaskFailed, Timeout,
	}
}

// Error says which state failed, how, and why.
func (e *Error) Error() string {
	name := e.Name
	if name == "" {
		name = "an unnamed error"
	}
	text := "failed with " + name
	if e.State != "" {
		text = "state " + e.State + " " + text
	} else {
		text = "execution " + text
	}
	if e.Cause != "" {
		text += ": " + e.Cause
	}
	return text
}

// failure is one of the interpreter's own; its cause tells the state, once that is known.
func failure(name, format string, args ...any) *Error {
	e := outside(name, format, args...)
	e.event = true
	return e
}

// outside is a failure of no state.
func outside(name, format string, args ...any) *Error {
	return &Error{Name: name, Cause: fmt.Sprintf(format, args...)}
}

func decimalText(n int64) string { return strconv.FormatInt(n, 10) }

// Causes with which the interpreter ends contexts of its own.
var (
	errTimedOut      = errors.New("the time limit passed")
	errSiblingFailed = errors.New("another branch or iteration failed")
	errDone          = errors.New("the work is done")
)

// asFailure puts err into the language's terms, as a copy that belongs to the interpreter.
func asFailure(err error, path string) *Error {
	var known *Error
	if !errors.As(err, &known) {
		return &Error{Name: TaskFailed, Cause: err.Error(), State: path}
	}
	if known == nil { // a nil *Error in the interface
		return &Error{Name: TaskFailed, State: path}
	}
	mine := *known
	if mine.State == "" {
		mine.State = path
	}
	return &mine
}

// stopped returns why ctx ended, nil if it goes on.
func stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return context.Cause(ctx)
}
