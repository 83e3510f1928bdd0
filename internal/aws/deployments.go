package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/lifecycle"
)

// Deployments is the deployment data table.
type Deployments struct{ table table }

var _ lifecycle.Deployments = (*Deployments)(nil)

// NewDeployments writes the table of the given name.
func NewDeployments(config aws.Config, table string) *Deployments {
	return &Deployments{newTable(config, table)}
}

func deploymentKey(name string) item {
	return item{protocol.AttrDeployment: attributeOf(name), protocol.AttrDeploymentTime: attributeOf(protocol.CurrentDeployment)}
}

// SetExecution implements lifecycle.Deployments. Each plan has an entry of its own in
// two maps, which have to be there first.
func (d *Deployments) SetExecution(ctx context.Context, deployment, stateMachineARN, executionARN string, deployed time.Time) error {
	key, none := deploymentKey(deployment), item{}
	first := newUpdate().ifNotExists(protocol.AttrDeployment).set(protocol.AttrExecutions, none).set(protocol.AttrDeploymentTimes, none).set(protocol.AttrCreatedByRunner, true)
	_, created, err := d.table.update(ctx, key, first)
	if err == nil && !created {
		err = d.table.change(ctx, key, newUpdate().setIfNotExists(protocol.AttrExecutions, none).setIfNotExists(protocol.AttrDeploymentTimes, none))
	}
	if err != nil {
		return err
	}
	u := newUpdate()
	u.setEntry(u.name(protocol.AttrExecutions, stateMachineARN), executionARN).setEntry(u.name(protocol.AttrDeploymentTimes, stateMachineARN), deployed)
	return d.table.change(ctx, key, u)
}

// deploymentOf is a deployment's item.
func deploymentOf(found item) message.Deployment {
	deployment := message.Deployment{Executions: map[string]string{}, Times: map[string]time.Time{}}
	for machine, execution := range entriesOf(found[protocol.AttrExecutions]) {
		deployment.Executions[machine] = stringOf(execution)
	}
	for machine, deployed := range entriesOf(found[protocol.AttrDeploymentTimes]) {
		deployment.Times[machine] = timeOf(deployed)
	}
	return deployment
}

// entriesOf returns the entries of a map; none of another value.
func entriesOf(value types.AttributeValue) item {
	if m, ok := value.(*types.AttributeValueMemberM); ok {
		return m.Value
	}
	return nil
}

// ForgetPlan implements lifecycle.Deployments.
func (d *Deployments) ForgetPlan(ctx context.Context, deployment, stateMachineARN string) error {
	u := newUpdate().ifExists(protocol.AttrExecutions).ifExists(protocol.AttrDeploymentTimes)
	u.removes = []string{u.name(protocol.AttrExecutions, stateMachineARN), u.name(protocol.AttrDeploymentTimes, stateMachineARN)}
	_, met, err := d.table.update(ctx, deploymentKey(deployment), u)
	if err != nil || !met {
		return err
	}
	unused := newUpdate().ifExists(protocol.AttrCreatedByRunner)
	unused.tests = append(unused.tests, "size("+unused.name(protocol.AttrExecutions)+") = "+unused.value(0))
	return d.table.remove(ctx, deploymentKey(deployment), unused)
}
