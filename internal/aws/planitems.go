package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/lifecycle"
)

// PlanItems are the items of stacks and plans in the resource-state table.
type PlanItems struct{ table table }

var _ lifecycle.Plans = (*PlanItems)(nil)

// NewPlanItems reads and writes the table of the given name.
func NewPlanItems(config aws.Config, table string) *PlanItems {
	return &PlanItems{newTable(config, table)}
}

// StackOrigin implements lifecycle.Plans.
func (p *PlanItems) StackOrigin(ctx context.Context, stackName string) (lifecycle.Origin, error) {
	found, err := p.table.read(ctx, itemKey(protocol.TypeStack, stackName))
	return originOf(found), err
}

// StackOfPlan implements lifecycle.Plans.
func (p *PlanItems) StackOfPlan(ctx context.Context, stateMachineARN string) (string, error) {
	found, err := p.table.read(ctx, itemKey(protocol.TypePlan, stateMachineARN))
	return stringOf(found[protocol.AttrStackName]), err
}

// PutPlan implements lifecycle.Plans.
func (p *PlanItems) PutPlan(ctx context.Context, plan lifecycle.Plan) error {
	steps := &types.AttributeValueMemberL{}
	for _, step := range plan.Steps {
		steps.Value = append(steps.Value, attributeOf(map[string]string{protocol.AttrName: step.Name, protocol.AttrStepType: step.Type}))
	}
	u := newUpdate().set(protocol.AttrStackName, plan.StackName).set(protocol.AttrPayloadDefaults, string(plan.PayloadDefaults))
	if setOrigin(u, plan.Origin); len(steps.Value) > 0 {
		u.set(protocol.AttrSteps, steps)
	} else {
		u.remove(protocol.AttrSteps)
	}
	if err := p.table.change(ctx, itemKey(protocol.TypePlan, plan.StateMachineARN), u); err != nil {
		return err
	}
	// Set the runners instead of adding them, so that a removed Runner leaves the list.
	stack := newUpdate().set(protocol.AttrStackParameters, plan.Parameters).setOrRemove(protocol.AttrRunners, textSet(plan.Runners))
	stack.remove(protocol.AttrStackError).addToSet(protocol.AttrStateMachines, plan.StateMachineARN)
	return p.table.change(ctx, itemKey(protocol.TypeStack, plan.StackName), stack)
}

// DeletePlan implements lifecycle.Plans.
func (p *PlanItems) DeletePlan(ctx context.Context, stackName, stateMachineARN string) error {
	if err := p.table.remove(ctx, itemKey(protocol.TypePlan, stateMachineARN), newUpdate().ifAbsentOrOneOf(protocol.AttrStackName, stackName)); err != nil {
		return err
	}
	stack := itemKey(protocol.TypeStack, stackName)
	if err := p.table.change(ctx, stack, newUpdate().ifExists(protocol.AttrName).deleteFromSet(protocol.AttrStateMachines, stateMachineARN)); err != nil {
		return err
	}
	// DynamoDB has no empty sets: without a plan, the attribute does not exist.
	return p.table.remove(ctx, stack, newUpdate().ifNotExists(protocol.AttrStateMachines).ifNotExists(protocol.AttrDistributionID))
}

// RemoveRunner implements lifecycle.Plans.
func (p *PlanItems) RemoveRunner(ctx context.Context, stackName, runner string) error {
	return p.table.change(ctx, itemKey(protocol.TypeStack, stackName), newUpdate().ifExists(protocol.AttrName).deleteFromSet(protocol.AttrRunners, runner))
}
