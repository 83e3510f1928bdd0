package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
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
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	custom "github.com/aws/aws-lambda-go/cfn"

	awsports "github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/lambdahost"
)

const (
	stateTable  = "AttiniResourceStatesV1"
	deployTable = "AttiniDeployDataV1"
	accessKey   = "LIFECYCLE"
)

// deployed is an account with the function in it.
type deployed struct {
	cloud    *fakeaws.Cloud
	config   aws.Config
	binary   string
	function *lambdahost.Function
	log      *bytes.Buffer
	queue    string
	// status is the stack's.
	status string
}

// TestBootstrap runs the function as Lambda does, from the binary that is
// deployed, on an account with tables, a task definition and a state machine.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	d := &deployed{binary: build(t), log: &bytes.Buffer{}}
	var err error
	d.cloud, err = fakeaws.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, d.cloud.Close()) })
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	d.config = aws.Config{
		Region: fakeaws.Region, BaseEndpoint: aws.String(d.cloud.Endpoint()), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("LIFECYCLETEST", "secret", ""),
	}
	d.table(t, stateTable, "resourceType", types.ScalarAttributeTypeS, "name")
	d.table(t, deployTable, "deploymentName", types.ScalarAttributeTypeN, "deploymentTime")
	d.rest(t)
	d.stack(t)
	d.function = d.start(t, time.Minute, d.log)
	for _, test := range []struct {
		name string
		run  func(t *testing.T, d *deployed)
	}{
		{"a broken runner", testBroken},
		{"a runner", testRunner},
		{"a plan", testPlan},
		{"out of time", testOutOfTime},
		{"after a crash", testCrash},
		{"all is deleted", testDeleted},
	} {
		require.True(t, t.Run(test.name, func(t *testing.T) { test.run(t, d) }), "the next builds on it")
	}
	assert.Equal(t, []string{
		"cloudformation:DescribeStacks", "cloudformation:ListStackResources", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem",
		"ec2:DescribeInstances", "ecs:DescribeTaskDefinition", "ecs:ListTasks",
		"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "states:SendTaskFailure", "states:StartExecution",
	}, d.cloud.Caller(accessKey).Actions(), "the role needs these, and a host's and a task's")
	d.function.Close()
	for line := range strings.Lines(d.log.String()) {
		assert.True(t, json.Valid([]byte(line)), "no JSON: %s", line)
		for _, secret := range []string{"Signature", "hidden", "token-1"} {
			assert.NotContains(t, line, secret)
		}
	}
}

func (d *deployed) start(t *testing.T, timeout time.Duration, log io.Writer) *lambdahost.Function {
	t.Helper()
	function := lambdahost.New(lambdahost.Config{
		Bootstrap: d.binary, Name: "attini-deployment-plan-setup", Region: fakeaws.Region, Timeout: timeout, Log: log,
		Environment: map[string]string{
			"AWS_ENDPOINT_URL": d.cloud.Endpoint(), "AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": "secret",
			envStateTable: stateTable, envDeployTable: deployTable, envBucket: "store", envVersion: "2.1.0",
		},
	})
	t.Cleanup(function.Close)
	return function
}

func (d *deployed) table(t *testing.T, name, hash string, rangeType types.ScalarAttributeType, sort string) {
	t.Helper()
	_, err := dynamodb.NewFromConfig(d.config).CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: &hash, AttributeType: types.ScalarAttributeTypeS}, {AttributeName: &sort, AttributeType: rangeType},
		},
		KeySchema: []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}},
	})
	require.NoError(t, err)
}

// rest makes what else the function finds.
func (d *deployed) rest(t *testing.T) {
	t.Helper()
	_, err := ecs.NewFromConfig(d.config).RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("attini-default-runner"), Cpu: aws.String("512"), Memory: aws.String("3072"), NetworkMode: ecstypes.NetworkModeAwsvpc,
		RequiresCompatibilities: []ecstypes.Compatibility{ecstypes.CompatibilityFargate},
		ContainerDefinitions:    []ecstypes.ContainerDefinition{{Name: aws.String("Container"), Image: aws.String("debian")}},
	})
	require.NoError(t, err)
	queue, err := sqs.NewFromConfig(d.config).CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName: aws.String("dev-shop-Build.fifo"), Attributes: map[string]string{"FifoQueue": "true"},
	})
	require.NoError(t, err)
	d.queue = aws.ToString(queue.QueueUrl)
	_, err = sfn.NewFromConfig(d.config).CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String("Plan"), RoleArn: aws.String("arn:aws:iam::123456789012:role/plan"),
		Definition: aws.String(`{"StartAt":"Done","States":{"Done":{"Type":"Pass","End":true}}}`),
	})
	require.NoError(t, err)
}

// stack has CloudFormation know the stack of the requests.
func (d *deployed) stack(t *testing.T) {
	t.Helper()
	d.status = "CREATE_IN_PROGRESS"
	answer := func(operation string, result func() string) {
		d.cloud.Handle("cloudformation."+operation, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := fakeaws.Body(r)
			assert.NoError(t, err)
			form, err := url.ParseQuery(string(body))
			assert.NoError(t, err)
			assert.Equal(t, stackID, form.Get("StackName"))
			w.Header().Set("Content-Type", "text/xml")
			_, _ = fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", operation, result())
		}))
	}
	answer("DescribeStacks", func() string {
		return "<Stacks><member><StackId>" + stackID + "</StackId><StackStatus>" + d.status + "</StackStatus></member></Stacks>"
	})
	answer("ListStackResources", func() string {
		ids := ""
		for _, id := range []string{d.queue, machineARN} {
			ids += "<member><PhysicalResourceId>" + id + "</PhysicalResourceId></member>"
		}
		return "<StackResourceSummaries>" + ids + "</StackResourceSummaries>"
	})
}

const machineARN = "arn:aws:states:" + fakeaws.Region + ":" + fakeaws.Account + ":stateMachine:Plan"

// request is what CloudFormation sends.
func (d *deployed) request(t *testing.T, mailbox *mailbox, kind, resourceType, physicalID string, properties map[string]any) []byte {
	t.Helper()
	parts := map[string]any{
		"RequestType": kind, "RequestId": "id-" + kind, "ResponseURL": mailbox.address(), "ResourceType": resourceType,
		"LogicalResourceId": "Build", "StackId": stackID, "ResourceProperties": properties,
	}
	if physicalID != "" {
		parts["PhysicalResourceId"] = physicalID
	}
	text, err := json.Marshal(parts)
	require.NoError(t, err)
	return text
}

// ask sends a request and returns the one response.
func (d *deployed) ask(t *testing.T, kind, resourceType, physicalID string, properties map[string]any) custom.Response {
	t.Helper()
	mailbox := newMailbox(t, nil)
	answer, err := d.function.Invoke(t.Context(), d.request(t, mailbox, kind, resourceType, physicalID, properties))
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, string(answer))
	return mailbox.only(t)
}

func (d *deployed) runner(configuration map[string]any) map[string]any {
	return map[string]any{"StackName": "dev-shop", "RunnerName": "Build", "QueueUrl": d.queue, "Configuration": configuration}
}

func good() map[string]any {
	return map[string]any{"AwsVpcConfiguration": map[string]any{"Subnets": "subnet-1, subnet-2"}, "Startup": map[string]any{"Commands": []string{"echo hidden"}}}
}

func (d *deployed) items(t *testing.T, table string) []map[string]types.AttributeValue {
	t.Helper()
	found, err := dynamodb.NewFromConfig(d.config).Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	require.NoError(t, err)
	return found.Items
}

func testBroken(t *testing.T, d *deployed) {
	broken := good()
	broken["RunnerConfiguration"], broken["Cpu"] = map[string]any{"MaxConcurrentJobs": "21"}, "3"
	response := d.ask(t, "Create", runnerType, "", d.runner(broken))
	assert.Equal(t, custom.StatusFailed, response.Status)
	assert.Contains(t, response.Reason, `Runner "Build": RunnerConfiguration.MaxConcurrentJobs: 21 is above 20 (allowed 1-20 jobs)`)
	assert.Contains(t, response.Reason, `Runner "Build": Cpu: 3 is below 256`)
	assert.Empty(t, d.items(t, stateTable))
	assert.Equal(t, custom.StatusSuccess, d.ask(t, "Delete", runnerType, response.PhysicalResourceID, d.runner(broken)).Status, "the rollback")
}

func testRunner(t *testing.T, d *deployed) {
	response := d.ask(t, "Create", runnerType, "", d.runner(good()))
	assert.Equal(t, custom.StatusSuccess, response.Status, response.Reason)
	assert.Equal(t, "dev-shop/Build", response.PhysicalResourceID)
	id, isText := response.Data["ConfigurationId"].(string)
	require.True(t, isText)
	stored, err := awsports.NewRunnerConfigurations(d.config, stateTable).GetConfiguration(t.Context(), "dev-shop-Build", id)
	require.NoError(t, err)
	assert.Equal(t, "Container", stored.Task.Container, "asked of ECS")
	assert.Equal(t, []string{"subnet-1", "subnet-2"}, stored.Network.Subnets)
	assert.Equal(t, response.Data, d.ask(t, "Update", runnerType, "dev-shop/Build", d.runner(good())).Data, "the same again is the same")
	assert.Len(t, d.items(t, stateTable), 2)
}

func trigger() map[string]any {
	return map[string]any{
		"StackName": "dev-shop", "SfnArn": machineARN, "PayloadDefaults": map[string]any{"customData": map[string]any{"key": "hidden"}},
		"Parameters": map[string]any{"AttiniEnvironmentName": "dev", "AttiniDistributionName": "shop", "AttiniDistributionId": "7c9e"},
	}
}

func testPlan(t *testing.T, d *deployed) {
	response := d.ask(t, "Create", triggerType, "", trigger())
	assert.Equal(t, custom.StatusSuccess, response.Status, response.Reason)
	assert.Equal(t, triggerID, response.PhysicalResourceID)
	client := sfn.NewFromConfig(d.config)
	executions := func() []string {
		found, err := client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN)})
		require.NoError(t, err)
		var arns []string
		for _, execution := range found.Executions {
			arns = append(arns, aws.ToString(execution.ExecutionArn))
		}
		return arns
	}
	assert.Empty(t, executions())
	d.status = "CREATE_COMPLETE"
	defer func() { d.status = "UPDATE_IN_PROGRESS" }()
	for range 2 {
		_, err := d.function.Invoke(t.Context(), []byte(`{"detail-type":"CloudFormation Stack Status Change","time":"`+time.Now().UTC().Format(time.RFC3339)+`",
			"detail":{"stack-id":"`+stackID+`","status-details":{"status":"CREATE_COMPLETE"}}}`))
		require.NoError(t, err)
	}
	started := executions()
	require.Len(t, started, 1)
	items := d.items(t, deployTable)
	require.Len(t, items, 1)
	assert.Equal(t, &types.AttributeValueMemberS{Value: "dev-shop"}, items[0]["deploymentName"])
	assert.Equal(t, &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{machineARN: &types.AttributeValueMemberS{Value: started[0]}}}, items[0]["executionArns"])
	found, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &started[0]})
	require.NoError(t, err)
	var payload struct {
		Origin struct{ StackName, DeploymentName string } `json:"deploymentOriginData"`
		Custom map[string]string                          `json:"customData"`
	}
	require.NoError(t, json.Unmarshal([]byte(aws.ToString(found.Input)), &payload))
	assert.Equal(t, "dev-shop", payload.Origin.StackName)
	assert.Equal(t, "dev-shop", payload.Origin.DeploymentName)
	assert.Equal(t, map[string]string{"key": "hidden"}, payload.Custom)
}

// testOutOfTime: what AWS does not answer is told before the function's end.
func testOutOfTime(t *testing.T, d *deployed) {
	held := make(chan struct{})
	d.cloud.Caller(accessKey).On("DescribeTaskDefinition", fakeaws.BlockUntilGone(held))
	defer d.cloud.Caller(accessKey).On("DescribeTaskDefinition", nil)
	short, usual := d.start(t, 5*time.Second, nil), d.function
	d.function = short
	defer func() { d.function = usual }()
	response := d.ask(t, "Update", runnerType, "dev-shop/Build", d.runner(good()))
	<-held
	assert.Equal(t, custom.StatusFailed, response.Status)
	assert.Contains(t, response.Reason, "the function's time is over")
	short.Close()
}

// testCrash: a process that died in the middle has answered nothing; Lambda's
// next call for the same request does all, and answers.
func testCrash(t *testing.T, d *deployed) {
	mailbox, held := newMailbox(t, nil), make(chan struct{})
	request := d.request(t, mailbox, "Update", runnerType, "dev-shop/Build", d.runner(good()))
	d.cloud.Caller(accessKey).On("DescribeTaskDefinition", fakeaws.BlockUntilGone(held))
	ctx, kill := context.WithCancel(t.Context())
	go func() {
		<-held
		kill()
	}()
	_, err := d.function.Invoke(ctx, request)
	require.ErrorIs(t, err, context.Canceled)
	d.cloud.Caller(accessKey).On("DescribeTaskDefinition", nil)
	_, err = d.function.Invoke(t.Context(), request)
	require.NoError(t, err)
	assert.Equal(t, custom.StatusSuccess, mailbox.only(t).Status)
}

// testDeleted: guarantee 7 as far as CloudFormation goes, in its order: the
// trigger, then the runner, with a job that waits. Nothing is left.
func testDeleted(t *testing.T, d *deployed) {
	_, err := sqs.NewFromConfig(d.config).SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: &d.queue, MessageGroupId: aws.String("1"), MessageDeduplicationId: aws.String("1"),
		MessageBody: aws.String(`{"deploymentPlanExecutionMetadata":{"sfnToken":"token-1","stepName":"Job"}}`),
	})
	require.NoError(t, err)
	for range 2 {
		response := d.ask(t, "Delete", triggerType, triggerID, trigger())
		assert.Equal(t, custom.StatusSuccess, response.Status, response.Reason)
	}
	assert.Empty(t, d.items(t, deployTable))
	for range 2 {
		response := d.ask(t, "Delete", runnerType, "dev-shop/Build", d.runner(good()))
		assert.Equal(t, custom.StatusSuccess, response.Status, response.Reason)
	}
	assert.Empty(t, d.items(t, stateTable))
	assert.Equal(t, 1, d.cloud.Caller(accessKey).Calls("SendTaskFailure"), "the step is told")
}

// build builds for this machine what is deployed.
func build(t testing.TB) string {
	t.Helper()
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	command := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", "lambda.norpc", "-o", bootstrap, ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return bootstrap
}
