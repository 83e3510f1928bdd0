package aws

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

const stateTable = "AttiniResourceStatesV1"

// TestLaunchPorts holds the launcher's ports to the suites, on a server that
// takes tables and queues as strictly as AWS.
func TestLaunchPorts(t *testing.T) {
	t.Parallel()
	cloud, err := fakeaws.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cloud.Close()) })
	config := sdkConfig(t, cloud.Endpoint())
	client := dynamodb.NewFromConfig(config)
	_, err = client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(stateTable), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String(protocol.AttrResourceType), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String(protocol.AttrName), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String(protocol.AttrResourceType), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String(protocol.AttrName), KeyType: types.KeyTypeRange},
		},
	})
	require.NoError(t, err)
	put := func(t testing.TB, item item) {
		t.Helper()
		_, err := client.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String(stateTable), Item: item})
		require.NoError(t, err)
	}
	t.Run("states", func(t *testing.T) {
		states := NewRunnerStates(config, stateTable)
		launchtest.TestStates(t, func(*testing.T) launchtest.StatesFixture {
			return launchtest.StatesFixture{States: states, Deploy: func(t testing.TB, runner, queue string) {
				t.Helper()
				deployed := itemKey(protocol.TypeRunner, runner)
				deployed[protocol.AttrQueueURL] = attributeOf(queue)
				put(t, deployed)
			}}
		})
	})
	t.Run("what others read and write", func(t *testing.T) { testItem(t, config, client, put) })
	t.Run("configurations", func(t *testing.T) {
		launchtest.TestConfigurations(t, NewRunnerConfigurations(config, stateTable))
	})
	t.Run("secrets", func(t *testing.T) {
		launchtest.TestSecrets(t, NewRunnerSecrets(config, stateTable), func(runner string) error {
			return NewRunnerConfigurations(config, stateTable).DeleteConfigurations(t.Context(), runner)
		})
	})
	t.Run("expiry", func(t *testing.T) { testExpiry(t, config, client) })
	t.Run("claims", func(t *testing.T) {
		launchtest.TestClaims(t, launchtest.ClaimsFixture{
			Claims: NewRunnerClaims(config, stateTable),
			Claim: func(t testing.TB, runner string, claim launch.Claim) {
				t.Helper()
				claimed := itemKey(protocol.ClaimType(runner), claim.Name)
				claimed[protocol.AttrToken], claimed[protocol.AttrTaskID], claimed[protocol.AttrStepName] = attributeOf(claim.Token), attributeOf(claim.Task), attributeOf(claim.StepName)
				claimed[protocol.AttrErrorNames] = attributeOf(claim.ErrorNames)
				claimed[protocol.AttrFinished] = attributeOf(claim.Finished)
				put(t, claimed)
				// An agent's sign of life is no claim.
				sign := itemKey(protocol.ClaimType(runner), protocol.AgentName(claim.Task))
				sign[protocol.AttrTaskID] = attributeOf(claim.Task)
				put(t, sign)
			},
		})
	})
	t.Run("cluster", func(t *testing.T) { testCluster(t, config) })
	t.Run("queue", func(t *testing.T) {
		queue, err := sqs.NewFromConfig(config).CreateQueue(t.Context(), &sqs.CreateQueueInput{
			QueueName: aws.String("dev-shop.fifo"), Attributes: map[string]string{"FifoQueue": "true"},
		})
		require.NoError(t, err)
		launchtest.TestQueue(t, NewJobQueue(config), aws.ToString(queue.QueueUrl), aws.ToString(queue.QueueUrl)+"-none.fifo")
	})
}

// testItem: the attributes that the agent reads and writes. Attributes of other
// writers stay unchanged.
func testItem(t *testing.T, config aws.Config, client *dynamodb.Client, put func(testing.TB, item)) {
	ctx, states := t.Context(), NewRunnerStates(config, stateTable)
	deployed := itemKey(protocol.TypeRunner, "dev-shop-Build")
	deployed[protocol.AttrQueueURL], deployed["startupCommands"] = attributeOf("https://queue"), &types.AttributeValueMemberL{Value: []types.AttributeValue{attributeOf("true")}}
	deployed[protocol.AttrRetiredTaskID], deployed[protocol.AttrRetiredAt], deployed[protocol.AttrHostKept] = attributeOf("task/0"), attributeOf(1), attributeOf(true)
	deployed[protocol.AttrStarted] = attributeOf(true)
	put(t, deployed)
	state, err := states.Lock(ctx, "dev-shop-Build", launch.Lock{Owner: "a", Until: time.Now().Add(time.Minute), Attempt: "x", Configuration: "v1-1"})
	require.NoError(t, err)
	assert.Equal(t, "task/0", state.Retired)
	require.NoError(t, states.RecordTask(ctx, "dev-shop-Build", "a", launch.TaskRecord{Task: "task/1", Configuration: "v1-1", Cluster: "own", Host: "i-1", StartedAt: time.UnixMilli(1700000000123)}))
	found, err := table{client, stateTable}.read(ctx, itemKey(protocol.TypeRunner, "dev-shop-Build"))
	require.NoError(t, err)
	assert.Equal(t, item{
		protocol.AttrResourceType: attributeOf(protocol.TypeRunner), protocol.AttrName: attributeOf("dev-shop-Build"), "sqsQueueUrl": attributeOf("https://queue"), "startupCommands": deployed["startupCommands"],
		"taskId": attributeOf("task/1"), "started": attributeOf(false), "shutdownHookDisabled": attributeOf(false),
		"taskConfigHashCode":  attributeOf(strconv.Itoa(int(configuration.Hash("v1-1")))),
		"taskConfigurationId": attributeOf("v1-1"), "taskCluster": attributeOf("own"), "taskEc2InstanceId": attributeOf("i-1"), "taskStartedAt": attributeOf(1700000000123),
	}, found)
}

// testExpiry: a version that is not the current one any more expires, for the
// longest time that an execution can need it; one that is put again does not.
func testExpiry(t *testing.T, config aws.Config, client *dynamodb.Client) {
	ctx, configurations := t.Context(), NewRunnerConfigurations(config, stateTable)
	at := time.Unix(1_700_000_000, 0)
	configurations.now = func() time.Time { return at }
	expiry := func(c configuration.Configuration) int64 {
		id, err := c.ID()
		require.NoError(t, err)
		found, err := table{client, stateTable}.read(ctx, itemKey(protocol.TypeRunnerConfiguration, c.ResourceName()+"#"+id))
		require.NoError(t, err)
		return intOf(found[protocol.AttrExpiresAt])
	}
	first := launchtest.Configuration("expiry", "Build")
	second, third := first, first
	second.Task.CPU, third.Task.CPU = 512, 1024
	require.NoError(t, configurations.PutConfiguration(ctx, first))
	require.NoError(t, configurations.PutConfiguration(ctx, second))
	assert.Equal(t, at.Unix()+400*24*60*60, expiry(first))
	assert.Zero(t, expiry(second))
	at = at.Add(time.Hour)
	require.NoError(t, configurations.PutConfiguration(ctx, third))
	assert.Equal(t, at.Unix()-3600+400*24*60*60, expiry(first), "it expires no later")
	require.NoError(t, configurations.PutConfiguration(ctx, first), "a rollback")
	assert.Zero(t, expiry(first))
	assert.Positive(t, expiry(second))
	assert.Positive(t, expiry(third))
}
