package aws

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

const (
	deployTable  = "AttiniDeployDataV1"
	testStackID  = "arn:aws:cloudformation:eu-west-1:123456789012:stack/dev-shop/1111"
	testMachine  = "arn:aws:states:eu-west-1:123456789012:stateMachine:Plan"
	otherMachine = "arn:aws:states:eu-west-1:123456789012:stateMachine:Other"
)

// account is a stand-in with the tables of one.
type lifecycleAccount struct {
	config aws.Config
	client *dynamodb.Client
}

// TestLifecyclePorts: the items of docs/wire.md, on a server that is as strict
// about tables as AWS.
func TestLifecyclePorts(t *testing.T) {
	t.Parallel()
	cloud, err := fakeaws.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cloud.Close()) })
	a := lifecycleAccount{config: sdkConfig(t, cloud.Endpoint())}
	a.client = dynamodb.NewFromConfig(a.config)
	a.table(t, stateTable, protocol.AttrResourceType, types.ScalarAttributeTypeS, protocol.AttrName)
	a.table(t, deployTable, protocol.AttrDeployment, types.ScalarAttributeTypeN, protocol.AttrDeploymentTime)
	t.Run("runners", func(t *testing.T) { testRunnerItems(t, a) })
	t.Run("a runner of another stack", func(t *testing.T) { testRunnersOf(t, a) })
	t.Run("a foreign runner", func(t *testing.T) { testForeignRunner(t, a) })
	t.Run("a foreign plan", func(t *testing.T) { testForeignPlan(t, a) })
	t.Run("an admitted runner", func(t *testing.T) { testAdmittedRunner(t, a) })
	t.Run("plans", func(t *testing.T) { testPlanItems(t, a) })
	t.Run("a framework's stack", func(t *testing.T) { testFramework(t, a) })
	t.Run("starts", func(t *testing.T) { testStarts(t, a) })
	t.Run("deployments", func(t *testing.T) { testDeployments(t, a) })
	t.Run("task definitions", func(t *testing.T) { testTaskDefinitions(t, a) })
	t.Run("state machines", func(t *testing.T) { testStateMachines(t, a) })
}

func (a lifecycleAccount) table(t *testing.T, name, hash string, rangeType types.ScalarAttributeType, sort string) {
	t.Helper()
	_, err := a.client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: &hash, AttributeType: types.ScalarAttributeTypeS}, {AttributeName: &sort, AttributeType: rangeType},
		},
		KeySchema: []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}},
	})
	require.NoError(t, err)
}

func (a lifecycleAccount) put(t *testing.T, table string, i item) {
	t.Helper()
	_, err := a.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: i})
	require.NoError(t, err)
}

func (a lifecycleAccount) get(t *testing.T, name string, key item) item {
	t.Helper()
	found, err := table{a.client, name}.read(t.Context(), key)
	require.NoError(t, err)
	return found
}

func texts(values ...string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: values}
}

// testRunnerItems: all attributes that the lifecycle function writes to a runner
// item. Absent values remove theirs; those of launcher and agent stay.
func testRunnerItems(t *testing.T, a lifecycleAccount) {
	ctx, items := t.Context(), NewRunnerItems(a.config, stateTable)
	key := itemKey(protocol.TypeRunner, "dev-shop-Build")
	theirs := item{
		protocol.AttrTaskID: attributeOf("task/1"), protocol.AttrStarted: attributeOf(true), protocol.AttrTaskHash: attributeOf("7"), protocol.AttrTaskConfigurationID: attributeOf("v1-0"),
		protocol.AttrStartOwner: attributeOf("somebody"), protocol.AttrStartUntil: attributeOf(5), protocol.AttrHostID: attributeOf("i-1"), protocol.AttrRetiredTaskID: attributeOf("task/0"),
	}
	before := item{protocol.AttrResourceType: key[protocol.AttrResourceType], protocol.AttrName: key[protocol.AttrName], protocol.AttrDeleted: attributeOf(true)}
	for name, value := range theirs {
		before[name] = value
	}
	a.put(t, stateTable, before)
	full := launchtest.Configuration("dev-shop", "Build")
	full.QueueURL = "https://queue"
	full.Task = configuration.Task{Definition: "arn:td", Container: "agent", Cluster: "own", RoleARN: "arn:role", CPU: 1024, Memory: 2048}
	full.Network = configuration.Network{Subnets: []string{"subnet-2", "subnet-1", "subnet-2"}, SecurityGroups: []string{"sg-1"}, AssignPublicIP: "DISABLED"}
	full.Runner = configuration.RunnerConfiguration{MaxConcurrentJobs: 7, IdleTimeToLive: 120, JobTimeout: 600, LogLevel: "DEBUG"}
	full.Startup = configuration.Startup{Commands: []string{"b", "a", "b"}, CommandsTimeout: 30}
	full.Host = &configuration.Host{LaunchTemplateID: "lt-1", LaunchTemplateVersion: "1", InstanceType: "m5.large", AMI: "ami-1", InstanceProfile: "p", LogGroup: "lg"}
	origin := lifecycle.Origin{Environment: "dev", DistributionName: "shop", DistributionID: "7c9e", ObjectIdentifier: "dev/shop/7c9e"}
	require.NoError(t, items.PutRunner(ctx, lifecycle.Runner{StackID: testStackID, ConfigurationID: "v1-1", Configuration: full, Origin: origin, AgentVersion: "2.1.0"}))
	want := item{
		"stackId": attributeOf(testStackID), "configurationId": attributeOf("v1-1"), "stackName": attributeOf("dev-shop"), "runnerName": attributeOf("Build"), "sqsQueueUrl": attributeOf("https://queue"),
		"taskDefinitionArn": attributeOf("arn:td"), "cluster": attributeOf("own"), "container": attributeOf("agent"), "roleArn": attributeOf("arn:role"), "cpu": attributeOf(1024), "memory": attributeOf(2048),
		"subnets": texts("subnet-1", "subnet-2"), "securityGroups": texts("sg-1"), "assignPublicIp": attributeOf("DISABLED"), "logLevel": attributeOf("DEBUG"),
		"maxConcurrentJobs": attributeOf(7), "idleTimeToLive": attributeOf(120), "jobTimeout": attributeOf(600), "startupCommandsTimeout": attributeOf(30),
		"startupCommands": &types.AttributeValueMemberL{Value: []types.AttributeValue{attributeOf("b"), attributeOf("a"), attributeOf("b")}}, "attiniVersion": attributeOf("2.1.0"),
		"ec2Configuration": &types.AttributeValueMemberM{Value: item{"instanceType": attributeOf("m5.large"), "instanceProfile": attributeOf("p"), "ecsClientLogGroup": attributeOf("lg"), "ami": attributeOf("ami-1")}},
		"environment":      attributeOf("dev"), "distributionName": attributeOf("shop"), "distributionId": attributeOf("7c9e"), "attiniObjectIdentifier": attributeOf("dev/shop/7c9e"),
		protocol.AttrResourceType: key[protocol.AttrResourceType], protocol.AttrName: key[protocol.AttrName],
	}
	for name, value := range theirs {
		want[name] = value
	}
	assert.Equal(t, want, a.get(t, stateTable, key))
	_, err := NewRunnerStates(a.config, stateTable).State(ctx, "dev-shop-Build")
	require.NoError(t, err, "it is open again")

	least := configuration.Configuration{
		StackName: "dev-shop", RunnerName: "Build", QueueURL: "https://other", Task: configuration.Task{Definition: "family", Cluster: "attini-default"},
	}
	require.NoError(t, items.PutRunner(ctx, lifecycle.Runner{StackID: testStackID, ConfigurationID: "v1-2", Configuration: least}))
	for _, absent := range []string{
		"container", "roleArn", "cpu", "memory", "subnets", "securityGroups", "assignPublicIp", "logLevel", "maxConcurrentJobs", "idleTimeToLive",
		"jobTimeout", "startupCommandsTimeout", "startupCommands", "attiniVersion", "ec2Configuration",
	} {
		delete(want, absent)
	}
	want["configurationId"], want["sqsQueueUrl"] = attributeOf("v1-2"), attributeOf("https://other")
	want["taskDefinitionArn"], want["cluster"] = attributeOf("family"), attributeOf("attini-default")
	assert.Equal(t, want, a.get(t, stateTable, key), "the origin stays too")

	owner, err := items.StackOf(ctx, "dev-shop-Build")
	require.NoError(t, err)
	assert.Equal(t, testStackID, owner)
	_, err = items.StackOf(ctx, "dev-shop-None")
	require.ErrorIs(t, err, launch.ErrNoRunner)
}

// testForeignRunner: an item of another stack stays as it is, unless that stack is known
// to be deleted.
func testForeignRunner(t *testing.T, a lifecycleAccount) {
	ctx, items := t.Context(), NewRunnerItems(a.config, stateTable)
	c := launchtest.Configuration("foreign", "Build")
	key := itemKey(protocol.TypeRunner, c.ResourceName())
	require.NoError(t, items.PutRunner(ctx, lifecycle.Runner{StackID: testStackID, ConfigurationID: "v1-1", Configuration: c}))
	before := a.get(t, stateTable, key)
	for _, replaces := range []string{"", "another"} {
		err := items.PutRunner(ctx, lifecycle.Runner{StackID: "evil", Replaces: replaces, ConfigurationID: "v1-2", Configuration: c})
		require.ErrorIs(t, err, lifecycle.ErrForeignRunner)
	}
	assert.Equal(t, before, a.get(t, stateTable, key))
	require.NoError(t, items.PutRunner(ctx, lifecycle.Runner{StackID: "new", Replaces: testStackID, ConfigurationID: "v1-2", Configuration: c}))
	owner, err := items.StackOf(ctx, c.ResourceName())
	require.NoError(t, err)
	assert.Equal(t, "new", owner)
	// The framework's items have no stack's id.
	a.put(t, stateTable, item{protocol.AttrResourceType: key[protocol.AttrResourceType], protocol.AttrName: attributeOf("old-Build")})
	require.NoError(t, items.PutRunner(ctx, lifecycle.Runner{StackID: testStackID, Configuration: launchtest.Configuration("old", "Build")}))
}

// testForeignPlan: a plan's item is deleted for its own stack alone.
func testForeignPlan(t *testing.T, a lifecycleAccount) {
	ctx, plans := t.Context(), NewPlanItems(a.config, stateTable)
	const machine = testMachine + "-foreign"
	require.NoError(t, plans.PutPlan(ctx, lifecycle.Plan{StackName: "mine", StateMachineARN: machine}))
	secret, err := NewRunnerSecrets(a.config, stateTable).EnsureSecret(ctx, "mine-Build")
	require.NoError(t, err)
	admission, err := NewAdmissions(a.config, stateTable, deployTable).Admission(ctx, launch.AdmissionKeys{Runner: "mine-Build", StateMachine: machine, Deployment: "none"})
	require.NoError(t, err)
	assert.Equal(t, "mine", admission.Stack)
	assert.Equal(t, secret.Key, admission.Secret.Key)
	assert.Empty(t, admission.Deployment.Executions)
	require.NoError(t, plans.DeletePlan(ctx, "evil", machine))
	owner, err := plans.StackOfPlan(ctx, machine)
	require.NoError(t, err)
	assert.Equal(t, "mine", owner)
	require.NoError(t, plans.DeletePlan(ctx, "mine", machine))
	owner, err = plans.StackOfPlan(ctx, machine)
	require.NoError(t, err)
	assert.Empty(t, owner)
}

// testAdmittedRunner: what the launcher reads of a runner before it queues a job.
func testAdmittedRunner(t *testing.T, a lifecycleAccount) {
	ctx, c, admissions := t.Context(), launchtest.Configuration("admitted", "Build"), NewAdmissions(a.config, stateTable, deployTable)
	id, err := c.ID()
	require.NoError(t, err)
	keys := launch.AdmissionKeys{Runner: c.ResourceName(), Configuration: id}
	_, err = admissions.Admission(ctx, keys)
	require.ErrorIs(t, err, configuration.ErrNotFound)
	require.NoError(t, NewRunnerConfigurations(a.config, stateTable).PutConfiguration(ctx, c))
	require.NoError(t, NewRunnerItems(a.config, stateTable).PutRunner(ctx, lifecycle.Runner{StackID: testStackID, ConfigurationID: id, Configuration: c}))
	found, err := admissions.Admission(ctx, keys)
	require.NoError(t, err)
	assert.Equal(t, c, found.Configuration)
	assert.Equal(t, launch.State{QueueURL: c.QueueURL, RunnerConfiguration: id, RunnerCluster: c.Task.Cluster}, found.State)
	_, err = NewRunnerStates(a.config, stateTable).MarkDeleted(ctx, c.ResourceName())
	require.NoError(t, err)
	found, err = admissions.Admission(ctx, keys)
	require.NoError(t, err)
	assert.Zero(t, found.State, "it is being deleted")
}

func testRunnersOf(t *testing.T, a lifecycleAccount) {
	ctx, items := t.Context(), NewRunnerItems(a.config, stateTable)
	put := func(stackID, stack, runner string) {
		t.Helper()
		c := launchtest.Configuration(stack, runner)
		require.NoError(t, items.PutRunner(ctx, lifecycle.Runner{StackID: stackID, ConfigurationID: "v1-1", Configuration: c}))
	}
	put("id-1", "list", "Two")
	put("id-1", "list", "One")
	put("id-2", "list-more", "One")
	put("id-0", "list", "Left")
	names, err := items.RunnersOf(ctx, "id-1", "list")
	require.NoError(t, err)
	assert.Equal(t, []string{"One", "Two"}, names)
	names, err = items.RunnersOf(ctx, "id-3", "none")
	require.NoError(t, err)
	assert.Empty(t, names)

	origin := lifecycle.Origin{Environment: "dev", DistributionName: "shop", DistributionID: "1", ObjectIdentifier: "o"}
	require.NoError(t, items.SetOrigin(ctx, "list-One", origin))
	assert.Equal(t, origin, originOf(a.get(t, stateTable, itemKey(protocol.TypeRunner, "list-One"))))
	require.NoError(t, items.SetOrigin(ctx, "list-Gone", origin))
	assert.Nil(t, a.get(t, stateTable, itemKey(protocol.TypeRunner, "list-Gone")), "a runner that is gone stays so")
}

// testPlanItems: the stack and plan items. A removed Runner leaves the list.
func testPlanItems(t *testing.T, a lifecycleAccount) {
	ctx, plans := t.Context(), NewPlanItems(a.config, stateTable)
	origin := lifecycle.Origin{Environment: "dev", DistributionName: "shop", DistributionID: "7c9e", ObjectIdentifier: "dev/shop/7c9e"}
	plan := lifecycle.Plan{
		StackName: "dev-plan", StateMachineARN: testMachine, Origin: origin, PayloadDefaults: []byte(`{"a":1}`),
		Steps: []lifecycle.Step{{Name: "Job", Type: "AttiniRunnerJob"}}, Parameters: map[string]string{"Env": "dev", "Empty": ""}, Runners: []string{"One", "Two"},
	}
	require.NoError(t, plans.PutPlan(ctx, plan))
	planItem := item{
		protocol.AttrResourceType: attributeOf(protocol.TypePlan), protocol.AttrName: attributeOf(testMachine), "environment": attributeOf("dev"), "distributionName": attributeOf("shop"), "distributionId": attributeOf("7c9e"),
		"attiniObjectIdentifier": attributeOf("dev/shop/7c9e"), "stackName": attributeOf("dev-plan"), "payloadDefaults": attributeOf(`{"a":1}`),
		"attiniSteps": &types.AttributeValueMemberL{Value: []types.AttributeValue{
			&types.AttributeValueMemberM{Value: item{"name": attributeOf("Job"), "type": attributeOf("AttiniRunnerJob")}},
		}},
	}
	assert.Equal(t, planItem, a.get(t, stateTable, itemKey(protocol.TypePlan, testMachine)))
	stackItem := item{
		protocol.AttrResourceType: attributeOf(protocol.TypeStack), protocol.AttrName: attributeOf("dev-plan"), "sfnArns": texts(testMachine), "runners": texts("One", "Two"),
		"stackParameters": &types.AttributeValueMemberM{Value: item{"Env": attributeOf("dev"), "Empty": attributeOf("")}},
	}
	assert.Equal(t, stackItem, a.get(t, stateTable, itemKey(protocol.TypeStack, "dev-plan")))
	found, err := plans.StackOrigin(ctx, "dev-plan")
	require.NoError(t, err)
	assert.Zero(t, found, "no framework deployed it")

	plan.Steps, plan.Runners = nil, []string{"Three"}
	require.NoError(t, plans.PutPlan(ctx, plan))
	delete(planItem, "attiniSteps")
	stackItem["runners"] = texts("Three")
	assert.Equal(t, planItem, a.get(t, stateTable, itemKey(protocol.TypePlan, testMachine)))
	assert.Equal(t, stackItem, a.get(t, stateTable, itemKey(protocol.TypeStack, "dev-plan")))

	require.NoError(t, plans.RemoveRunner(ctx, "dev-plan", "Three"))
	delete(stackItem, "runners")
	assert.Equal(t, stackItem, a.get(t, stateTable, itemKey(protocol.TypeStack, "dev-plan")))
	require.NoError(t, plans.RemoveRunner(ctx, "dev-none", "Three"))
	assert.Nil(t, a.get(t, stateTable, itemKey(protocol.TypeStack, "dev-none")))

	second := plan
	second.StateMachineARN = otherMachine
	require.NoError(t, plans.PutPlan(ctx, second))
	for range 2 {
		require.NoError(t, plans.DeletePlan(ctx, "dev-plan", testMachine))
	}
	assert.Nil(t, a.get(t, stateTable, itemKey(protocol.TypePlan, testMachine)))
	assert.Equal(t, texts(otherMachine), a.get(t, stateTable, itemKey(protocol.TypeStack, "dev-plan"))["sfnArns"])
	for range 2 {
		require.NoError(t, plans.DeletePlan(ctx, "dev-plan", otherMachine))
	}
	assert.Nil(t, a.get(t, stateTable, itemKey(protocol.TypeStack, "dev-plan")), "nothing is left")
}

// testFramework: what the framework wrote is read, and stays.
func testFramework(t *testing.T, a lifecycleAccount) {
	ctx, plans := t.Context(), NewPlanItems(a.config, stateTable)
	origin := lifecycle.Origin{Environment: "prod", DistributionName: "site", DistributionID: "1", ObjectIdentifier: "prod/site/site.zip#v1"}
	key := itemKey(protocol.TypeStack, "prod-site")
	framework := item{
		protocol.AttrResourceType: key[protocol.AttrResourceType], protocol.AttrName: key[protocol.AttrName], "environment": attributeOf("prod"), "distributionName": attributeOf("site"), "distributionId": attributeOf("1"),
		"attiniObjectIdentifier": attributeOf("prod/site/site.zip#v1"), "stackError": attributeOf("failed"), "other": attributeOf(1),
	}
	a.put(t, stateTable, framework)
	found, err := plans.StackOrigin(ctx, "prod-site")
	require.NoError(t, err)
	assert.Equal(t, origin, found)
	require.NoError(t, plans.PutPlan(ctx, lifecycle.Plan{StackName: "prod-site", StateMachineARN: testMachine, Origin: origin, PayloadDefaults: []byte(`{}`)}))
	require.NoError(t, plans.DeletePlan(ctx, "prod-site", testMachine))
	delete(framework, "stackError")
	framework["stackParameters"] = &types.AttributeValueMemberM{Value: item{}}
	assert.Equal(t, framework, a.get(t, stateTable, key))
}

func testStarts(t *testing.T, a lifecycleAccount) {
	ctx, starts := t.Context(), NewPlanStarts(a.config, stateTable)
	first := lifecycle.Start{
		StackID: testStackID, StateMachineARN: testMachine, Execution: "deployment-1", Deployment: "dev-shop",
		Payload: []byte(`{"n":"` + strings.Repeat("x", 260_000) + `"}`), RequestedAt: time.UnixMilli(1_700_000_000_123),
		Replaces: []lifecycle.ReplacedPlan{{StateMachineARN: otherMachine, Deployment: "dev-old"}},
	}
	other := first
	other.StateMachineARN = otherMachine
	other.Payload = []byte(`{}`)
	require.NoError(t, starts.PutStart(ctx, first))
	require.NoError(t, starts.PutStart(ctx, other))
	stranger := other
	stranger.StackID = testStackID + "2"
	require.NoError(t, starts.PutStart(ctx, stranger))
	found, err := starts.Starts(ctx, testStackID)
	require.NoError(t, err)
	assert.Equal(t, []lifecycle.Start{other, first}, found)
	stored := a.get(t, stateTable, startItem(testStackID, testMachine))
	assert.Equal(t, attributeOf(1_700_000_000+14*24*60*60), stored[protocol.AttrExpiresAt])

	next := first
	next.Execution, next.Payload = "deployment-2", []byte(`{}`)
	require.NoError(t, starts.PutStart(ctx, next))
	require.NoError(t, starts.DeleteStart(ctx, first), "another took its place")
	found, err = starts.Starts(ctx, testStackID)
	require.NoError(t, err)
	assert.Equal(t, []lifecycle.Start{other, next}, found)
	for range 2 {
		require.NoError(t, starts.DeleteStart(ctx, next))
		require.NoError(t, starts.DeletePlanStart(ctx, testStackID, otherMachine))
	}
	found, err = starts.Starts(ctx, testStackID)
	require.NoError(t, err)
	assert.Empty(t, found)
}

// testDeployments: what the agent's admission reads, beside what others keep.
func testDeployments(t *testing.T, a lifecycleAccount) {
	ctx, deployments := t.Context(), NewDeployments(a.config, deployTable)
	executions := func(name string) map[string]types.AttributeValue {
		found := a.get(t, deployTable, item{"deploymentName": attributeOf(name), "deploymentTime": attributeOf(0)})
		m, ok := found["executionArns"].(*types.AttributeValueMemberM)
		if !ok {
			return nil
		}
		return m.Value
	}
	admitted := func(name string) message.Deployment {
		t.Helper()
		found, err := NewAdmissions(a.config, stateTable, deployTable).Admission(ctx, launch.AdmissionKeys{Deployment: name})
		require.NoError(t, err)
		return found.Deployment
	}
	assert.Empty(t, admitted("dev-shop").Executions[testMachine])
	deployed := time.UnixMilli(1_795_435_200_500)
	for i, execution := range []string{"arn:1", "arn:2", "arn:2"} {
		at := deployed.Add(time.Duration(i) * time.Millisecond)
		require.NoError(t, deployments.SetExecution(ctx, "dev-shop", testMachine, execution, at))
		require.NoError(t, deployments.SetExecution(ctx, "dev-shop", otherMachine, "arn:other", deployed))
		assert.Equal(t, item{testMachine: attributeOf(execution), otherMachine: attributeOf("arn:other")}, executions("dev-shop"))
		assert.Equal(t, message.Deployment{
			Executions: map[string]string{testMachine: execution, otherMachine: "arn:other"},
			Times:      map[string]time.Time{testMachine: at, otherMachine: deployed},
		}, admitted("dev-shop"))
	}
	for range 2 {
		require.NoError(t, deployments.ForgetPlan(ctx, "dev-shop", testMachine))
	}
	assert.Equal(t, item{otherMachine: attributeOf("arn:other")}, executions("dev-shop"))
	assert.Equal(t, map[string]time.Time{otherMachine: deployed}, admitted("dev-shop").Times)
	for range 2 {
		require.NoError(t, deployments.ForgetPlan(ctx, "dev-shop", otherMachine))
	}
	assert.Nil(t, a.get(t, deployTable, deploymentKey("dev-shop")))

	framework := deploymentKey("prod-site")
	framework["distributionId"] = attributeOf("1")
	framework["executionArns"] = &types.AttributeValueMemberM{Value: item{otherMachine: attributeOf("arn:original")}}
	a.put(t, deployTable, framework)
	require.NoError(t, deployments.ForgetPlan(ctx, "prod-site", otherMachine), "it has none of ours")
	require.NoError(t, deployments.SetExecution(ctx, "prod-site", testMachine, "arn:1", deployed))
	assert.Equal(t, item{testMachine: attributeOf("arn:1"), otherMachine: attributeOf("arn:original")}, executions("prod-site"))
	require.NoError(t, deployments.ForgetPlan(ctx, "prod-site", testMachine))
	assert.Equal(t, attributeOf("1"), a.get(t, deployTable, deploymentKey("prod-site"))["distributionId"], "the framework's item stays")
}

func testTaskDefinitions(t *testing.T, a lifecycleAccount) {
	ctx, client, definitions := t.Context(), ecs.NewFromConfig(a.config), NewTaskDefinitions(a.config)
	register := func(input *ecs.RegisterTaskDefinitionInput) string {
		output, err := client.RegisterTaskDefinition(ctx, input)
		require.NoError(t, err)
		return aws.ToString(output.TaskDefinition.TaskDefinitionArn)
	}
	arn := register(&ecs.RegisterTaskDefinitionInput{
		Family: aws.String("build"), Cpu: aws.String("512"), Memory: aws.String("3072"), NetworkMode: ecstypes.NetworkModeAwsvpc,
		RequiresCompatibilities: []ecstypes.Compatibility{ecstypes.CompatibilityFargate},
		ContainerDefinitions: []ecstypes.ContainerDefinition{
			{Name: aws.String("agent"), Image: aws.String("debian")},
			{Name: aws.String("side"), Image: aws.String("debian"), EntryPoint: []string{"/bin/sh"}},
		},
	})
	want := compat.TaskDefinition{
		Name: `task definition "build:1"`, Complete: true, CPU: compat.Known(512), Memory: compat.Known(3072),
		Compatibilities: compat.Known([]string{"FARGATE"}), NetworkMode: compat.Known("awsvpc"),
		Containers: []compat.Container{
			{Name: compat.Known("agent"), EntryPoint: compat.Known(false)}, {Name: compat.Known("side"), EntryPoint: compat.Known(true)},
		},
	}
	for _, name := range []string{arn, "build", "build:1"} {
		found, err := definitions.TaskDefinition(ctx, name)
		require.NoError(t, err)
		assert.Equal(t, want, found)
	}
	for _, name := range []string{"none", strings.Replace(arn, "build:1", "build:9", 1)} {
		_, err := definitions.TaskDefinition(ctx, name)
		require.ErrorIs(t, err, lifecycle.ErrNoTaskDefinition, name)
	}
	_, err := client.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &arn})
	require.NoError(t, err)
	_, err = definitions.TaskDefinition(ctx, arn)
	require.ErrorIs(t, err, lifecycle.ErrNoTaskDefinition, "no task can be started with it")
}

func testStateMachines(t *testing.T, a lifecycleAccount) {
	ctx, client, machines := t.Context(), sfn.NewFromConfig(a.config), NewStateMachines(a.config)
	created, err := client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: aws.String("Plan"), RoleArn: aws.String("arn:aws:iam::123456789012:role/plan"),
		Definition: aws.String(`{"StartAt":"Done","States":{"Done":{"Type":"Pass","End":true}}}`),
	})
	require.NoError(t, err)
	machine := aws.ToString(created.StateMachineArn)
	for _, input := range []string{`{"n":1}`, `{"n":1}`, `{"n":2}`} {
		require.NoError(t, machines.StartExecution(ctx, machine, "deployment-1", []byte(input)))
	}
	arn := strings.Replace(machine, "stateMachine", "execution", 1) + ":deployment-1"
	found, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":1}`, aws.ToString(found.Input), "once, with the first input")
	require.ErrorIs(t, machines.StartExecution(ctx, strings.Replace(machine, ":Plan", ":None", 1), "x", []byte(`{}`)), lifecycle.ErrNoStateMachine)
}
