package aws

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// TestLifecycleActions: everything that the lifecycle function ever calls, when
// a Runner or a plan is deployed, starts or goes away, is what its role permits.
func TestLifecycleActions(t *testing.T) {
	t.Parallel()
	proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
	for _, service := range []string{"dynamodb", "sqs", "states", "ecs", "ec2", "ssm", "cloudformation"} {
		proxy.On(service, fakeaws.Error(http.StatusForbidden, "AccessDeniedException"))
	}
	ctx, config := t.Context(), sdkConfig(t, proxy.Endpoint())
	for n, calls := range []func(context.Context, aws.Config) []error{deploymentCalls, planCalls, removalCalls} {
		for i, err := range calls(ctx, config) {
			require.Error(t, err, "%d of the calls %d", i, n)
			assert.NotContains(t, err.Error(), "no answer", "%d of the calls %d", i, n)
		}
	}
	// It comes only after an answer to the list.
	proxy.On("ListContainerInstances", (&recordedRequests{}).answer(200, `{"containerInstanceArns":["arn:instance"]}`))
	require.Error(t, NewCluster(config).Deregister(ctx, "c", "i-1"))
	assert.Equal(t, permitted(t, "LifecycleRole"), proxy.Actions())
}

// deploymentCalls are the check of a Runner, and what is recorded of it.
func deploymentCalls(ctx context.Context, config aws.Config) []error {
	account, definitions := NewAccount(config), NewTaskDefinitions(config)
	configurations, runners := NewRunnerConfigurations(config, stateTable), NewRunnerItems(config, stateTable)
	c := launchtest.Configuration("dev", "Build")
	return []error{
		only(definitions.TaskDefinition(ctx, "family")), only(account.Parameters(ctx, []string{"/aws/service/ecs/optimized-ami/x"})),
		only(account.Images(ctx, []string{"ami-1"})), only(account.InstanceTypes(ctx, []string{"m5.large"})),
		configurations.PutConfiguration(ctx, c), only(configurations.KeptConfigurations(ctx, "dev-Build")), runners.PutRunner(ctx, lifecycle.Runner{StackID: testStackID, ConfigurationID: "v1-0", Configuration: c}),
		only(NewRunnerSecrets(config, stateTable).EnsureSecret(ctx, "dev-Build")),
		only(runners.StackOf(ctx, "dev-Build")), only(runners.RunnersOf(ctx, testStackID, "dev")), runners.SetOrigin(ctx, "dev-Build", lifecycle.Origin{Environment: "dev"}),
	}
}

// planCalls are a plan's life, from its deployment on.
func planCalls(ctx context.Context, config aws.Config) []error {
	plans, starts := NewPlanItems(config, stateTable), NewPlanStarts(config, stateTable)
	deployments, machines := NewDeployments(config, deployTable), NewStateMachines(config)
	stacks := NewStacks(config)
	start := lifecycle.Start{StackID: testStackID, StateMachineARN: testMachine, Execution: "e", Deployment: "d", RequestedAt: time.Now()}
	return []error{
		only(stacks.Status(ctx, testStackID)), only(stacks.Resources(ctx, testStackID)), only(plans.StackOfPlan(ctx, testMachine)),
		only(plans.StackOrigin(ctx, "dev")), plans.PutPlan(ctx, lifecycle.Plan{StackName: "dev", StateMachineARN: testMachine}),
		starts.PutStart(ctx, start), only(starts.Starts(ctx, testStackID)), starts.DeleteStart(ctx, start), starts.DeletePlanStart(ctx, testStackID, testMachine),
		deployments.SetExecution(ctx, "d", testMachine, "e", time.Now()), machines.StartExecution(ctx, testMachine, "e", []byte("{}")),
		plans.RemoveRunner(ctx, "dev", "Build"), plans.DeletePlan(ctx, "dev", testMachine), deployments.ForgetPlan(ctx, "d", testMachine),
	}
}

// removalCalls are those of launch.Launcher.Remove.
func removalCalls(ctx context.Context, config aws.Config) []error {
	states, claims := NewRunnerStates(config, stateTable), NewRunnerClaims(config, stateTable)
	cluster, queue := NewCluster(config), NewJobQueue(config)
	configurations := NewRunnerConfigurations(config, stateTable)
	return []error{
		only(states.MarkDeleted(ctx, "r")), only(claims.Claims(ctx, "r", "")), claims.Finish(ctx, "r", launch.Claim{Name: "c"}),
		only(cluster.StartedBy(ctx, "c", "s")), cluster.Deregister(ctx, "c", "i-1"), only(NewRunnerHosts(config).Tagged(ctx, "r")), only(NewRunnerHosts(config).Host(ctx, "i-1")),
		only(cluster.Task(ctx, "c", "t")), cluster.Stop(ctx, "c", "t", "why"),
		only(queue.Receive(ctx, "https://q", 0, 0)), queue.Hide(ctx, "https://q", "x", 0), queue.Delete(ctx, "https://q", "x"), only(queue.Hidden(ctx, "https://q")),
		NewSteps(config).Fail(ctx, "token", message.Failure{}), NewRunnerHosts(config).Terminate(ctx, "i-1"),
		configurations.DeleteConfigurations(ctx, "r"), states.Delete(ctx, "r"),
	}
}
