package aws

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/lifecycle"
)

// PlanStarts are the plans that wait for their stack, in the resource-state
// table.
type PlanStarts struct {
	client tableClient
	table  string
}

var _ lifecycle.Starts = (*PlanStarts)(nil)

// NewPlanStarts keeps them in the table of the given name.
func NewPlanStarts(config aws.Config, table string) *PlanStarts {
	return &PlanStarts{client: dynamodb.NewFromConfig(config), table: table}
}

func startItem(stackID, stateMachine string) item {
	return itemKey(protocol.TypePlanStart, stackID+protocol.NameSeparator+stateMachine)
}

// PutStart implements lifecycle.Starts.
func (p *PlanStarts) PutStart(ctx context.Context, start lifecycle.Start) error {
	u := newUpdate().set(protocol.AttrStackID, stringAttr(start.StackID)).set(protocol.AttrStateMachine, stringAttr(start.StateMachineARN))
	u.set(protocol.AttrExecutionName, stringAttr(start.Execution)).set(protocol.AttrDeployment, stringAttr(start.Deployment))
	u.set(protocol.AttrPayload, stringAttr(string(start.Payload))).set(protocol.AttrRequestedAt, millisAttr(start.RequestedAt))
	u.set(protocol.AttrExpiresAt, numberAttr(start.RequestedAt.Add(lifecycle.StartRetention).Unix()))
	if _, err := u.write(ctx, p.client, p.table, startItem(start.StackID, start.StateMachineARN)); err != nil {
		return wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	return nil
}

// Starts implements lifecycle.Starts.
func (p *PlanStarts) Starts(ctx context.Context, stackID string) ([]lifecycle.Start, error) {
	items, err := query(ctx, p.client, p.table, protocol.TypePlanStart, stackID+protocol.NameSeparator, newUpdate())
	if err != nil {
		return nil, wrapError(ctx, "dynamodb:Query", err)
	}
	var starts []lifecycle.Start
	for _, found := range items {
		starts = append(starts, lifecycle.Start{
			StackID: stringOf(found[protocol.AttrStackID]), StateMachineARN: stringOf(found[protocol.AttrStateMachine]),
			Execution: stringOf(found[protocol.AttrExecutionName]), Deployment: stringOf(found[protocol.AttrDeployment]),
			Payload: []byte(stringOf(found[protocol.AttrPayload])), RequestedAt: timeOf(found[protocol.AttrRequestedAt]),
		})
	}
	slices.SortFunc(starts, func(a, b lifecycle.Start) int { return cmp.Compare(a.StateMachineARN, b.StateMachineARN) })
	return starts, nil
}

// DeleteStart implements lifecycle.Starts.
func (p *PlanStarts) DeleteStart(ctx context.Context, start lifecycle.Start) error {
	_, err := p.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &p.table, Key: startItem(start.StackID, start.StateMachineARN),
		ConditionExpression:       aws.String("#execution = :execution"),
		ExpressionAttributeNames:  map[string]string{"#execution": protocol.AttrExecutionName},
		ExpressionAttributeValues: item{":execution": stringAttr(start.Execution)},
	})
	if _, unmet := conditionFailed(err); err != nil && !unmet {
		return wrapError(ctx, "dynamodb:DeleteItem", err)
	}
	return nil
}

// DeletePlanStart implements lifecycle.Starts.
func (p *PlanStarts) DeletePlanStart(ctx context.Context, stackID, stateMachineARN string) error {
	_, err := p.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &p.table, Key: startItem(stackID, stateMachineARN)})
	if err != nil {
		return wrapError(ctx, "dynamodb:DeleteItem", err)
	}
	return nil
}
