package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/lifecycle"
)

// PlanItems are the items of stacks and plans in the resource-state table.
type PlanItems struct {
	client tableClient
	table  string
}

var _ lifecycle.Plans = (*PlanItems)(nil)

// NewPlanItems reads and writes the table of the given name.
func NewPlanItems(config aws.Config, table string) *PlanItems {
	return &PlanItems{client: dynamodb.NewFromConfig(config), table: table}
}

// StackOrigin implements lifecycle.Plans.
func (p *PlanItems) StackOrigin(ctx context.Context, stackName string) (lifecycle.Origin, error) {
	found, err := read(ctx, p.client, p.table, itemKey(protocol.TypeStack, stackName))
	if err != nil {
		return lifecycle.Origin{}, wrapError(ctx, "dynamodb:GetItem", err)
	}
	return originOf(found), nil
}

// PutPlan implements lifecycle.Plans.
func (p *PlanItems) PutPlan(ctx context.Context, plan lifecycle.Plan) error {
	u := newUpdate().set(protocol.AttrStackName, stringAttr(plan.StackName)).set(protocol.AttrPayloadDefaults, stringAttr(string(plan.PayloadDefaults)))
	setOrigin(u, plan.Origin)
	if len(plan.Steps) > 0 {
		steps := &types.AttributeValueMemberL{}
		for _, step := range plan.Steps {
			steps.Value = append(steps.Value, &types.AttributeValueMemberM{Value: item{protocol.AttrName: stringAttr(step.Name), protocol.AttrStepType: stringAttr(step.Type)}})
		}
		u.set(protocol.AttrSteps, steps)
	} else {
		u.remove(protocol.AttrSteps)
	}
	if _, err := u.write(ctx, p.client, p.table, itemKey(protocol.TypePlan, plan.StateMachineARN)); err != nil {
		return wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	parameters := item{}
	for name, value := range plan.Parameters {
		parameters[name] = stringAttr(value)
	}
	names := map[string]string{
		"#plans": protocol.AttrStateMachines, "#runners": protocol.AttrRunners, "#parameters": protocol.AttrStackParameters, "#error": protocol.AttrStackError,
	}
	values := item{":plan": stringSet(plan.StateMachineARN), ":parameters": &types.AttributeValueMemberM{Value: parameters}}
	// SET, not ADD: a Runner that left the template leaves the list.
	expression := "SET #parameters = :parameters REMOVE #error, #runners ADD #plans :plan"
	if runners := stringSetOrNil(plan.Runners); runners != nil {
		values[":runners"] = runners
		expression = "SET #parameters = :parameters, #runners = :runners REMOVE #error ADD #plans :plan"
	}
	return p.update(ctx, &dynamodb.UpdateItemInput{
		Key: itemKey(protocol.TypeStack, plan.StackName), UpdateExpression: &expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
}

// update writes to an item; a condition that does not hold is no error.
func (p *PlanItems) update(ctx context.Context, input *dynamodb.UpdateItemInput) error {
	input.TableName = &p.table
	_, err := p.client.UpdateItem(ctx, input)
	if _, unmet := conditionFailed(err); err != nil && !unmet {
		return wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	return nil
}

// stringSet is a set of one text.
func stringSet(value string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: []string{value}}
}

// DeletePlan implements lifecycle.Plans.
func (p *PlanItems) DeletePlan(ctx context.Context, stackName, stateMachineARN string) error {
	_, err := p.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &p.table, Key: itemKey(protocol.TypePlan, stateMachineARN)})
	if err != nil {
		return wrapError(ctx, "dynamodb:DeleteItem", err)
	}
	if err := p.deleteFromSet(ctx, stackName, protocol.AttrStateMachines, stateMachineARN); err != nil {
		return err
	}
	// DynamoDB has no empty sets: without a plan the attribute is gone.
	_, err = p.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &p.table, Key: itemKey(protocol.TypeStack, stackName),
		ConditionExpression:      aws.String("attribute_not_exists(#plans) AND attribute_not_exists(#framework)"),
		ExpressionAttributeNames: map[string]string{"#plans": protocol.AttrStateMachines, "#framework": protocol.AttrDistributionID},
	})
	if _, unmet := conditionFailed(err); err != nil && !unmet {
		return wrapError(ctx, "dynamodb:DeleteItem", err)
	}
	return nil
}

// deleteFromSet takes a text out of a set of a stack's item, if it is there.
func (p *PlanItems) deleteFromSet(ctx context.Context, stackName, attribute, value string) error {
	return p.update(ctx, &dynamodb.UpdateItemInput{
		Key:                       itemKey(protocol.TypeStack, stackName),
		UpdateExpression:          aws.String("DELETE #set :value"),
		ConditionExpression:       aws.String("attribute_exists(#key)"),
		ExpressionAttributeNames:  map[string]string{"#set": attribute, "#key": protocol.AttrName},
		ExpressionAttributeValues: item{":value": stringSet(value)},
	})
}

// RemoveRunner implements lifecycle.Plans.
func (p *PlanItems) RemoveRunner(ctx context.Context, stackName, runner string) error {
	return p.deleteFromSet(ctx, stackName, protocol.AttrRunners, runner)
}
