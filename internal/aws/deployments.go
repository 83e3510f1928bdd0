package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/lifecycle"
)

// Deployments is the deployment data table.
type Deployments struct {
	client tableClient
	table  string
}

var (
	_ lifecycle.Deployments = (*Deployments)(nil)
	_ launch.Deployments    = (*Deployments)(nil)
)

// NewDeployments reads and writes the table of the given name.
func NewDeployments(config aws.Config, table string) *Deployments {
	return &Deployments{client: dynamodb.NewFromConfig(config), table: table}
}

func deploymentKey(name string) item {
	return item{protocol.AttrDeployment: stringAttr(name), protocol.AttrDeploymentTime: numberAttr(protocol.CurrentDeployment)}
}

// write writes to an item; unmet says that its condition did not hold.
func (d *Deployments) write(ctx context.Context, name string, u *update) (unmet bool, err error) {
	_, err = u.write(ctx, d.client, d.table, deploymentKey(name))
	if _, unmet := conditionFailed(err); unmet {
		return true, nil
	}
	if err != nil {
		return false, wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	return false, nil
}

// SetExecution implements lifecycle.Deployments.
func (d *Deployments) SetExecution(ctx context.Context, deployment, stateMachineARN, executionARN string, deployed time.Time) error {
	// An entry of a map is its own, so that another plan's stays; for that the
	// maps have to be there.
	none := &types.AttributeValueMemberM{Value: item{}}
	first := newUpdate().ifNotExists(protocol.AttrDeployment).set(protocol.AttrExecutions, none).set(protocol.AttrDeploymentTimes, none).set(protocol.AttrCreatedByRunner, boolAttr(true))
	there, err := d.write(ctx, deployment, first)
	if err != nil {
		return err
	}
	if there {
		if _, err := d.write(ctx, deployment, newUpdate().setIfNotExists(protocol.AttrExecutions, none).setIfNotExists(protocol.AttrDeploymentTimes, none)); err != nil {
			return err
		}
	}
	u := newUpdate()
	u.sets = append(u.sets,
		u.mapEntry(protocol.AttrExecutions, stateMachineARN)+" = "+u.valuePlaceholder(stringAttr(executionARN)),
		u.mapEntry(protocol.AttrDeploymentTimes, stateMachineARN)+" = "+u.valuePlaceholder(millisAttr(deployed)))
	_, err = d.write(ctx, deployment, u)
	return err
}

// Deployment implements launch.Deployments.
func (d *Deployments) Deployment(ctx context.Context, name string) (message.Deployment, error) {
	found, err := read(ctx, d.client, d.table, deploymentKey(name))
	if err != nil {
		return message.Deployment{}, wrapError(ctx, "dynamodb:GetItem", err)
	}
	deployment := message.Deployment{Executions: map[string]string{}, Times: map[string]time.Time{}}
	for machine, execution := range entriesOf(found[protocol.AttrExecutions]) {
		deployment.Executions[machine] = stringOf(execution)
	}
	for machine, deployed := range entriesOf(found[protocol.AttrDeploymentTimes]) {
		deployment.Times[machine] = timeOf(deployed)
	}
	return deployment, nil
}

// entriesOf are those of a map; none of what is none.
func entriesOf(value types.AttributeValue) item {
	if m, ok := value.(*types.AttributeValueMemberM); ok {
		return m.Value
	}
	return nil
}

// mapEntry is the path of a plan's entry in a map.
func (u *update) mapEntry(attribute, stateMachineARN string) string {
	u.names["#entry"] = stateMachineARN
	return u.namePlaceholder(attribute) + ".#entry"
}

// ForgetPlan implements lifecycle.Deployments.
func (d *Deployments) ForgetPlan(ctx context.Context, deployment, stateMachineARN string) error {
	u := newUpdate().ifExists(protocol.AttrExecutions).ifExists(protocol.AttrDeploymentTimes)
	u.removes = append(u.removes, u.mapEntry(protocol.AttrExecutions, stateMachineARN), u.mapEntry(protocol.AttrDeploymentTimes, stateMachineARN))
	if unmet, err := d.write(ctx, deployment, u); err != nil || unmet {
		return err
	}
	_, err := d.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &d.table, Key: deploymentKey(deployment),
		ConditionExpression:       aws.String("attribute_exists(#own) AND size(#executions) = :none"),
		ExpressionAttributeNames:  map[string]string{"#own": protocol.AttrCreatedByRunner, "#executions": protocol.AttrExecutions},
		ExpressionAttributeValues: item{":none": numberAttr(0)},
	})
	if _, unmet := conditionFailed(err); err != nil && !unmet {
		return wrapError(ctx, "dynamodb:DeleteItem", err)
	}
	return nil
}
