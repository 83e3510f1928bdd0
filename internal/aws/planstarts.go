package aws

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/lifecycle"
)

// PlanStarts are the plans that wait for their stack, in the resource-state
// table.
type PlanStarts struct{ table table }

var _ lifecycle.Starts = (*PlanStarts)(nil)

// NewPlanStarts keeps them in the table of the given name.
func NewPlanStarts(config aws.Config, table string) *PlanStarts {
	return &PlanStarts{newTable(config, table)}
}

func startItem(stackID, stateMachine string) item {
	return itemKey(protocol.TypePlanStart, stackID+protocol.NameSeparator+stateMachine)
}

// PutStart implements lifecycle.Starts.
func (p *PlanStarts) PutStart(ctx context.Context, start lifecycle.Start) error {
	u := newUpdate().set(protocol.AttrStackID, start.StackID).set(protocol.AttrStateMachine, start.StateMachineARN)
	u.set(protocol.AttrExecutionName, start.Execution).set(protocol.AttrDeployment, start.Deployment)
	u.set(protocol.AttrPayload, string(start.Payload)).set(protocol.AttrRequestedAt, start.RequestedAt)
	replaces, err := json.Marshal(start.Replaces)
	if err != nil {
		return err
	}
	u.set(protocol.AttrReplaces, string(replaces))
	u.set(protocol.AttrExpiresAt, start.RequestedAt.Add(lifecycle.StartRetention).Unix())
	return p.table.change(ctx, startItem(start.StackID, start.StateMachineARN), u)
}

// Starts implements lifecycle.Starts.
func (p *PlanStarts) Starts(ctx context.Context, stackID string) ([]lifecycle.Start, error) {
	items, err := p.table.query(ctx, protocol.TypePlanStart, stackID+protocol.NameSeparator, newUpdate())
	var starts []lifecycle.Start
	for _, found := range items {
		var replaces []lifecycle.ReplacedPlan
		_ = json.Unmarshal([]byte(stringOf(found[protocol.AttrReplaces])), &replaces) // an earlier version wrote none
		starts = append(starts, lifecycle.Start{
			StackID: stringOf(found[protocol.AttrStackID]), StateMachineARN: stringOf(found[protocol.AttrStateMachine]),
			Execution: stringOf(found[protocol.AttrExecutionName]), Deployment: stringOf(found[protocol.AttrDeployment]),
			Payload: []byte(stringOf(found[protocol.AttrPayload])), RequestedAt: timeOf(found[protocol.AttrRequestedAt]),
			Replaces: replaces,
		})
	}
	slices.SortFunc(starts, func(a, b lifecycle.Start) int { return cmp.Compare(a.StateMachineARN, b.StateMachineARN) })
	return starts, err
}

// DeleteStart implements lifecycle.Starts.
func (p *PlanStarts) DeleteStart(ctx context.Context, start lifecycle.Start) error {
	return p.table.remove(ctx, startItem(start.StackID, start.StateMachineARN), newUpdate().ifEqual(protocol.AttrExecutionName, start.Execution))
}

// DeletePlanStart implements lifecycle.Starts.
func (p *PlanStarts) DeletePlanStart(ctx context.Context, stackID, stateMachineARN string) error {
	return p.table.remove(ctx, startItem(stackID, stateMachineARN), newUpdate())
}
