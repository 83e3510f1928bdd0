// Package approvals keeps the steps of plans that wait for a person, and answers them.
package approvals

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/message"
)

// ErrorAborted is the error of a step that was rejected; its cause is the message.
const ErrorAborted = "ManuallyAborted"

// retention is how long a waiting step is kept: as long as an execution can last.
const retention = 366 * 24 * time.Hour

// Waiting is a step that waits for a person.
type Waiting struct {
	// Stack is the plan's, Step the step's name, Execution the ARN of its execution.
	Stack, Step, Execution string
	Since                  time.Time
	// Token is the step's task token: who has it, can approve. It is never logged.
	Token string
}

// Name identifies one among all that wait. A step that waits several times, in a Map or in
// several executions, has as many.
func (w Waiting) Name() string {
	sum := sha256.Sum256([]byte(w.Token))
	return Prefix(w.Stack, w.Step) + hex.EncodeToString(sum[:8])
}

// Prefix is what the names begin with of all that wait of a stack's step; of all of the
// stack if step is "".
func Prefix(stack, step string) string {
	if step == "" {
		return stack + protocol.NameSeparator
	}
	return stack + protocol.NameSeparator + step + protocol.NameSeparator
}

// Expiry is when a waiting step can be forgotten.
func (w Waiting) Expiry() time.Time { return w.Since.Add(retention) }

// Store keeps the steps that wait.
type Store interface {
	Put(ctx context.Context, waiting Waiting) error
	// Find returns those whose names begin with a prefix, in the order of their names.
	Find(ctx context.Context, prefix string) ([]Waiting, error)
	// Remove removes one. One that is not there is no error.
	Remove(ctx context.Context, waiting Waiting) error
}

// Steps are the steps that wait with a task token. Both methods return ErrEnded for a step
// that waits no more.
type Steps interface {
	Succeed(ctx context.Context, token string, output []byte) error
	Fail(ctx context.Context, token string, failure message.Failure) error
}

// ErrEnded means that a step waits no more: it was answered, timed out or was stopped.
var ErrEnded = errors.New("the step waits no more: it was answered, timed out or was stopped")

// PlanStack returns the stack whose plan an execution is of; "" if it is no plan's.
type PlanStack func(ctx context.Context, execution string) (stack string, err error)

// Ask keeps the step of a request until a person answers it. Whoever may call the launcher
// can name another stack in a request, whose approvers would then answer the step: the stack
// must be that of the execution's plan.
func Ask(ctx context.Context, store Store, planStack PlanStack, event []byte, now time.Time) error {
	var parts struct {
		Stack string `json:"stackName"`
	}
	step, waits := message.StepOf(event)
	if json.Unmarshal(event, &parts) != nil || !waits || parts.Stack == "" {
		return errors.New("read the request of a step that waits for a person: it has no task token or no stack; deploy the plan again")
	}
	w := Waiting{Stack: parts.Stack, Step: step.Name, Execution: step.Execution, Token: step.Token, Since: now}
	if strings.ContainsFunc(w.Step+w.Execution, unicode.IsControl) { // they are listed in terminals
		return errors.New("read the request of a step that waits for a person: its name or execution has control characters")
	}
	switch stack, err := planStack(ctx, w.Execution); {
	case err != nil:
		return fmt.Errorf("find the stack of %s, in which step %q waits: %w", w.Execution, w.Step, err)
	case stack != w.Stack:
		return fmt.Errorf("step %q of %s waits for an approval of the stack %q, which is not the stack of its plan; deploy the plan's stack again", w.Step, w.Execution, w.Stack)
	}
	if err := store.Put(ctx, w); err != nil {
		return fmt.Errorf("keep step %q of %s for whom it waits: %w", w.Step, w.Execution, err)
	}
	return nil
}

// Answer is a person's.
type Answer struct {
	Approved bool
	// Message is for the steps that follow, or the reason of a rejection; "" for none.
	Message string
}

// Output is what an approved step comes to: {} or {"message": …}.
func (a Answer) Output() []byte {
	output := map[string]string{}
	if a.Message != "" {
		output["message"] = a.Message
	}
	text, err := json.Marshal(output)
	if err != nil {
		panic(err) // texts
	}
	return text
}

// Failure is what a rejected step fails with.
func (a Answer) Failure() message.Failure {
	cause := a.Message
	if cause == "" {
		cause = "rejected without a message"
	}
	return message.Failure{Name: ErrorAborted, Cause: protocol.Shorten(cause, protocol.MaxCause)}
}

// Resolve finds the one step that is meant: of a stack, by its name, and by the execution
// if several wait. The error lists those that wait.
func Resolve(ctx context.Context, store Store, stack, step, execution string) (Waiting, error) {
	all, err := store.Find(ctx, Prefix(stack, ""))
	if err != nil {
		return Waiting{}, fmt.Errorf("find the steps of the stack %q that wait: %w", stack, err)
	}
	// A name of another stack may begin the same.
	all = slices.DeleteFunc(all, func(w Waiting) bool { return w.Stack != stack })
	var meant []Waiting
	for _, w := range all {
		if w.Step == step && (execution == "" || w.Execution == execution || strings.HasSuffix(w.Execution, ":"+execution)) {
			meant = append(meant, w)
		}
	}
	switch {
	case len(meant) == 1:
		return meant[0], nil
	case len(all) == 0:
		return Waiting{}, fmt.Errorf("no step of the stack %q waits for an approval", stack)
	case len(meant) == 0:
		return Waiting{}, fmt.Errorf("step %q of the stack %q does not wait for an approval; these do:\n%s", step, stack, List(all))
	case execution == "":
		return Waiting{}, fmt.Errorf("step %q of the stack %q waits %d times; name one with --execution:\n%s", step, stack, len(meant), List(meant))
	}
	return meant[0], nil // several iterations of one execution: one after the other
}

// List writes the steps that wait, one a line.
func List(all []Waiting) string {
	lines := make([]string, len(all))
	for i, w := range all {
		lines[i] = fmt.Sprintf("  %s, since %s, in %s", w.Step, w.Since.UTC().Format(time.RFC3339), w.Execution)
	}
	return strings.Join(lines, "\n")
}

// Give answers a step that waits.
func Give(ctx context.Context, store Store, steps Steps, w Waiting, answer Answer) error {
	var err error
	if answer.Approved {
		err = steps.Succeed(ctx, w.Token, answer.Output())
	} else {
		err = steps.Fail(ctx, w.Token, answer.Failure())
	}
	if err != nil && !errors.Is(err, ErrEnded) {
		return fmt.Errorf("answer step %q: %w", w.Step, err)
	}
	if removeErr := store.Remove(ctx, w); removeErr != nil {
		return errors.Join(err, fmt.Errorf("forget step %q, which waits no more: %w", w.Step, removeErr))
	}
	return err
}
