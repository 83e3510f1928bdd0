package fakecfn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/fakecfn"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	soon = 5 * time.Minute
	tick = 10 * time.Millisecond
)

// fixture is a Cloud with a macro and a function that is told of stacks.
type fixture struct {
	cloud  *fakeaws.Cloud
	stacks *cloudformation.Client
	queues *sqs.Client
	mutex  sync.Mutex
	// asked are the macro's events, told those of stacks.
	asked  []map[string]any
	events []string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	cloud, err := fakeaws.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cloud.Close()) })
	b := &fixture{cloud: cloud}
	cloud.SetFunction("upper", b.macro)
	cloud.SetFunction("listener", b.listen)
	f := fakecfn.New(cloud)
	t.Cleanup(f.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	config := aws.Config{
		Region: fakeaws.Region, BaseEndpoint: aws.String(cloud.Endpoint()),
		Credentials: credentials.NewStaticCredentialsProvider("AKIATEST", "standin", ""), HTTPClient: &http.Client{Transport: transport},
	}
	b.stacks, b.queues = cloudformation.NewFromConfig(config), sqs.NewFromConfig(config)
	text, err := os.ReadFile("testdata/system.yaml")
	require.NoError(t, err)
	b.create(t, "system", string(text))
	return b
}

// macro is the macro's function: it adds a queue, or fails.
func (b *fixture) macro(_ context.Context, payload []byte) ([]byte, error) {
	var event map[string]any
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	b.mutex.Lock()
	b.asked = append(b.asked, event)
	b.mutex.Unlock()
	fragment, _ := event["fragment"].(map[string]any)
	if fragment["Description"] == "broken" {
		return json.Marshal(map[string]any{"requestId": event["requestId"], "status": "failure", "errorMessage": "it <is> broken"})
	}
	resources, _ := fragment["Resources"].(map[string]any)
	resources["Jobs"] = map[string]any{"Type": "AWS::SQS::Queue", "Properties": map[string]any{"FifoQueue": true}}
	return json.Marshal(map[string]any{"requestId": event["requestId"], "status": "success", "fragment": fragment})
}

// listen notes the events of stacks.
func (b *fixture) listen(_ context.Context, payload []byte) ([]byte, error) {
	var event struct {
		Detail struct {
			Stack  string `json:"stack-id"`
			Status struct {
				Status string `json:"status"`
			} `json:"status-details"`
		} `json:"detail"`
	}
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	name := strings.Split(event.Detail.Stack, "/")
	b.events = append(b.events, fmt.Sprint(name[min(1, len(name)-1)], " ", event.Detail.Status.Status))
	return []byte("{}"), nil
}

func (b *fixture) awaitEvent(t *testing.T, event string) {
	t.Helper()
	require.Eventually(t, func() bool {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		for _, told := range b.events {
			if told == event {
				return true
			}
		}
		return false
	}, soon, tick, event)
}

func (b *fixture) create(t *testing.T, name, template string, parameters ...types.Parameter) {
	t.Helper()
	_, err := b.stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &name, TemplateBody: &template, Parameters: parameters})
	require.NoError(t, err)
	waiter := cloudformation.NewStackCreateCompleteWaiter(b.stacks, func(o *cloudformation.StackCreateCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = tick, tick
	})
	require.NoError(t, waiter.Wait(t.Context(), &cloudformation.DescribeStacksInput{StackName: &name}, soon))
}

const user = `
Transform: [Upper]
Parameters:
  Size: {Type: Number, Default: 5}
  Names: {Type: CommaDelimitedList}
Resources:
  Topic: {Type: AWS::SNS::Topic}
`

// TestStacks: a stack's macro is run, its events are told, and its FIFO queue is
// one.
func TestStacks(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.create(t, "user", user, types.Parameter{ParameterKey: aws.String("Names"), ParameterValue: aws.String("a,b")})
	b.awaitEvent(t, "user CREATE_COMPLETE")
	b.mutex.Lock()
	asked := b.asked[0]
	b.mutex.Unlock()
	assert.Equal(t, fakeaws.Account+"::Upper", asked["transformId"])
	assert.Equal(t, map[string]any{"Size": "5", "Names": []any{"a", "b"}}, asked["templateParameterValues"])
	assert.NotContains(t, asked["fragment"], "Transform")
	found, err := b.queues.ListQueues(t.Context(), &sqs.ListQueuesInput{QueueNamePrefix: aws.String("user-Jobs")})
	require.NoError(t, err)
	require.Len(t, found.QueueUrls, 1)
	assert.True(t, strings.HasSuffix(found.QueueUrls[0], ".fifo"))

	_, err = b.stacks.DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: aws.String("user")})
	require.NoError(t, err)
	b.awaitEvent(t, "user DELETE_COMPLETE")

	for template, message := range map[string]string{
		"Resources: [": "Template format error",

		"Description: broken" + user:                 "Transform " + fakeaws.Account + "::Upper failed with: it <is> broken. Rollback requested by user.",
		strings.ReplaceAll(user, "Upper", "Unknown"): "No transform named " + fakeaws.Account + "::Unknown found.",
	} {
		_, err := b.stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("refused"), TemplateBody: &template})
		assert.ErrorContains(t, err, message)
	}
}
