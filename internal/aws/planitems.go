package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/internal/lifecycle"
)

// The stack item, named by the stack, and the plan item, named by the state
// machine's ARN (docs/wire.md).
const (
	typeStack = "InitDeployCloudformationStack"
	typePlan  = "DeploymentPlan"

	attributePlans      = "sfnArns"
	attributeRunners    = "runners"
	attributeParameters = "stackParameters"
	attributeStackError = "stackError"
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
	found, err := read(ctx, p.client, p.table, itemKey(typeStack, stackName))
	if err != nil {
		return lifecycle.Origin{}, wrapError(ctx, "dynamodb:GetItem", err)
	}
	return originOf(found), nil
}

// PutPlan implements lifecycle.Plans.
func (p *PlanItems) PutPlan(ctx context.Context, plan lifecycle.Plan) error {
	u := newUpdate().set(attributeStackName, stringAttr(plan.StackName)).set("payloadDefaults", stringAttr(string(plan.PayloadDefaults)))
	setOrigin(u, plan.Origin)
	if len(plan.Steps) > 0 {
		steps := &types.AttributeValueMemberL{}
		for _, step := range plan.Steps {
			steps.Value = append(steps.Value, &types.AttributeValueMemberM{Value: item{"name": stringAttr(step.Name), "type": stringAttr(step.Type)}})
		}
		u.set("attiniSteps", steps)
	} else {
		u.remove("attiniSteps")
	}
	if _, err := u.write(ctx, p.client, p.table, itemKey(typePlan, plan.StateMachineARN)); err != nil {
		return wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	parameters := item{}
	for name, value := range plan.Parameters {
		parameters[name] = stringAttr(value)
	}
	names := map[string]string{
		"#plans": attributePlans, "#runners": attributeRunners, "#parameters": attributeParameters, "#error": attributeStackError,
	}
	values := item{":plan": stringSet(plan.StateMachineARN), ":parameters": &types.AttributeValueMemberM{Value: parameters}}
	// SET, not ADD: a Runner that left the template leaves the list.
	expression := "SET #parameters = :parameters REMOVE #error, #runners ADD #plans :plan"
	if runners := stringSetOrNil(plan.Runners); runners != nil {
		values[":runners"] = runners
		expression = "SET #parameters = :parameters, #runners = :runners REMOVE #error ADD #plans :plan"
	}
	return p.update(ctx, &dynamodb.UpdateItemInput{
		Key: itemKey(typeStack, plan.StackName), UpdateExpression: &expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
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
	_, err := p.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &p.table, Key: itemKey(typePlan, stateMachineARN)})
	if err != nil {
		return wrapError(ctx, "dynamodb:DeleteItem", err)
	}
	if err := p.deleteFromSet(ctx, stackName, attributePlans, stateMachineARN); err != nil {
		return err
	}
	// DynamoDB has no empty sets: without a plan the attribute is gone.
	_, err = p.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &p.table, Key: itemKey(typeStack, stackName),
		ConditionExpression:      aws.String("attribute_not_exists(#plans) AND attribute_not_exists(#framework)"),
		ExpressionAttributeNames: map[string]string{"#plans": attributePlans, "#framework": attributeDistributionID},
	})
	if _, unmet := conditionFailed(err); err != nil && !unmet {
		return wrapError(ctx, "dynamodb:DeleteItem", err)
	}
	return nil
}

// deleteFromSet takes a text out of a set of a stack's item, if it is there.
func (p *PlanItems) deleteFromSet(ctx context.Context, stackName, attribute, value string) error {
	return p.update(ctx, &dynamodb.UpdateItemInput{
		Key:                       itemKey(typeStack, stackName),
		UpdateExpression:          aws.String("DELETE #set :value"),
		ConditionExpression:       aws.String("attribute_exists(#key)"),
		ExpressionAttributeNames:  map[string]string{"#set": attribute, "#key": keyName},
		ExpressionAttributeValues: item{":value": stringSet(value)},
	})
}

// RemoveRunner implements lifecycle.Plans.
func (p *PlanItems) RemoveRunner(ctx context.Context, stackName, runner string) error {
	return p.deleteFromSet(ctx, stackName, attributeRunners, runner)
}
