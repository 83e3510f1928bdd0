package lifecycle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// StackEvent is EventBridge's "CloudFormation Stack Status Change".
type StackEvent struct {
	StackID string
	// Status is the stack's, such as UPDATE_COMPLETE.
	Status string
	// At is when it got that status, to the second.
	At time.Time
}

// StackEventType is the detail-type of a StackEvent.
const StackEventType = "CloudFormation Stack Status Change"

// ReadStackEvent reads an event of EventBridge. No error contains any of it.
func ReadStackEvent(event []byte) (StackEvent, error) {
	var parts struct {
		DetailType string    `json:"detail-type"`
		Time       time.Time `json:"time"`
		Detail     struct {
			StackID string `json:"stack-id"`
			Details struct {
				Status string `json:"status"`
			} `json:"status-details"`
		} `json:"detail"`
	}
	if err := json.Unmarshal(event, &parts); err != nil {
		return StackEvent{}, errors.New("read a stack's event: it is not a JSON object of that form")
	}
	e := StackEvent{StackID: parts.Detail.StackID, Status: parts.Detail.Details.Status, At: parts.Time}
	if parts.DetailType != StackEventType || e.StackID == "" || e.Status == "" {
		return StackEvent{}, fmt.Errorf("read a stack's event: it is no %q with a stack-id and a status", StackEventType)
	}
	return e, nil
}

// clockSkew is how much the clocks of CloudFormation and of a function may differ,
// including the fraction of a second that an event's time lacks.
const clockSkew = 5 * time.Second

// StackChanged starts the plans that wait for a stack when it is complete, and removes
// their starts if the stack was rolled back or deleted. An event that is older than the
// deployment that recorded a start does not concern that start.
//
// Whoever may invoke the function can send any event, so it only says which stack to look
// at: CloudFormation says what has become of it. If the stack is being changed again,
// another event follows.
func (l *Lifecycle) StackChanged(ctx context.Context, event StackEvent) error {
	if !isComplete(event.Status) && !isRolledBackOrDeleted(event.Status) {
		return nil
	}
	starts, err := l.ports.Starts.Starts(ctx, event.StackID)
	if err != nil {
		return fmt.Errorf("find the plans that wait for the stack %s: %w", StackNameOf(event.StackID), err)
	}
	if len(starts) == 0 {
		return nil
	}
	status, err := l.ports.Stacks.Status(ctx, event.StackID)
	switch {
	case errors.Is(err, ErrNoStack):
		status = "DELETE_COMPLETE"
	case err != nil:
		return fmt.Errorf("ask CloudFormation for the stack %s: %w", StackNameOf(event.StackID), err)
	}
	complete := isComplete(status)
	if !complete && !isRolledBackOrDeleted(status) {
		return nil
	}
	var problems []error
	for _, start := range starts {
		if !event.At.IsZero() && event.At.Before(start.RequestedAt.Add(-clockSkew)) {
			continue
		}
		if complete {
			problems = append(problems, l.start(ctx, start))
			continue
		}
		l.logger.Info("a plan is not started, since its stack was not deployed", "stack", StackNameOf(event.StackID), "status", status)
		if err := l.ports.Starts.DeleteStart(ctx, start); err != nil {
			problems = append(problems, fmt.Errorf("forget the start of the plan %s: %w", start.StateMachineARN, err))
		}
	}
	return errors.Join(problems...)
}

// isComplete reports whether a stack with this status has all changes of its last
// deployment.
func isComplete(status string) bool {
	return slices.Contains([]string{"CREATE_COMPLETE", "UPDATE_COMPLETE"}, status)
}

// isRolledBackOrDeleted reports whether a stack with this status does not get the
// changes of its last deployment. A stack that failed and was not rolled back may still
// get them: its next deployment completes the last one.
func isRolledBackOrDeleted(status string) bool {
	return strings.Contains(status, "ROLLBACK") || strings.HasPrefix(status, "DELETE_")
}

// start starts a plan. It can be repeated: the deployment decides the execution's name,
// so that nothing starts twice.
func (l *Lifecycle) start(ctx context.Context, start Start) error {
	execution, err := executionARN(start.StateMachineARN, start.Execution)
	if err != nil {
		return err
	}
	// Before the start: the jobs of other executions are refused.
	if err := l.ports.Deployments.SetExecution(ctx, start.Deployment, start.StateMachineARN, execution, start.RequestedAt); err != nil {
		return fmt.Errorf("make %s the execution of its deployment: %w", execution, err)
	}
	err = l.ports.StateMachines.StartExecution(ctx, start.StateMachineARN, start.Execution, start.Payload)
	switch {
	case errors.Is(err, ErrNoStateMachine):
		l.logger.Warn("a plan was deleted before it was started", "stateMachine", start.StateMachineARN)
	case err != nil:
		return fmt.Errorf("start the plan %s: %w", start.StateMachineARN, err)
	default:
		l.logger.Info("a plan is started", "execution", execution)
	}
	for _, plan := range start.Replaces {
		var err error
		switch {
		case plan.StateMachineARN != start.StateMachineARN:
			err = l.forgetPlan(ctx, start.StackID, plan)
		case plan.Deployment != start.Deployment:
			err = l.ports.Deployments.ForgetPlan(ctx, plan.Deployment, plan.StateMachineARN)
		}
		if err != nil {
			return fmt.Errorf("forget the plan %s, which was replaced: %w", plan.StateMachineARN, err)
		}
	}
	if err := l.ports.Starts.DeleteStart(ctx, start); err != nil {
		return fmt.Errorf("record that the plan %s is started: %w", start.StateMachineARN, err)
	}
	return nil
}

// executionARN is the ARN of a state machine's execution by its name:
// arn:aws:states:region:account:stateMachine:NAME becomes
// arn:aws:states:region:account:execution:NAME:EXECUTION.
func executionARN(stateMachine, name string) (string, error) {
	parts := strings.Split(stateMachine, ":")
	if len(parts) != 7 || parts[5] != "stateMachine" {
		return "", fmt.Errorf("start the plan: %q is not the ARN of a state machine", stateMachine)
	}
	parts[5] = "execution"
	return strings.Join(append(parts, name), ":"), nil
}
