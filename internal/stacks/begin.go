package stacks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/launch/message"
)

func busy(format string, values ...any) *message.Failure {
	return &message.Failure{Name: ErrorBusy, Cause: fmt.Sprintf(format, values...)}
}

// callTime is how long a launcher may take from writing an item to CloudFormation's answer.
const callTime = 15 * time.Minute

// begin begins an operation, or answers at once if there is nothing to do.
func (d *Deployer) begin(ctx context.Context, w *wanted, current *Status, last *Item) error {
	name := w.stack.Name
	if current == nil && w.stack.Delete {
		return d.succeed(ctx, w.request.Token, nil, "")
	}
	if current != nil {
		if last != nil && last.Phase != Done && last.Phase != "" && isInProgress(current.Status) {
			return busy("the stack %q is busy (%s) for step %q of %s", name, current.Status, last.Step, last.Execution)
		}
		if err := stuck(w, current); err != nil {
			return err
		}
	}
	last, err := d.settle(ctx, w, last)
	if err != nil {
		return err
	}
	if w.operation.Role == "" && (current == nil || current.Role == "") {
		w.operation.Role = d.settings.StackRole
	}
	if w.operation.Role == "" && w.stack.ExecutionRole == "" && (current == nil || current.Role == "") {
		return configFailure("the stack %q has no service role, and the launcher's own role may make no resources: give the step StackRoleArn, or install the Attini Runner with DefaultStackRoleArn or GiveAdminAccess", name)
	}
	item := Item{
		Execution: w.request.Execution, Step: w.request.Step, Digest: w.digest, TaskToken: w.request.Token, RequestToken: newToken(),
		Phase: Calling, Region: w.stack.Region, Role: w.stack.ExecutionRole, OutputPath: w.stack.OutputPath, IsDelete: w.stack.Delete,
		ExpiresAt: d.settings.Now().Add(retention),
	}
	if current != nil {
		item.StackID = current.ID
	}
	if last != nil {
		item.Version = last.Version
	}
	if current != nil && current.Status == "ROLLBACK_COMPLETE" && !w.stack.Delete {
		item.Phase = Removing
	}
	saved, err := d.ports.Items.Save(ctx, w.key, item)
	if err != nil {
		return fmt.Errorf("write the item of the stack %q: %w", name, err)
	}
	if !saved {
		return busy("another step has just begun to deploy the stack %q", name)
	}
	item.Version++
	return d.call(ctx, w, current, item)
}

// settle answers the step that the stack's last operation was for, if its event has not been
// heard yet: the item becomes another step's, and the event would find nobody. It returns the
// item as it is then.
func (d *Deployer) settle(ctx context.Context, w *wanted, last *Item) (*Item, error) {
	switch {
	case last == nil:
		return nil, nil
	case last.Phase == Calling && d.settings.Now().Before(last.ExpiresAt.Add(callTime-retention)):
		return nil, busy("step %q of %s is about to deploy the stack %q", last.Step, last.Execution, w.stack.Name)
	case last.Phase != Running:
		return last, nil
	}
	current, err := w.cloud.Stack(ctx, last.StackID)
	switch {
	case err != nil:
		return nil, err
	case current == nil:
		current = &Status{ID: last.StackID, Status: "DELETE_COMPLETE"}
	case isInProgress(current.Status):
		return nil, busy("the stack %q is busy (%s)", w.stack.Name, current.Status)
	}
	if err := d.answer(ctx, w.cloud, w.key, w.stack.Name, *last, current); err != nil {
		return nil, err
	}
	if last, err = d.ports.Items.Item(ctx, w.key); err != nil {
		return nil, fmt.Errorf("read the item of the stack %q: %w", w.stack.Name, err)
	}
	return last, nil
}

// stuck says why a stack cannot be changed as it is.
func stuck(w *wanted, current *Status) error {
	status := current.Status
	advice := ""
	switch {
	case status == "REVIEW_IN_PROGRESS" && w.stack.Delete:
		return nil
	case status == "REVIEW_IN_PROGRESS":
		advice = "a change set was made for the stack and never executed; execute it, or delete the stack"
	case isInProgress(status):
		return busy("the stack %q is busy: %s", w.stack.Name, status)
	case w.stack.Delete:
		return nil
	case status == "UPDATE_ROLLBACK_FAILED":
		advice = "continue the rollback (aws cloudformation continue-update-rollback), skipping what cannot be rolled back"
	case status == "ROLLBACK_FAILED", status == "DELETE_FAILED":
		advice = "delete the stack, retaining what cannot be deleted"
	default:
		return nil
	}
	return &message.Failure{Name: status, Cause: fmt.Sprintf("the stack %q is in %s and cannot be updated. What to do: %s. Its reason: %s", w.stack.Name, status, advice, current.Reason)}
}

func isInProgress(status string) bool { return strings.HasSuffix(status, "_IN_PROGRESS") }

// call calls CloudFormation for an item that says so already. It can be repeated.
func (d *Deployer) call(ctx context.Context, w *wanted, current *Status, item Item) error {
	o := w.operation
	o.Token = item.RequestToken
	if _, declared := o.Parameters[RandomParameter]; declared && o.Parameters[RandomParameter].Text == "" {
		o.Parameters[RandomParameter] = Value{Text: item.RequestToken}
	}
	id, err := "", error(nil)
	switch {
	case item.Phase == Removing || w.stack.Delete:
		if current == nil {
			return d.finish(ctx, w, item, &Status{Status: "DELETE_COMPLETE"})
		}
		id, err = current.ID, w.cloud.Delete(ctx, w.stack.Name, o.Role, o.Token)
	case current == nil:
		id, err = w.cloud.Create(ctx, o)
	default:
		if o.Protection != nil && *o.Protection != current.Protected {
			if err := w.cloud.Protect(ctx, w.stack.Name, *o.Protection); err != nil {
				return d.refused(ctx, w, item, err)
			}
		}
		id, err = w.cloud.Update(ctx, o)
	}
	if errors.Is(err, ErrNoUpdates) {
		return d.unchanged(ctx, w, item, current)
	}
	if err != nil {
		return d.refused(ctx, w, item, err)
	}
	item.StackID = id
	if item.Phase == Calling {
		item.Phase = Running
	}
	// If another write was first, an event or the step's next attempt has gone on.
	if _, err := d.ports.Items.Save(ctx, w.key, item); err != nil {
		return fmt.Errorf("write that the stack %q is being deployed: %w", w.stack.Name, err)
	}
	d.logger.InfoContext(ctx, "a stack is being deployed", "stack", w.stack.Name, "region", w.stack.Region, "step", w.request.Step, "execution", w.request.Execution)
	if w.polled || item.Phase == Removing {
		return busy("CloudFormation is at work on the stack %q in %s; the step asks again", w.stack.Name, w.stack.Region)
	}
	return nil
}

// unchanged answers a step whose stack is as it is wanted.
func (d *Deployer) unchanged(ctx context.Context, w *wanted, item Item, current *Status) error {
	d.logger.InfoContext(ctx, "a stack has no changes", "stack", w.stack.Name, "step", w.request.Step, "execution", w.request.Execution)
	err := d.succeed(ctx, w.request.Token, current.Outputs, w.stack.OutputPath)
	if err != nil && !errors.Is(err, ErrTokenClosed) {
		return err
	}
	return d.done(ctx, w, item)
}

// done records that a step has its answer.
func (d *Deployer) done(ctx context.Context, w *wanted, item Item) error {
	item.Phase = Done
	if _, err := d.ports.Items.Save(ctx, w.key, item); err != nil {
		return fmt.Errorf("write that step %q has its answer: %w", item.Step, err)
	}
	return nil
}

// refused ends an operation that CloudFormation did not accept. What may yet be accepted
// stays, and the step's next attempt repeats it.
func (d *Deployer) refused(ctx context.Context, w *wanted, item Item, err error) error {
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	item.Phase = Done
	if _, saveErr := d.ports.Items.Save(ctx, w.key, item); saveErr != nil {
		return fmt.Errorf("write that the stack %q is not deployed (%w): %w", w.stack.Name, err, saveErr)
	}
	return err
}
