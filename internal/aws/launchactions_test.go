package aws

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/approvals"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/stacks"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// TestLaunchActions: everything that the launcher ever calls, on an EC2 host too,
// is what its role permits, besides iam:PassRole of the tasks' and hosts' roles,
// and ecs:TagResource and ec2:CreateTags where tags are propagated.
func TestLaunchActions(t *testing.T) {
	t.Parallel()
	proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
	for _, service := range []string{"dynamodb", "sqs", "states", "ecs", "ec2", "cloudformation", "ssm", "s3"} {
		proxy.On(service, fakeaws.Error(http.StatusForbidden, "AccessDeniedException"))
	}
	ctx, config := t.Context(), sdkConfig(t, proxy.Endpoint())
	states, claims := NewRunnerStates(config, stateTable), NewRunnerClaims(config, stateTable)
	configurations, queue := NewRunnerConfigurations(config, stateTable), NewJobQueue(config)
	steps, cluster, hosts := NewSteps(config), NewCluster(config), NewRunnerHosts(config)
	waiting, distributions, parameters := NewWaitingSteps(config, "AttiniWaitingStepsV1"), NewDistributions(config, "b"), NewStoredParameters(config)
	origin := stacks.Origin{DistributionName: "shop", Bucket: "b", Prefix: "dev/shop/7/distribution-origin"}
	formation, err := NewClouds(config).In(ctx, config.Region, "")
	require.NoError(t, err)
	for i, err := range []error{
		only(StackItems{waiting}.Item(ctx, "s")), only(StackItems{waiting}.Save(ctx, "s", stacks.Item{})), waiting.Put(ctx, approvals.Waiting{}),
		steps.Succeed(ctx, "token", []byte("{}")), only(formation.Stack(ctx, "s")), only(formation.Declared(ctx, stacks.Template{Body: "{}"})),
		only(formation.Create(ctx, stacks.Operation{Stack: "s", Token: "t"})), only(formation.Update(ctx, stacks.Operation{Stack: "s", Token: "t"})),
		formation.Delete(ctx, "s", "", "t"), formation.Protect(ctx, "s", true), only(formation.Events(ctx, "s", "t")),
		onlyError(parameters.Parameter(ctx, "/p")), only(distributions.FilesOf(origin).Read(ctx, "t.yaml")), only(distributions.Store(ctx, origin, []byte("{}"))),
		only(NewDocuments(config).Object(ctx, "b", "k", "")),
		only(states.State(ctx, "r")), only(states.Lock(ctx, "r", launch.Lock{})), states.Renew(ctx, "r", "a", time.Now()),
		states.RecordTask(ctx, "r", "a", launch.TaskRecord{}), states.RecordHost(ctx, "r", "a", launch.HostRecord{}), states.Release(ctx, "r", "a", true),
		only(states.RemoveTask(ctx, "r", "t", true)), only(states.ForgetHost(ctx, "r", "h", "a", true)), states.ResetFailures(ctx, "r"),
		only(states.BootingRunners(ctx)), only(states.RunnersOnHost(ctx, "i-1")), states.SetCheck(ctx, "r", time.Now()), only(states.BeginCheck(ctx, "r", time.Now(), time.Now())), states.EndCheck(ctx, "r", launch.CheckRecord{}),
		only(claims.Renewed(ctx, "r", "t")), NewRunnerChecks(config, "https://q").At(ctx, "r", time.Now()),
		only(cluster.StartedBy(ctx, "c", "s")), cluster.Deregister(ctx, "c", "i-1"), only(hosts.Tagged(ctx, "r")),
		only(claims.Claims(ctx, "r", "t")), claims.Finish(ctx, "r", launch.Claim{Name: "c"}),
		only(configurations.GetConfiguration(ctx, "r", "v1-0")), only(NewRunnerSecrets(config, stateTable).Secret(ctx, "r")), only(NewAdmissions(config, stateTable, deployTable).Admission(ctx, launch.AdmissionKeys{Runner: "r", StateMachine: testMachine, Deployment: "d"})),
		queue.Send(ctx, "https://q", "id", []byte("{}")), only(queue.Receive(ctx, "https://q", 0, 0)), only(queue.Hidden(ctx, "https://q")), queue.Hide(ctx, "https://q", "x", 0), queue.Delete(ctx, "https://q", "x"),
		steps.Fail(ctx, "token", message.Failure{}), steps.Heartbeat(ctx, "token"),
		only(cluster.Run(ctx, taskRequest())), only(cluster.Task(ctx, "c", "t")), cluster.Stop(ctx, "c", "t", "why"), only(cluster.Instance(ctx, "c", "i-1")),
		only(hosts.Run(ctx, launch.HostRequest{})), only(hosts.Host(ctx, "i-1")), only(hosts.IsImpaired(ctx, "i-1")), hosts.Terminate(ctx, "i-1"),
	} {
		require.Error(t, err, i)
		assert.NotContains(t, err.Error(), "no answer", i)
	}
	// It comes only after an answer to the list.
	proxy.On("ListContainerInstances", (&recordedRequests{}).answer(200, `{"containerInstanceArns":["arn:instance"]}`))
	require.Error(t, only(cluster.Instance(ctx, "c", "i-1")))
	require.Error(t, cluster.Deregister(ctx, "c", "i-1"))
	assert.Equal(t, permitted(t, "LauncherRole", "ec2:CreateTags", "ecs:TagResource", "iam:PassRole", "s3:ListBucket", "cloudformation:TagResource", "cloudformation:UntagResource"), proxy.Actions())
}

// onlyError is only, for a call with two results.
func onlyError[A, B any](_ A, _ B, err error) error { return err }
