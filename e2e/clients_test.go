package e2e_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

const (
	// soon is how long what takes milliseconds may take on a busy machine.
	soon = 5 * time.Minute
	// tick is how often a test looks.
	tick = 10 * time.Millisecond
)

// clients ask the stand-in as one access key.
type clients struct {
	queues  *sqs.Client
	states  *sfn.Client
	tables  *dynamodb.Client
	objects *s3.Client
	// caller knows what they called.
	caller *fakeaws.Caller
}

// newClients are the clients of an access key that nobody else has.
func newClients(t testing.TB, cloud *fakeaws.Cloud) *clients {
	t.Helper()
	key := newAccessKey()
	require.NoError(t, shared.addAdministrator(key))
	config, closes := configurationOf(cloud, key)
	t.Cleanup(closes)
	return &clients{
		queues: sqs.NewFromConfig(config), states: sfn.NewFromConfig(config), tables: dynamodb.NewFromConfig(config),
		objects: s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }),
		caller:  cloud.Caller(key),
	}
}

// configurationOf is that of an access key; its caller closes the connections.
func configurationOf(cloud *fakeaws.Cloud, key string) (config aws.Config, closes func()) {
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	return aws.Config{
		Region:       fakeaws.Region,
		BaseEndpoint: aws.String(cloud.Endpoint()),
		Credentials:  credentials.NewStaticCredentialsProvider(key, "standin", ""),
		HTTPClient:   &http.Client{Transport: transport},
	}, transport.CloseIdleConnections
}

func newAccessKey() string { return "AKIA" + unique() }

// unique is a name that nothing else has.
func unique() string { return uuid.NewString()[:8] }

// queue makes a FIFO queue whose messages stay hidden for so many seconds.
func (c *clients) queue(t testing.TB, visibility string) string {
	t.Helper()
	made, err := c.queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{
		QueueName:  aws.String(unique() + "-AttiniRunnerQueue.fifo"),
		Attributes: map[string]string{"FifoQueue": "true", "VisibilityTimeout": visibility},
	})
	require.NoError(t, err)
	return *made.QueueUrl
}

// machine makes a state machine.
func (c *clients) machine(t testing.TB, definition string) string {
	t.Helper()
	made, err := c.states.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String("plan-" + unique()), Definition: &definition,
		RoleArn: aws.String(planRole),
	})
	require.NoError(t, err)
	return *made.StateMachineArn
}

// run starts an execution.
func (c *clients) run(t testing.TB, machine, input string) string {
	t.Helper()
	started, err := c.states.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Input: &input})
	require.NoError(t, err)
	return *started.ExecutionArn
}

// ended waits until an execution has ended.
func (c *clients) ended(t testing.TB, execution string, within time.Duration) *sfn.DescribeExecutionOutput {
	t.Helper()
	var described *sfn.DescribeExecutionOutput
	require.Eventually(t, func() bool {
		var err error
		described, err = c.states.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		return err == nil && described.Status != sfntypes.ExecutionStatusRunning
	}, within, tick, "the execution ends")
	return described
}

// tokens plays a launcher that only tells the tokens that it is given. before,
// where there is one, is done before it returns.
func tokens(t testing.TB, cloud *fakeaws.Cloud, before func(ctx context.Context, payload []byte) error) (function string, received <-chan []byte) {
	t.Helper()
	payloads := make(chan []byte, 1024)
	function = "launcher-" + unique()
	cloud.SetFunction(function, func(ctx context.Context, payload []byte) ([]byte, error) {
		payloads <- payload
		if before != nil {
			if err := before(ctx, payload); err != nil {
				return nil, err
			}
		}
		return []byte("{}"), nil
	})
	t.Cleanup(func() { cloud.SetFunction(function, nil) })
	return function, payloads
}
