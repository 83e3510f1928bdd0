package fakeecs_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/test/fakeecs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	soon = 5 * time.Minute
	tick = 5 * time.Millisecond
)

// fixture is a fleet, its clients, and what it tells.
type fixture struct {
	*fakeecs.Service
	tasks  *ecs.Client
	hosts  *ec2.Client
	mutex  sync.Mutex
	events []fakeecs.Task
	hello  []string
	// runner is the attribute of new hosts.
	runner string
	// use answers for the roles; nil lets all be taken.
	use func(fakeecs.Use) error
}

// newFixture is a fleet whose container runs a script.
func newFixture(t *testing.T, mode, script string) *fixture {
	t.Helper()
	b := &fixture{runner: "shop-Build"}
	definitions := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		switch {
		case strings.Contains(string(body), "DescribeLaunchTemplateVersions"):
			b.mutex.Lock()
			userData := base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\ncat >>/etc/ecs/ecs.config <<'END'\nECS_CLUSTER=builds\nECS_INSTANCE_ATTRIBUTES={\"runnerResourceName\":\"" + b.runner + "\"}\nEND\n"))
			b.mutex.Unlock()
			fmt.Fprintf(w, `<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item><launchTemplateData><userData>%s</userData>
				<tagSpecificationSet><item><resourceType>instance</resourceType><tagSet><item><key>AttiniResourceType</key><value>RunnerInstance</value></item></tagSet></item></tagSpecificationSet>
				</launchTemplateData></item></launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>`, userData)
		case strings.Contains(string(body), `"unknown"`):
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"ClientException","message":"Unable to describe task definition."}`)
		default:
			command, err := json.Marshal([]string{"sh", "-c", script})
			assert.NoError(t, err)
			fmt.Fprintf(w, `{"taskDefinition":{"taskDefinitionArn":"arn:td","networkMode":%q,"requiresCompatibilities":["FARGATE"],
				"containerDefinitions":[{"name":"beside"},{"name":"main","command":%s,"environment":[{"name":"OWN","value":"definition"},{"name":"OVER","value":"definition"}]}]}}`, mode, command)
		}
	}))
	t.Cleanup(definitions.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	config := func(endpoint string) aws.Config {
		return aws.Config{
			Region: "eu-west-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
			HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
		}
	}
	b.Service = fakeecs.New(fakeecs.Config{
		Account: "111122223333", Region: "eu-west-1", AWS: config(definitions.URL),
		Environment: func(fakeecs.Task) []string { return []string{"PATH=" + os.Getenv("PATH")} },
		Use: func(u fakeecs.Use) error {
			b.mutex.Lock()
			use := b.use
			b.mutex.Unlock()
			if use == nil {
				return nil
			}
			return use(u)
		},
		Emit: func(_ context.Context, source, detailType string, detail []byte) {
			if source == "aws.ec2" {
				assert.Equal(t, "EC2 Instance State-change Notification", detailType)
				assert.Contains(t, string(detail), `"instance-id":"i-`)
				return
			}
			assert.Equal(t, "aws.ecs", source)
			b.mutex.Lock()
			defer b.mutex.Unlock()
			if detailType != "ECS Task State Change" {
				b.hello = append(b.hello, string(detail))
				return
			}
			var task fakeecs.Task
			assert.NoError(t, json.Unmarshal(detail, &task))
			b.events = append(b.events, task)
		},
	})
	server := httptest.NewServer(b.Service)
	t.Cleanup(server.Close)
	t.Cleanup(b.Close)
	b.tasks, b.hosts = ecs.NewFromConfig(config(server.URL)), ec2.NewFromConfig(config(server.URL))
	return b
}

// ends are the events of a task's end.
func (b *fixture) ends(task string) (found []fakeecs.Task) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, told := range b.events {
		if told.TaskArn == task && told.LastStatus == "STOPPED" {
			found = append(found, told)
		}
	}
	return found
}

// request is one that is right.
func request(environment ...string) *ecs.RunTaskInput {
	override := types.ContainerOverride{Name: aws.String("main")}
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		override.Environment = append(override.Environment, types.KeyValuePair{Name: &name, Value: &value})
	}
	return &ecs.RunTaskInput{
		Cluster: aws.String("builds"), TaskDefinition: aws.String("known"), LaunchType: types.LaunchTypeFargate, Group: aws.String("g"),
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-0a"}}},
		Overrides:            &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{override}},
	}
}

func (b *fixture) run(t *testing.T, input *ecs.RunTaskInput) string {
	t.Helper()
	made, err := b.tasks.RunTask(t.Context(), input)
	require.NoError(t, err)
	require.Len(t, made.Tasks, 1)
	assert.Equal(t, "PROVISIONING", aws.ToString(made.Tasks[0].LastStatus))
	return aws.ToString(made.Tasks[0].TaskArn)
}

// ended waits for the event of a task's end, which comes once.
func (b *fixture) ended(t *testing.T, task string) fakeecs.Task {
	t.Helper()
	require.Eventually(t, func() bool { return len(b.ends(task)) > 0 }, soon, tick)
	require.Len(t, b.ends(task), 1)
	return b.ends(task)[0]
}

func TestTaskEndsByItself(t *testing.T) {
	t.Parallel()
	b := newFixture(t, "awsvpc", `echo "$OWN $OVER $EXTRA"; exit 3`)
	task := b.run(t, request("OVER=request", "EXTRA=more"))
	end := b.ended(t, task)
	assert.Equal(t, "EssentialContainerExited", end.StopCode)
	assert.Equal(t, 3, *end.Containers[1].ExitCode)
	assert.Nil(t, end.Containers[0].ExitCode)
	assert.Equal(t, "definition request more\n", b.Log(task))
	described, err := b.tasks.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("builds"), Tasks: []string{task, "other"}})
	require.NoError(t, err)
	assert.Equal(t, "STOPPED", aws.ToString(described.Tasks[0].LastStatus))
	assert.Equal(t, "MISSING", aws.ToString(described.Failures[0].Reason))
}

// TestTaskIsStopped: it is told to end, and what it has started ends with it.
func TestTaskIsStopped(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		stop   func(b *fixture, task string) error
		code   string
		exit   int
		reason string
	}{
		"by request": {func(b *fixture, task string) error {
			_, err := b.tasks.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String("builds"), Task: &task, Reason: aws.String("enough")})
			return err
		}, "UserInitiated", 5, "enough"},
		"without notice": {func(b *fixture, task string) error { return b.Kill(task, "SpotInterruption", "interrupted") }, "SpotInterruption", 137, "interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pid := filepath.Join(t.TempDir(), "pid")
			b := newFixture(t, "awsvpc", `trap 'exit 5' TERM; setsid sh -c 'echo $$ > `+pid+`.new; mv `+pid+`.new `+pid+`; exec sleep 1000' & while :; do sleep 0.01; done`)
			task := b.run(t, request())
			require.Eventually(t, func() bool { _, err := os.Stat(pid); return err == nil }, soon, tick)
			require.NoError(t, end.stop(b, task))
			told := b.ended(t, task)
			assert.Equal(t, end.code, told.StopCode)
			assert.Equal(t, end.reason, told.StoppedReason)
			assert.Equal(t, end.exit, *told.Containers[1].ExitCode)
			number, err := os.ReadFile(pid)
			require.NoError(t, err)
			left, _ := os.ReadFile("/proc/" + strings.TrimSpace(string(number)) + "/cmdline") // of one that has ended there is none, or nothing in it
			assert.Empty(t, left, "what a container has left ends with it")
		})
	}
}

func TestEventsAreLost(t *testing.T) {
	t.Parallel()
	b := newFixture(t, "awsvpc", "true")
	b.SetFaults("g", fakeecs.Faults{Event: func(string, func()) {}})
	task := b.run(t, request())
	require.Eventually(t, func() bool { return b.Tasks("g")[0].LastStatus == "STOPPED" }, soon, tick)
	assert.Empty(t, b.ends(task))
	assert.Empty(t, b.Tasks("h"))
}

// TestClientToken: the same request has the same task, another is refused.
func TestClientToken(t *testing.T) {
	t.Parallel()
	b := newFixture(t, "awsvpc", "while :; do sleep 1; done")
	input := request()
	input.ClientToken = aws.String("once")
	tasks := make([]string, 10)
	var all sync.WaitGroup
	for i := range tasks {
		all.Go(func() {
			made, err := b.tasks.RunTask(t.Context(), input)
			if assert.NoError(t, err) {
				tasks[i] = aws.ToString(made.Tasks[0].TaskArn)
			}
		})
	}
	all.Wait()
	assert.Len(t, slices.Compact(tasks), 1)
	input.StartedBy = aws.String("another")
	_, err := b.tasks.RunTask(t.Context(), input)
	assert.Equal(t, "ConflictException", codeOf(err))
	assert.Len(t, b.AllTasks(), 1)
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mode    string
		change  func(*ecs.RunTaskInput)
		code    string
		message string
	}{
		"no such container":  {"awsvpc", func(i *ecs.RunTaskInput) { i.Overrides.ContainerOverrides[0].Name = aws.String("man") }, "InvalidParameterException", "Override for container named man"},
		"no such definition": {"awsvpc", func(i *ecs.RunTaskInput) { i.TaskDefinition = aws.String("unknown") }, "ClientException", "Unable to find task definition"},
		"no network":         {"awsvpc", func(i *ecs.RunTaskInput) { i.NetworkConfiguration = nil }, "InvalidParameterException", "must be provided"},
		"a network too much": {"bridge", func(*ecs.RunTaskInput) {}, "InvalidParameterException", "not valid for the given networkMode"},
		"a public address on EC2": {"awsvpc", func(i *ecs.RunTaskInput) {
			i.LaunchType = types.LaunchTypeEc2
			i.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp = types.AssignPublicIpEnabled
		}, "InvalidParameterException", "Assign public IP is not supported"},
		"overrides too large": {"awsvpc", func(i *ecs.RunTaskInput) {
			i.Overrides.ContainerOverrides[0].Command = []string{strings.Repeat("x", 8192)}
		}, "InvalidParameterException", "8192"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t, test.mode, "true")
			input := request()
			test.change(input)
			_, err := b.tasks.RunTask(t.Context(), input)
			assert.Equal(t, test.code, codeOf(err))
			assert.ErrorContains(t, err, test.message)
			assert.Empty(t, b.AllTasks())
		})
	}
}

func codeOf(err error) string {
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return ""
	}
	return refused.ErrorCode()
}
