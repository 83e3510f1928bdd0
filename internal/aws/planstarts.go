package aws

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/attini-go/runner/internal/lifecycle"
)

const (
	// typeStart is the resource type of plans that wait for their stack; their
	// names are {stack id}#{state machine's ARN}.
	typeStart = "DeploymentPlanStart"
	startMark = "#"

	attributeStateMachine = "sfnArn"
	attributeExecution    = "executionName"
	attributeDeployment   = "deploymentName"
	attributePayload      = "payload"
	attributeRequestedAt  = "requestedAt"
)

// PlanStarts are the plans that wait for their stack, in the resource-state
// table.
type PlanStarts struct {
	client tableClient
	table  string
}

var _ lifecycle.Starts = (*PlanStarts)(nil)

// NewPlanStarts keeps them in the table of the given name.
func NewPlanStarts(configuration aws.Config, table string) *PlanStarts {
	return &PlanStarts{client: dynamodb.NewFromConfig(configuration), table: table}
}

func startItem(stackID, stateMachine string) item {
	return itemKey(typeStart, stackID+startMark+stateMachine)
}

// PutStart implements lifecycle.Starts.
func (p *PlanStarts) PutStart(ctx context.Context, start lifecycle.Start) error {
	u := newUpdate().set(attributeStackID, text(start.StackID)).set(attributeStateMachine, text(start.StateMachineARN))
	u.set(attributeExecution, text(start.Execution)).set(attributeDeployment, text(start.Deployment))
	u.set(attributePayload, text(string(start.Payload))).set(attributeRequestedAt, millis(start.RequestedAt))
	u.set(attributeExpiry, number(start.RequestedAt.Add(lifecycle.StartLife).Unix()))
	if _, err := u.write(ctx, p.client, p.table, startItem(start.StackID, start.StateMachineARN)); err != nil {
		return failed(ctx, "dynamodb:UpdateItem", err)
	}
	return nil
}

// Starts implements lifecycle.Starts.
func (p *PlanStarts) Starts(ctx context.Context, stackID string) ([]lifecycle.Start, error) {
	items, err := query(ctx, p.client, p.table, typeStart, stackID+startMark, newUpdate())
	if err != nil {
		return nil, failed(ctx, "dynamodb:Query", err)
	}
	var starts []lifecycle.Start
	for _, found := range items {
		starts = append(starts, lifecycle.Start{
			StackID: textOf(found[attributeStackID]), StateMachineARN: textOf(found[attributeStateMachine]),
			Execution: textOf(found[attributeExecution]), Deployment: textOf(found[attributeDeployment]),
			Payload: []byte(textOf(found[attributePayload])), RequestedAt: timeOf(found[attributeRequestedAt]),
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
		ExpressionAttributeNames:  map[string]string{"#execution": attributeExecution},
		ExpressionAttributeValues: item{":execution": text(start.Execution)},
	})
	if _, unmet := isUnmet(err); err != nil && !unmet {
		return failed(ctx, "dynamodb:DeleteItem", err)
	}
	return nil
}

// DeletePlanStart implements lifecycle.Starts.
func (p *PlanStarts) DeletePlanStart(ctx context.Context, stackID, stateMachineARN string) error {
	_, err := p.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &p.table, Key: startItem(stackID, stateMachineARN)})
	if err != nil {
		return failed(ctx, "dynamodb:DeleteItem", err)
	}
	return nil
}
