package e2e_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// What a fixture has one of.
const (
	runnerName        = "shop-Build"
	configurationHash = -619745872
)

// fixture is what a framework has set up before an agent starts.
type fixture struct {
	*clients
	cloud                        *fakeaws.Cloud
	queueURL                     string
	stateTable, deploymentsTable string
	bucketName                   string
	// launcher is the function that a job's step calls.
	launcher string
	// addExecution takes turns, as the framework's function does.
	adding sync.Mutex
	// bodies are the messages that were sent.
	bodies []string
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	return newFixtureWithVisibility(t, "60")
}

// newFixtureWithVisibility is one whose queue hides what was received for so many seconds.
func newFixtureWithVisibility(t testing.TB, visibility string) *fixture {
	t.Helper()
	cloud := shared.open(t)
	b := &fixture{clients: newClients(t, cloud), cloud: cloud}
	b.queueURL = b.queue(t, visibility)
	b.stateTable = b.table(t, "AttiniResourceStatesV1", "resourceType", "name", dynamodbtypes.ScalarAttributeTypeS)
	b.deploymentsTable = b.table(t, "AttiniDeployDataV1", "deploymentName", "deploymentTime", dynamodbtypes.ScalarAttributeTypeN)
	b.bucketName = b.bucket(t)
	_, err := b.objects.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &b.bucketName, Key: aws.String("dev/shop/7c9e/distribution-origin/shop.zip"),
		Body: bytes.NewReader(archive(t, map[string]string{"bin/hello.sh": "#!/bin/sh\necho hello from the distribution\n"})),
	})
	require.NoError(t, err)
	_, err = b.tables.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &b.deploymentsTable, Item: map[string]dynamodbtypes.AttributeValue{
		"deploymentName": text("dev-shop"), "deploymentTime": &dynamodbtypes.AttributeValueMemberN{Value: "0"},
		"executionArns": &dynamodbtypes.AttributeValueMemberM{Value: map[string]dynamodbtypes.AttributeValue{}},
	}})
	require.NoError(t, err)
	b.launcher = "launcher-" + unique()
	cloud.SetFunction(b.launcher, b.launch)
	t.Cleanup(func() { cloud.SetFunction(b.launcher, nil) })
	return b
}

// job is a state whose job runs the commands, with more fields as given.
func (b *fixture) job(commands []string, environment map[string]string, fields string) string {
	properties, err := json.Marshal(map[string]any{"Runner": "Build", "Commands": commands})
	if err != nil {
		panic(err) // never of strings
	}
	shown := ""
	for name, path := range environment {
		shown += fmt.Sprintf(`,%q:%q`, name, path)
	}
	return fmt.Sprintf(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","HeartbeatSeconds":120,"Parameters":{"FunctionName":%q,
		"Payload":{"input.$":"$","Properties":%s,"Environment":{"FIXED":"it's \"quoted\""%s},
		"deploymentPlanExecutionMetadata":{"executionArn.$":"$$.Execution.Id","executionStartTime.$":"$$.Execution.StartTime",
		"sfnToken.$":"$$.Task.Token","retryCounter.$":"$$.State.RetryCount","stepName.$":"$$.State.Name"}}}%s}`, b.launcher, properties, shown, fields)
}

// launch plays the launcher: the step's request becomes the queue's message.
func (b *fixture) launch(ctx context.Context, payload []byte) ([]byte, error) {
	var request struct {
		Input       map[string]any `json:"input"`
		Properties  map[string]any
		Environment map[string]any
		Metadata    map[string]any `json:"deploymentPlanExecutionMetadata"`
	}
	if err := json.Unmarshal(payload, &request); err != nil {
		return nil, err
	}
	execution, _ := request.Metadata["executionArn"].(string)
	if err := b.addExecution(ctx, execution); err != nil {
		return nil, err
	}
	request.Properties["Environment"] = request.Environment
	message := maps.Clone(request.Input)
	message["Properties"], message["deploymentPlanExecutionMetadata"] = request.Properties, request.Metadata
	message["taskConfigHashCode"] = configurationHash
	message["deploymentOriginData"] = map[string]any{
		"distributionName": "shop", "distributionId": "7c9e", "environment": "dev", "objectIdentifier": "dev/shop/shop.zip#v1",
		"stackName": "shop", "deploymentName": "dev-shop",
		"deploymentSource": map[string]any{"deploymentSourcePrefix": "dev/shop/7c9e/distribution-origin", "deploymentSourceBucket": b.bucketName},
	}
	body, err := json.Marshal(message)
	if err != nil {
		return nil, err
	}
	b.adding.Lock()
	b.bodies = append(b.bodies, string(body))
	b.adding.Unlock()
	token, _ := request.Metadata["sfnToken"].(string)
	sum := sha256.Sum256([]byte(token))
	id := hex.EncodeToString(sum[:])
	_, err = b.queues.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &b.queueURL, MessageBody: aws.String(string(body)), MessageGroupId: &id, MessageDeduplicationId: &id,
	})
	return []byte("{}"), err
}

// sent are the messages that were sent.
func (b *fixture) sent() []string {
	b.adding.Lock()
	defer b.adding.Unlock()
	return slices.Clone(b.bodies)
}

// addExecution makes an execution one of its deployment's current ones.
func (b *fixture) addExecution(ctx context.Context, execution string) error {
	b.adding.Lock()
	defer b.adding.Unlock()
	_, err := b.tables.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &b.deploymentsTable,
		Key: map[string]dynamodbtypes.AttributeValue{
			"deploymentName": text("dev-shop"), "deploymentTime": &dynamodbtypes.AttributeValueMemberN{Value: "0"},
		},
		UpdateExpression:          aws.String("SET executionArns.#id = :execution"),
		ExpressionAttributeNames:  map[string]string{"#id": execution},
		ExpressionAttributeValues: map[string]dynamodbtypes.AttributeValue{":execution": text(execution)},
	})
	return err
}

// send puts a message into the queue.
func (b *fixture) send(t testing.TB, body []byte) {
	t.Helper()
	id := unique()
	_, err := b.queues.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: &b.queueURL, MessageBody: aws.String(string(body)), MessageGroupId: &id, MessageDeduplicationId: &id,
	})
	require.NoError(t, err)
}

// runner makes a task the runner's, as the launcher does when it has started it.
func (b *fixture) runner(t testing.TB, task string, startup ...string) {
	t.Helper()
	commands := &dynamodbtypes.AttributeValueMemberL{}
	for _, command := range startup {
		commands.Value = append(commands.Value, text(command))
	}
	_, err := b.tables.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &b.stateTable, Item: map[string]dynamodbtypes.AttributeValue{
		"resourceType": text("Runner"), "name": text(runnerName), "taskId": text(task), "started": &dynamodbtypes.AttributeValueMemberBOOL{},
		"environment": text("dev"), "distributionName": text("shop"), "startupCommands": commands,
	}})
	require.NoError(t, err)
}

// runnerState is the runner's item.
func (b *fixture) runnerState(t testing.TB) map[string]dynamodbtypes.AttributeValue {
	t.Helper()
	got, err := b.tables.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &b.stateTable, ConsistentRead: aws.Bool(true),
		Key: map[string]dynamodbtypes.AttributeValue{"resourceType": text("Runner"), "name": text(runnerName)},
	})
	require.NoError(t, err)
	return got.Item
}

// programs is where the agent's binary is, once a test wanted it.
var programs string

// program is the agent's binary, built once for all tests.
var program = sync.OnceValues(func() (file string, err error) {
	if programs, err = os.MkdirTemp("", "attini-runner-"); err != nil {
		return "", err
	}
	file = filepath.Join(programs, "attini-runner")
	return file, buildAgent(file, runtime.GOARCH)
})

// buildAgent builds the agent for a processor, as it is released.
func buildAgent(file, processor string) error {
	build := exec.Command("go", "build", "-C", "../agent", "-trimpath", "-ldflags", "-s -w -X main.commit=e2e", "-o", file, "./cmd/attini-runner")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+processor)
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the agent: %w\n%s", err, output)
	}
	return nil
}

// agent is the agent as a process.
type agent struct {
	process *exec.Cmd
	// caller knows what it called, and has it fail.
	caller *fakeaws.Caller
	// metadata answers what is asked of the container's, where there is one.
	metadata fakeaws.Answer
	output   *log
	// begun and ended are closed when the process has.
	begun, ended chan struct{}
	// directory is its TMPDIR.
	directory string
	// mark is a variable of its own, which its jobs inherit.
	mark string
}

// log is what a process has printed.
type log struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *log) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(text)
}

func (l *log) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// start starts an agent as the runner's task, and ends it with the test.
func (b *fixture) start(t testing.TB, task string, arguments ...string) *agent {
	t.Helper()
	a := b.prepare(t, task, arguments...)
	a.begin(t)
	return a
}

// prepare is start, without the start.
func (b *fixture) prepare(t testing.TB, task string, arguments ...string) *agent {
	t.Helper()
	file, err := program()
	require.NoError(t, err)
	a := &agent{
		process: exec.Command(file, arguments...), output: &log{}, begun: make(chan struct{}), ended: make(chan struct{}),
		directory: t.TempDir(), mark: "AGENT=" + task + "-" + unique(),
	}
	var asked atomic.Int64
	metadata := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := int(asked.Add(1)); a.metadata != nil && a.metadata(n, w, r) {
			return
		}
		_, _ = fmt.Fprintf(w, `{"DesiredStatus":"RUNNING","Labels":{"com.amazonaws.ecs.task-arn":%q},
			"LogOptions":{"awslogs-region":"eu-west-1","awslogs-group":"runner","awslogs-stream":"logs/Container/1"}}`, task)
	}))
	t.Cleanup(metadata.Close)
	key := newAccessKey()
	a.caller = b.cloud.Caller(key)
	shared.authority.AddService(key, tasksService())
	a.process.Env = append(
		b.cloud.SessionEnvironment(os.Environ(), key, fakeaws.Region, agentRole),
		"ATTINI_QUEUE_URL="+b.queueURL, "ATTINI_DEPLOY_DATA_TABLE="+b.deploymentsTable, "ATTINI_RESOURCE_STATE_TABLE="+b.stateTable,
		"ATTINI_RUNNER_RESOURCE_NAME="+runnerName, fmt.Sprint("ATTINI_CONFIGURATION_HASH=", configurationHash),
		"ATTINI_MAX_CONCURRENT_JOBS=20", "ATTINI_AWS_REGION="+fakeaws.Region, "ATTINI_AWS_ACCOUNT="+fakeaws.Account,
		"ECS_CONTAINER_METADATA_URI_V4="+metadata.URL, "TMPDIR="+a.directory, a.mark,
	)
	a.process.Stdout, a.process.Stderr = a.output, a.output
	a.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return a
}

// begin starts the process.
func (a *agent) begin(t testing.TB) {
	t.Helper()
	require.NoError(t, a.process.Start())
	close(a.begun)
	go func() {
		defer close(a.ended)
		_ = a.process.Wait() // ProcessState tells how
	}()
	t.Cleanup(func() {
		a.kill()
		a.leavesNothing(t)
		if t.Failed() {
			t.Logf("the agent:\n%s", a.output)
		}
	})
}

// kill ends the agent as nothing else does: it can do nothing about it.
func (a *agent) kill() {
	<-a.begun
	_ = a.process.Process.Kill() // it may have ended
	<-a.ended
}

// terminate tells the agent to end, as ECS does.
func (a *agent) terminate(t testing.TB) {
	t.Helper()
	<-a.begun
	assert.NoError(t, a.process.Process.Signal(syscall.SIGTERM))
}

// stop ends the agent as ECS does, and returns its exit code.
func (a *agent) stop(t testing.TB) int {
	t.Helper()
	a.terminate(t)
	<-a.ended
	return a.process.ProcessState.ExitCode()
}
