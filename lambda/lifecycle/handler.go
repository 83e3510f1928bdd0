package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	custom "github.com/aws/aws-lambda-go/cfn"

	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/schema"
)

const (
	// triggerType is the custom resource of a plan's trigger.
	triggerType = "Custom::AttiniDeploymentPlanTrigger"
	// triggerID is the physical id of every trigger, as the original has it.
	triggerID = "DeploymentPlan"

	// maxReserve is the part of an invocation's time that is kept for the response.
	maxReserve = 30 * time.Second
)

// errDeadline means that the invocation has no time left but for the response.
var errDeadline = errors.New("the function's time is over")

// service is what the handler calls.
type service interface {
	PutRunner(ctx context.Context, request lifecycle.RunnerRequest) (configurationID string, err error)
	RemoveRunner(ctx context.Context, stackID, physicalID string) error
	PutPlan(ctx context.Context, request lifecycle.PlanRequest) error
	RemovePlan(ctx context.Context, request lifecycle.PlanRequest) error
	StackChanged(ctx context.Context, event lifecycle.StackEvent) error
}

// handler answers CloudFormation and handles events of EventBridge. It logs no event:
// events contain the stack's values and the address for the response.
type handler struct {
	logger    *slog.Logger
	lifecycle service
	sender    sender
	// log says where the function's log is.
	log string
}

var (
	_ lambda.Handler = handler{}
	_ service        = (*lifecycle.Lifecycle)(nil)
)

// Invoke implements lambda.Handler. It returns an error if CloudFormation has
// no response, or an event could not be handled. Lambda then calls it again.
func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	request, err := readEvent(payload)
	switch {
	case err != nil:
		return nil, err
	case request == nil:
		return []byte("{}"), h.handleStackEvent(ctx, payload)
	case request.responseURL == "":
		return nil, errors.New("read a request of CloudFormation: it has no ResponseURL")
	}
	if err := h.sender.checkAddress(request.responseURL); err != nil {
		return nil, fmt.Errorf("read a request of CloudFormation: %w", err)
	}
	response, err := h.answer(ctx, request)
	lines, users := []string(nil), true
	if response.Status = custom.StatusSuccess; err != nil {
		response.Status, response.Data = custom.StatusFailed, nil
		if lines, users = linesOf(err); !users {
			h.logger.Error("a request failed", "type", request.resourceType, "request", request.kind, "resource", request.logicalID, "requestId", request.id, "error", err)
			lines[0] += ". The log of the function: " + h.log
		}
	}
	body, err := write(response, lines)
	if err != nil {
		return nil, err
	}
	if err := h.sender.send(ctx, request.responseURL, body); err != nil {
		return nil, err
	}
	h.logger.Info("answered", "type", request.resourceType, "request", request.kind, "resource", request.logicalID, "requestId", request.id, "status", response.Status)
	return []byte("{}"), nil
}

// handleStackEvent handles a change of a stack's status.
func (h handler) handleStackEvent(ctx context.Context, payload []byte) error {
	event, err := lifecycle.ReadStackEvent(payload)
	if err != nil {
		return err
	}
	return h.lifecycle.StackChanged(ctx, event)
}

// answer does what a request asks, and keeps enough of the invocation's time to
// send the response. The response has no Status yet.
func (h handler) answer(ctx context.Context, r *request) (response custom.Response, err error) {
	response = custom.Response{
		RequestID: r.id, LogicalResourceID: r.logicalID, StackID: r.stackID,
		PhysicalResourceID: cmp.Or(r.physicalID, r.ownID(), r.logicalID, r.id, "none"),
	}
	defer func() {
		if thrown := recover(); thrown != nil {
			h.logger.Error("panic", "panic", fmt.Sprint(thrown), "stack", string(debug.Stack()), "requestId", r.id)
			err = fmt.Errorf("internal error; the log has the details under the request id %s", r.id)
		}
	}()
	ctx, cancel := withReserve(ctx)
	defer cancel()
	data, err := h.do(ctx, r)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = fmt.Errorf("%w: %w", cause, err)
		}
		return response, err
	}
	if r.kind != custom.RequestDelete {
		response.PhysicalResourceID, response.Data = cmp.Or(r.ownID(), response.PhysicalResourceID), data
	}
	return response, nil
}

// withReserve ends before the function does.
func withReserve(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return context.WithCancel(ctx)
	}
	reserve := min(maxReserve, time.Until(deadline)/3)
	return context.WithDeadlineCause(ctx, deadline.Add(-reserve), errDeadline)
}

// ownID is the physical id of a resource; "" for a type that this function does not
// have.
func (r *request) ownID() string {
	switch r.resourceType {
	case schema.ConfigurationType:
		return lifecycle.ReadRunner(r.stackID, r.logicalID, r.properties).PhysicalID()
	case triggerType:
		return triggerID
	}
	return ""
}

// do does what a request asks, and returns the attributes of the resource.
func (h handler) do(ctx context.Context, r *request) (map[string]any, error) {
	isPut := r.kind == custom.RequestCreate || r.kind == custom.RequestUpdate
	isDelete := r.kind == custom.RequestDelete
	switch {
	case r.resourceType == schema.ConfigurationType && isPut:
		id, err := h.lifecycle.PutRunner(ctx, lifecycle.ReadRunner(r.stackID, r.logicalID, r.properties))
		if err != nil {
			return nil, err
		}
		return map[string]any{"ConfigurationId": id}, nil
	case r.resourceType == schema.ConfigurationType && isDelete:
		return nil, h.lifecycle.RemoveRunner(ctx, r.stackID, r.physicalID)
	case r.resourceType == triggerType && isPut:
		return nil, h.lifecycle.PutPlan(ctx, lifecycle.ReadPlan(r.stackID, r.id, r.properties, r.old))
	case r.resourceType == triggerType && isDelete:
		return nil, h.lifecycle.RemovePlan(ctx, lifecycle.ReadPlan(r.stackID, r.id, r.properties, r.old))
	case isDelete:
		return nil, nil // it was never created
	}
	return nil, r.unknown()
}
