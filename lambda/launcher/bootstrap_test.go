package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	awsports "github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/lambdahost"
)

const (
	stateTable   = "AttiniResourceStatesV1"
	deployTable  = "AttiniDeployDataV1"
	stateMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:Plan"
	execution    = "arn:aws:states:eu-west-1:111122223333:execution:Plan:1"
)

// TestBootstrap runs the function as Lambda does, from the binary that is
// deployed, on an account that has a runner: a job gets into the queue, and a
// task is run.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	binary := build(t)
	cloud, err := fakeaws.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cloud.Close()) })
	config := aws.Config{
		Region: fakeaws.Region, BaseEndpoint: aws.String(cloud.Endpoint()),
		Credentials: credentials.NewStaticCredentialsProvider("LAUNCHERTEST", "secret", ""),
	}
	deployed := deploy(t, config)
	id, err := deployed.ID()
	require.NoError(t, err)

	checks, err := sqs.NewFromConfig(config).CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("checks")})
	require.NoError(t, err)

	var log bytes.Buffer
	function := lambdahost.New(lambdahost.Config{
		Bootstrap: binary, Name: "attini-action", Region: fakeaws.Region, Timeout: time.Minute, Log: &log,
		Environment: map[string]string{
			"AWS_ENDPOINT_URL": cloud.Endpoint(), "AWS_ACCESS_KEY_ID": "LAUNCHER", "AWS_SECRET_ACCESS_KEY": "secret",
			"ATTINI_RESOURCE_STATES_TABLE": stateTable, "ATTINI_DEPLOYMENT_ORIGIN_TABLE": deployTable,
			"ATTINI_ARTIFACT_BUCKET": "attini-artifact-store", "ATTINI_RUNNER_CHECKS_URL": aws.ToString(checks.QueueUrl), "AWS_ACCOUNT_ID": fakeaws.Account,
		},
	})
	t.Cleanup(function.Close)
	event := func(token, configuration string) []byte {
		text, err := json.Marshal(map[string]any{
			"attiniActionType": "ExecuteRunner", "RunnerConfig": map[string]string{"Runner": "Build", "ConfigurationId": configuration},
			"Properties":                      map[string]any{"Runner": "Build", "Commands": []string{"make"}},
			"deploymentPlanExecutionMetadata": map[string]any{"sfnToken": token, "stepName": "Build", "executionArn": execution},
			"input": map[string]any{"deploymentOriginData": map[string]string{
				"stackName": "dev-shop", "environment": "dev", "distributionName": "shop",
			}},
		})
		require.NoError(t, err)
		return text
	}
	for _, token := range []string{"secret-1", "secret-2"} {
		answer, err := function.Invoke(t.Context(), event(token, id))
		require.NoError(t, err)
		assert.JSONEq(t, `{}`, string(answer))
	}
	state, err := awsports.NewRunnerStates(config, stateTable).State(t.Context(), "dev-shop-Build")
	require.NoError(t, err)
	assert.Equal(t, id, state.Configuration)
	task, err := awsports.NewCluster(config).Task(t.Context(), deployed.Task.Cluster, state.Task)
	require.NoError(t, err)
	assert.Equal(t, configuration.Group("dev-shop-Build"), task.Group)
	waiting, err := awsports.NewJobQueue(config).Receive(t.Context(), deployed.QueueURL, time.Second, time.Minute)
	require.NoError(t, err)
	require.Len(t, waiting, 2)
	message, err := protocol.ParseMessage(waiting[0].Body)
	require.NoError(t, err)
	assert.Equal(t, configuration.Hash(id), message.ConfigurationHash)

	_, err = function.Invoke(t.Context(), event("secret-3", "v1-unknown"))
	require.NoError(t, err, "the step is told, which nobody waits for any more")
	_, err = function.Invoke(t.Context(), []byte(`{"detail-type":"Step Functions Execution Status Change","detail":{}}`))
	require.NoError(t, err)

	calls := cloud.Caller("LAUNCHER")
	assert.Equal(t, 1, calls.Calls("RunTask"), "one task for both")
	assert.Equal(t, []string{
		"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem", "ecs:RunTask", "sqs:SendMessage", "states:SendTaskFailure",
	}, calls.Actions())
	function.Close()
	assert.Contains(t, log.String(), "the runner is started")
	assert.NotContains(t, log.String(), "secret")
	for line := range strings.Lines(log.String()) {
		assert.True(t, json.Valid([]byte(line)), "no JSON: %s", line)
	}
}

// deploy makes what the function finds in an account, and returns the runner's
// configuration.
func deploy(t *testing.T, config aws.Config) configuration.Configuration {
	t.Helper()
	ctx, table := t.Context(), dynamodb.NewFromConfig(config)
	for _, made := range []struct {
		name, hash, sort string
		kind             types.ScalarAttributeType
	}{
		{stateTable, "resourceType", "name", types.ScalarAttributeTypeS}, {deployTable, "deploymentName", "deploymentTime", types.ScalarAttributeTypeN},
	} {
		_, err := table.CreateTable(ctx, &dynamodb.CreateTableInput{
			TableName: &made.name, BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{
				{AttributeName: &made.hash, AttributeType: types.ScalarAttributeTypeS}, {AttributeName: &made.sort, AttributeType: made.kind},
			},
			KeySchema: []types.KeySchemaElement{
				{AttributeName: &made.hash, KeyType: types.KeyTypeHash}, {AttributeName: &made.sort, KeyType: types.KeyTypeRange},
			},
		})
		require.NoError(t, err)
	}
	require.NoError(t, awsports.NewDeployments(config, deployTable).SetExecution(ctx, "dev-shop", stateMachine, execution, time.Now()))
	require.NoError(t, awsports.NewPlanItems(config, stateTable).PutPlan(ctx, lifecycle.Plan{StackName: "dev-shop", StateMachineARN: stateMachine}))
	queue, err := sqs.NewFromConfig(config).CreateQueue(ctx, &sqs.CreateQueueInput{
		QueueName: aws.String("dev-shop-Build.fifo"), Attributes: map[string]string{"FifoQueue": "true"},
	})
	require.NoError(t, err)
	tasks := ecs.NewFromConfig(config)
	_, err = tasks.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String("attini-default")})
	require.NoError(t, err)
	_, err = tasks.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("definition"), ContainerDefinitions: []ecstypes.ContainerDefinition{{Name: aws.String("Container"), Image: aws.String("debian")}},
	})
	require.NoError(t, err)
	c := launchtest.Configuration("dev-shop", "Build")
	c.QueueURL = aws.ToString(queue.QueueUrl)
	require.NoError(t, awsports.NewRunnerConfigurations(config, stateTable).PutConfiguration(ctx, c))
	_, err = table.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(stateTable), Item: map[string]types.AttributeValue{
		"resourceType": &types.AttributeValueMemberS{Value: "Runner"}, "name": &types.AttributeValueMemberS{Value: c.ResourceName()},
		"sqsQueueUrl": &types.AttributeValueMemberS{Value: c.QueueURL},
	}})
	require.NoError(t, err)
	return c
}

// build builds for this machine what is deployed.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bootstrap")
	command := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", "lambda.norpc", "-o", binary, ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return binary
}
