package stacks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/message"
)

// resume goes on with an operation of an earlier attempt of the same step.
func (d *Deployer) resume(ctx context.Context, w *wanted, item Item) error {
	// The token first: whoever answers after CloudFormation has been asked has the new one.
	item.TaskToken = w.request.Token
	saved, err := d.ports.Items.Save(ctx, w.key, item)
	if err != nil {
		return fmt.Errorf("write the item of the stack %q: %w", w.stack.Name, err)
	}
	if !saved {
		return busy("the stack %q has just changed", w.stack.Name)
	}
	item.Version++
	// By its id, since a deleted stack has no name any more.
	name := w.stack.Name
	if item.StackID != "" {
		name = item.StackID
	}
	current, err := w.cloud.Stack(ctx, name)
	if err != nil {
		return err
	}
	accepted := item.Phase == Running
	if current != nil && !accepted {
		events, err := w.cloud.Events(ctx, current.ID, item.RequestToken)
		if err != nil {
			return err
		}
		accepted = len(events) > 0
	}
	switch {
	case !accepted:
		if current != nil && current.Status == "DELETE_COMPLETE" {
			current = nil
		}
		return d.call(ctx, w, current, item)
	case current != nil && isInProgress(current.Status) && w.polled:
		return busy("CloudFormation is at work on the stack %q in %s (%s); the step asks again", w.stack.Name, w.stack.Region, current.Status)
	case current != nil && isInProgress(current.Status) && item.Phase == Removing:
		return busy("CloudFormation deletes the stack %q, whose creation had failed; the step asks again", w.stack.Name)
	case current != nil && isInProgress(current.Status):
		return nil // its event answers, or the next attempt
	}
	if current == nil {
		current = &Status{ID: item.StackID, Status: "DELETE_COMPLETE"}
	}
	return d.finish(ctx, w, item, current)
}

// StackEvent is EventBridge's "CloudFormation Stack Status Change".
type StackEvent struct {
	StackID, Status string
	// RequestToken is that of the operation; "" if the event does not say.
	RequestToken string
}

// StackChanged answers the step that waits for a stack that is at rest. An error means
// that the event is to be delivered again.
func (d *Deployer) StackChanged(ctx context.Context, event StackEvent) error {
	name, region, account, ok := splitStackID(event.StackID)
	if !ok || isInProgress(event.Status) {
		return nil
	}
	key := name + "-" + region + "-" + account
	item, err := d.ports.Items.Item(ctx, key)
	if err != nil {
		return fmt.Errorf("read the item of the stack %q: %w", name, err)
	}
	if item == nil || item.Phase == Done || event.RequestToken != "" && event.RequestToken != item.RequestToken {
		return nil // no step waits for it
	}
	cloud, err := d.ports.Clouds.In(ctx, item.Region, item.Role)
	if err != nil {
		return err
	}
	current, err := cloud.Stack(ctx, event.StackID)
	if err != nil {
		return err
	}
	if current == nil || isInProgress(current.Status) {
		return nil // another event's, of a later operation; or a forged one's
	}
	switch isOurs, err := d.isOurs(ctx, cloud, *item, current); {
	case err != nil:
		return err
	case !isOurs:
		return nil
	}
	return d.answer(ctx, cloud, key, name, *item, current)
}

// isOurs reports whether a stack is at rest after the item's operation. Whoever may call
// the launcher can send an event, of a stack that had the name before, or before
// CloudFormation has the operation.
func (d *Deployer) isOurs(ctx context.Context, cloud Cloud, item Item, current *Status) (bool, error) {
	if item.StackID != "" && current.ID != item.StackID {
		return false, nil
	}
	if item.Phase != Calling {
		return true, nil
	}
	events, err := cloud.Events(ctx, current.ID, item.RequestToken)
	return len(events) > 0, err
}

// answer answers the step of an item whose stack is at rest.
func (d *Deployer) answer(ctx context.Context, cloud Cloud, key, name string, item Item, current *Status) error {
	request := Request{Token: item.TaskToken, Step: item.Step, Execution: item.Execution}
	w := &wanted{request: request, cloud: cloud, key: key, stack: &Stack{Name: name, OutputPath: item.OutputPath, Delete: item.IsDelete}}
	err := d.finish(ctx, w, item, current)
	var failure *message.Failure
	if errors.As(err, &failure) {
		return d.fail(ctx, request, failure)
	}
	return err
}

// splitStackID takes arn:aws:cloudformation:region:account:stack/name/id apart.
func splitStackID(id string) (name, region, account string, ok bool) {
	parts := strings.SplitN(id, ":", 6)
	if len(parts) != 6 {
		return "", "", "", false
	}
	path := strings.Split(parts[5], "/")
	if len(path) != 3 || path[0] != "stack" {
		return "", "", "", false
	}
	return path[1], parts[3], parts[4], true
}

// finish answers a step whose stack is at rest, and then records that it has its answer. If
// the step has ended meanwhile, the item stays: its next attempt answers.
func (d *Deployer) finish(ctx context.Context, w *wanted, item Item, current *Status) error {
	failure, err := d.failureOf(ctx, w, item, current)
	if err != nil {
		return err
	}
	switch {
	case failure == nil:
		outputs := current.Outputs
		if w.stack.Delete {
			outputs = nil
		}
		err = d.succeed(ctx, w.request.Token, outputs, w.stack.OutputPath)
	default:
		if failure.Name != ErrorBusy {
			d.logger.WarnContext(ctx, "a stack is not deployed", "step", item.Step, "execution", item.Execution, "error", failure)
		}
		err = d.ports.Steps.Fail(ctx, w.request.Token, shortened(failure))
	}
	switch {
	case errors.Is(err, ErrTokenClosed):
		d.logger.InfoContext(ctx, "a stack is at rest, and its step does not wait: it was stopped, or its next attempt answers", "stack", w.stack.Name, "status", current.Status, "step", item.Step, "execution", item.Execution)
		return nil
	case err != nil:
		return err
	}
	return d.done(ctx, w, item)
}

// failureOf is the failure that a stack at rest means; nil for success.
func (d *Deployer) failureOf(ctx context.Context, w *wanted, item Item, current *Status) (*message.Failure, error) {
	switch {
	case item.Phase == Removing && current.Status == "DELETE_COMPLETE":
		return busy("the stack %q, whose creation had failed, is deleted; it is created anew now", w.stack.Name), nil
	case w.stack.Delete && current.Status == "DELETE_COMPLETE", !w.stack.Delete && item.Phase != Removing && isComplete(current.Status):
		return nil, nil
	}
	events, err := w.cloud.Events(ctx, current.ID, item.RequestToken)
	if err != nil {
		return nil, err
	}
	return Explain(w.stack.Name, current.Status, current.Reason, events), nil
}

func isComplete(status string) bool {
	return status == "CREATE_COMPLETE" || status == "UPDATE_COMPLETE" || status == "IMPORT_COMPLETE"
}

// succeed answers a step with the outputs of its stack.
func (d *Deployer) succeed(ctx context.Context, token string, outputs map[string]string, outputPath string) error {
	output, failure := Output(outputs, outputPath)
	if failure != nil {
		return failure
	}
	return d.ports.Steps.Succeed(ctx, token, output)
}

// Output is the output of a step: its stack's outputs, under outputPath if that is given.
func Output(outputs map[string]string, outputPath string) ([]byte, *message.Failure) {
	if outputs == nil {
		outputs = map[string]string{}
	}
	var value any = outputs
	if outputPath != "" {
		value = map[string]any{outputPath: outputs}
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // texts
	}
	if len(text) > protocol.MaxPayload {
		return nil, configFailure("the stack's outputs have %d bytes, and a step's output can have %d", len(text), protocol.MaxPayload)
	}
	return text, nil
}
