package lifecycle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// Origin is where a distribution comes from.
type Origin struct {
	Environment, DistributionName, DistributionID string
	// ObjectIdentifier names the distribution's archive.
	ObjectIdentifier string
}

// DeploymentName is what the deployment data table has a deployment under.
func (o Origin) DeploymentName() string {
	return protocol.DeploymentName(o.Environment, o.DistributionName)
}

// isComplete reports whether nothing is missing.
func (o Origin) isComplete() bool {
	return o.Environment != "" && o.DistributionName != "" && o.DistributionID != "" && o.ObjectIdentifier != ""
}

// Plan is the content of a plan item, and the plan's part of its stack item
// (docs/wire.md).
type Plan struct {
	StackName       string
	StateMachineARN string
	Origin          Origin
	// PayloadDefaults is JSON.
	PayloadDefaults []byte
	Steps           []Step
	// Parameters are the stack's without secret ones.
	Parameters map[string]string
	// Runners are the logical ids of the stack's runners, sorted.
	Runners []string
}

// Step is a step that tools show.
type Step struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Start is a plan to start when its stack is complete.
type Start struct {
	StackID, StateMachineARN string
	// Execution is the execution's name: one for each deployment, however often
	// CloudFormation repeats its request.
	Execution string
	// Deployment is the deployment's name in the deployment data table.
	Deployment string
	// Payload is the execution's input.
	Payload []byte
	// RequestedAt is when CloudFormation asked for it.
	RequestedAt time.Time
	// Replaces are the plans in whose place this one is, until the stack is complete:
	// their jobs run on, and a rollback keeps them.
	Replaces []ReplacedPlan
}

// ReplacedPlan is a plan whose state machine or whose deployment's name has changed.
type ReplacedPlan struct {
	StateMachineARN string
	// Deployment is the deployment's name in the deployment data table.
	Deployment string
}

// StartRetention is how long a start is kept for a stack that never completes. It is
// longer than a stack's operation can take.
const StartRetention = 14 * 24 * time.Hour

// PutPlan registers a plan, and records its start for when the stack is complete. It can
// be repeated.
func (l *Lifecycle) PutPlan(ctx context.Context, request PlanRequest) error {
	if err := request.check(); err != nil {
		return err
	}
	if err := l.verify(ctx, request.StackID, map[string]string{"SfnArn": request.StateMachineARN}); err != nil {
		return err
	}
	origin, stored, err := l.origin(ctx, request)
	if err != nil {
		return err
	}
	at := l.settings.Now()
	payload, err := l.payload(request, origin, stored, at)
	if err != nil {
		return err
	}
	runners, err := l.ports.Runners.RunnersOf(ctx, request.StackID, request.StackName)
	if err != nil {
		return fmt.Errorf("find the runners of the stack %s: %w", request.StackName, err)
	}
	for _, runner := range runners {
		if err := l.ports.Runners.SetOrigin(ctx, configuration.ResourceName(request.StackName, runner), origin); err != nil {
			return fmt.Errorf("write the distribution of Runner %q: %w", runner, err)
		}
	}
	plan := Plan{
		StackName: request.StackName, StateMachineARN: request.StateMachineARN, Origin: origin,
		PayloadDefaults: request.payloadDefaults(), Steps: request.Steps, Parameters: request.Parameters, Runners: runners,
	}
	// The new item first, so that the plan always has one.
	if err := l.ports.Plans.PutPlan(ctx, plan); err != nil {
		return fmt.Errorf("keep the item of the plan: %w", err)
	}
	replaces, err := l.replaced(ctx, request, origin)
	if err != nil {
		return err
	}
	err = l.ports.Starts.PutStart(ctx, Start{
		StackID: request.StackID, StateMachineARN: request.StateMachineARN, Execution: request.execution(),
		Deployment: origin.DeploymentName(), Payload: payload, RequestedAt: at, Replaces: replaces,
	})
	if err != nil {
		return fmt.Errorf("record that the plan is to be started: %w", err)
	}
	for _, plan := range replaces {
		if plan.StateMachineARN == request.StateMachineARN {
			continue
		}
		if err := l.ports.Starts.DeletePlanStart(ctx, request.StackID, plan.StateMachineARN); err != nil {
			return fmt.Errorf("forget the start of the plan %s: %w", plan.StateMachineARN, err)
		}
	}
	l.logger.Info("a plan waits for its stack", "stack", request.StackName, "execution", request.execution())
	return nil
}

// replaced returns the plans that a request's plan is in the place of. A plan that a
// rollback undoes has never run, and is forgotten at once.
func (l *Lifecycle) replaced(ctx context.Context, request PlanRequest, origin Origin) ([]ReplacedPlan, error) {
	if request.OldStateMachineARN == "" {
		return nil, nil
	}
	earlier := request
	earlier.Parameters = request.OldParameters
	before, _, err := l.origin(ctx, earlier)
	if err != nil {
		return nil, err
	}
	old := ReplacedPlan{request.OldStateMachineARN, before.DeploymentName()}
	if old == (ReplacedPlan{request.StateMachineARN, origin.DeploymentName()}) {
		return nil, nil
	}
	status, err := l.ports.Stacks.Status(ctx, request.StackID)
	switch {
	case err != nil:
		return nil, fmt.Errorf("ask CloudFormation for the stack %s: %w", request.StackName, err)
	case isRolledBackOrDeleted(status) && old.StateMachineARN == request.StateMachineARN:
		return nil, nil
	case isRolledBackOrDeleted(status):
		return nil, l.forgetPlan(ctx, request.StackID, old)
	}
	// A deployment that failed and was not rolled back has left its start.
	starts, err := l.ports.Starts.Starts(ctx, request.StackID)
	if err != nil {
		return nil, fmt.Errorf("find the plans that wait for the stack %s: %w", request.StackName, err)
	}
	replaces := []ReplacedPlan{old}
	for _, start := range starts {
		if start.StateMachineARN == old.StateMachineARN {
			replaces = append(replaces, start.Replaces...)
		}
	}
	return replaces, nil
}

// RemovePlan removes a plan, and its start if it has not started yet.
func (l *Lifecycle) RemovePlan(ctx context.Context, request PlanRequest) error {
	if request.foreign != nil || request.StateMachineARN == "" {
		return nil // it was never registered
	}
	if err := l.verify(ctx, request.StackID, nil); err != nil {
		return err
	}
	origin, _, err := l.origin(ctx, request)
	if err != nil {
		return err
	}
	return l.forgetPlan(ctx, request.StackID, ReplacedPlan{request.StateMachineARN, origin.DeploymentName()})
}

// forgetPlan forgets a plan of a stack. A plan of another stack stays.
func (l *Lifecycle) forgetPlan(ctx context.Context, stackID string, plan ReplacedPlan) error {
	stack, stateMachine := StackNameOf(stackID), plan.StateMachineARN
	owner, err := l.ports.Plans.StackOfPlan(ctx, stateMachine)
	switch {
	case err != nil:
		return fmt.Errorf("read the item of the plan %s: %w", stateMachine, err)
	case owner != "" && owner != stack:
		l.logger.Warn("a plan belongs to another stack", "stateMachine", stateMachine, "stack", owner)
		return nil
	}
	problems := errors.Join(
		l.ports.Starts.DeletePlanStart(ctx, stackID, stateMachine),
		l.ports.Deployments.ForgetPlan(ctx, plan.Deployment, stateMachine),
		l.ports.Plans.DeletePlan(ctx, stack, stateMachine),
	)
	if problems != nil {
		return fmt.Errorf("forget the plan %s: %w", stateMachine, problems)
	}
	return nil
}

// execution is the name of the deployment's execution. CloudFormation's request id is
// the same if it repeats the request, and another one for each deployment.
func (r PlanRequest) execution() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", r.StackID, r.StateMachineARN, r.RequestID))
	return "deployment-" + hex.EncodeToString(sum[:16])
}
