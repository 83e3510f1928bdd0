package aws

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// recordedRequests keeps the bodies of the calls that it answers with a status and JSON.
type recordedRequests struct {
	mu     sync.Mutex
	bodies []string
}

func (a *recordedRequests) answer(status int, body string) fakeaws.Answer {
	return func(_ int, w http.ResponseWriter, r *http.Request) bool {
		given, err := fakeaws.Body(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return true
		}
		a.mu.Lock()
		a.bodies = append(a.bodies, string(given))
		a.mu.Unlock()
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // the client's matter
		return true
	}
}

// only is the one body that was sent.
func (a *recordedRequests) only(t *testing.T) string {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	require.Len(t, a.bodies, 1)
	return a.bodies[0]
}

// answering is a proxy in which one operation is answered with JSON.
func answering(t *testing.T, operation string, status int, body string) (*fakeaws.Proxy, *recordedRequests) {
	t.Helper()
	proxy, said := fakeaws.NewProxy(t, "http://127.0.0.1:1"), &recordedRequests{} // nobody else is asked
	proxy.On(operation, said.answer(status, body))
	return proxy, said
}

func taskRequest() launch.TaskRequest {
	return launch.TaskRequest{
		Token: "token", Cluster: "own", Definition: "definition:7", LaunchType: "FARGATE", Group: configuration.Group("dev-shop-Build"), StartedBy: "attini-runner",
		Network: &configuration.Network{Subnets: []string{"subnet-1"}, SecurityGroups: []string{"sg-1"}, AssignPublicIP: "ENABLED"},
		Overrides: launch.Overrides{CPU: "512", Memory: "1024", TaskRoleARN: "arn:role", Containers: []launch.ContainerOverrides{{
			Name: "Container", Command: []string{"/bin/sh", "-c", "true"}, Environment: []launch.Variable{{Name: "A", Value: "1"}, {Name: "B", Value: ""}},
		}}},
	}
}

const ranTask = `{"tasks":[{"taskArn":"arn:task","clusterArn":"arn:cluster","group":"g","startedBy":"s","lastStatus":"PROVISIONING","desiredStatus":"RUNNING"}],"failures":[]}`

// TestRunTask: the request to ECS (docs/wire.md, "Task and host"), with a client
// token that makes a repeated request return the same task.
func TestRunTask(t *testing.T) {
	t.Parallel()
	t.Run("on Fargate", func(t *testing.T) {
		t.Parallel()
		proxy, said := answering(t, "RunTask", http.StatusOK, ranTask)
		task, err := NewCluster(sdkConfig(t, proxy.Endpoint())).Run(t.Context(), taskRequest())
		require.NoError(t, err)
		assert.Equal(t, launch.TaskStatus{ARN: "arn:task", Cluster: "arn:cluster", Group: "g", StartedBy: "s", LastStatus: "PROVISIONING", DesiredStatus: "RUNNING"}, task)
		assert.JSONEq(t, `{"clientToken":"token","cluster":"own","taskDefinition":"definition:7","launchType":"FARGATE","group":"attini-runner:dev-shop-Build",
			"startedBy":"attini-runner","propagateTags":"TASK_DEFINITION",
			"networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"],"securityGroups":["sg-1"],"assignPublicIp":"ENABLED"}},
			"overrides":{"cpu":"512","memory":"1024","taskRoleArn":"arn:role","containerOverrides":[
				{"name":"Container","command":["/bin/sh","-c","true"],"environment":[{"name":"A","value":"1"},{"name":"B","value":""}]}]}}`, said.only(t))
	})
	t.Run("on a host", func(t *testing.T) {
		t.Parallel()
		proxy, said := answering(t, "RunTask", http.StatusOK, ranTask)
		request := taskRequest()
		request.LaunchType, request.Network, request.StartedBy = "EC2", nil, "attini-runner/i-1"
		request.Overrides = launch.Overrides{Containers: []launch.ContainerOverrides{{Name: "Container"}}}
		request.Constraints = []string{"attribute:runnerResourceName == dev-shop-Build", "ec2InstanceId == i-1"}
		_, err := NewCluster(sdkConfig(t, proxy.Endpoint())).Run(t.Context(), request)
		require.NoError(t, err)
		assert.JSONEq(t, `{"clientToken":"token","cluster":"own","taskDefinition":"definition:7","launchType":"EC2","group":"attini-runner:dev-shop-Build",
			"startedBy":"attini-runner/i-1","propagateTags":"TASK_DEFINITION","enableECSManagedTags":true,
			"placementConstraints":[{"type":"memberOf","expression":"attribute:runnerResourceName == dev-shop-Build"},{"type":"memberOf","expression":"ec2InstanceId == i-1"}],
			"overrides":{"containerOverrides":[{"name":"Container"}]}}`, said.only(t))
	})
}

// TestOverridesAreCountedAsECSDoes: what launch counts is what is sent.
func TestOverridesAreCountedAsECSDoes(t *testing.T) {
	t.Parallel()
	proxy, said := answering(t, "RunTask", http.StatusOK, ranTask)
	_, err := NewCluster(sdkConfig(t, proxy.Endpoint())).Run(t.Context(), taskRequest())
	require.NoError(t, err)
	var sent struct{ Overrides json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(said.only(t)), &sent))
	ours, err := json.Marshal(taskRequest().Overrides)
	require.NoError(t, err)
	assert.Len(t, ours, len(sent.Overrides))
}

// TestRunTaskRefusals: an exception, and an answer without a task, are a
// refusal; an error of ECS's own, or none at all, is none.
func TestRunTaskRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   *launch.Refusal
		says   string
	}{
		"failures": {
			200, `{"tasks":[],"failures":[{"arn":"arn:x","reason":"RESOURCE:ENI","detail":"none"},{"reason":"AGENT"}]}`,
			&launch.Refusal{Failures: []launch.RunFailure{{Reason: "RESOURCE:ENI", Detail: "none"}, {Reason: "AGENT"}}}, "RESOURCE:ENI (none), AGENT",
		},
		"nothing": {200, `{}`, &launch.Refusal{}, "no task and no reason were given"},
		"exception": {
			400, `{"__type":"ClusterNotFoundException","message":"Cluster not found."}`,
			&launch.Refusal{Code: "ClusterNotFoundException", Message: "Cluster not found."}, "ClusterNotFoundException: Cluster not found.",
		},
		"conflict": {
			400, `{"__type":"ConflictException","message":"other parameters","resourceIds":["arn:task"]}`,
			&launch.Refusal{Code: "ConflictException", Message: "other parameters"}, "ConflictException: other parameters",
		},
		"throttled": {
			400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`,
			&launch.Refusal{Code: "ThrottlingException", Message: "Rate exceeded"}, "ThrottlingException: Rate exceeded",
		},
		"server": {500, `{"__type":"ServerException","message":"oops"}`, nil, "AWS failed to answer ecs:RunTask: ServerException; try again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, _ := answering(t, "RunTask", c.status, c.body)
			_, err := NewCluster(sdkConfig(t, proxy.Endpoint())).Run(t.Context(), taskRequest())
			require.EqualError(t, err, c.says)
			var refusal *launch.Refusal
			assert.Equal(t, c.want != nil, errors.As(err, &refusal))
			assert.Equal(t, c.want, refusal)
		})
	}
	t.Run("no answer", func(t *testing.T) {
		t.Parallel()
		proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
		proxy.On("RunTask", fakeaws.Reset)
		_, err := NewCluster(sdkConfig(t, proxy.Endpoint())).Run(t.Context(), taskRequest())
		require.ErrorContains(t, err, "no answer to ecs:RunTask")
		var refusal *launch.Refusal
		assert.False(t, errors.As(err, &refusal))
	})
	t.Run("out of time", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		cancel(enough)
		_, err := NewCluster(sdkConfig(t, "http://127.0.0.1:1")).Run(ctx, taskRequest())
		require.ErrorIs(t, err, enough)
	})
}

func TestDescribeTask(t *testing.T) {
	t.Parallel()
	proxy, said := answering(t, "DescribeTasks", 200, `{"tasks":[{"taskArn":"arn:task","lastStatus":"STOPPED","desiredStatus":"STOPPED","stopCode":"EssentialContainerExited",
		"stoppedReason":"Essential container in task exited","containers":[{"name":"a","exitCode":0},{"name":"b","exitCode":137,"reason":"OutOfMemoryError"},{"name":"c","reason":"CannotPull"}]}]}`)
	task, err := NewCluster(sdkConfig(t, proxy.Endpoint())).Task(t.Context(), "own", "arn:task")
	require.NoError(t, err)
	assert.JSONEq(t, `{"cluster":"own","tasks":["arn:task"]}`, said.only(t), "the cluster is named")
	assert.Equal(t, launch.TaskStatus{
		ARN: "arn:task", LastStatus: "STOPPED", DesiredStatus: "STOPPED", StopCode: "EssentialContainerExited", StopReason: "Essential container in task exited",
		Containers: []launch.ContainerStatus{{Name: "a", Ended: true}, {Name: "b", Ended: true, ExitCode: 137, Reason: "OutOfMemoryError"}, {Name: "c", Reason: "CannotPull"}},
	}, task)
}

// TestAbsent: what is gone is told apart from what cannot be asked.
func TestAbsent(t *testing.T) {
	t.Parallel()
	calls := map[string]func(ctx context.Context, c *Cluster) error{
		"DescribeTasks": func(ctx context.Context, c *Cluster) error {
			_, err := c.Task(ctx, "own", "arn:task")
			return err
		},
		"ListContainerInstances": func(ctx context.Context, c *Cluster) error {
			_, err := c.Instance(ctx, "own", "i-1")
			return err
		},
		"StopTask": func(ctx context.Context, c *Cluster) error { return c.Stop(ctx, "own", "arn:task", "why") },
	}
	gone := map[string]error{"DescribeTasks": launch.ErrNoTask, "ListContainerInstances": launch.ErrNotRegistered, "StopTask": nil}
	for operation, call := range calls {
		for _, body := range []string{
			`{"__type":"InvalidParameterException","message":"not found"}`, `{"__type":"ClusterNotFoundException","message":"Cluster not found."}`,
		} {
			proxy, _ := answering(t, operation, 400, body)
			err := call(t.Context(), NewCluster(sdkConfig(t, proxy.Endpoint())))
			assert.ErrorIs(t, err, gone[operation], operation)
		}
		proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
		proxy.On(operation, fakeaws.Error(http.StatusBadRequest, "AccessDeniedException"))
		err := call(t.Context(), NewCluster(sdkConfig(t, proxy.Endpoint())))
		assert.EqualError(t, err, "not allowed to call ecs:"+operation+"; grant it to the function's role")
	}
	proxy, _ := answering(t, "DescribeTasks", 200, `{"tasks":[],"failures":[{"arn":"arn:task","reason":"MISSING"}]}`)
	_, err := NewCluster(sdkConfig(t, proxy.Endpoint())).Task(t.Context(), "own", "arn:task")
	require.ErrorIs(t, err, launch.ErrNoTask)
}

func TestInstance(t *testing.T) {
	t.Parallel()
	proxy, listed := answering(t, "ListContainerInstances", 200, `{"containerInstanceArns":["arn:instance"]}`)
	described := &recordedRequests{}
	proxy.On("DescribeContainerInstances", described.answer(200, `{"containerInstances":[{"containerInstanceArn":"arn:instance","ec2InstanceId":"i-1","status":"ACTIVE",
		"agentConnected":true,"runningTasksCount":1,"pendingTasksCount":2,"attributes":[{"name":"ecs.os-type","value":"linux"},{"name":"runnerResourceName","value":"dev-shop-Build"}]}]}`))
	found, err := NewCluster(sdkConfig(t, proxy.Endpoint())).Instance(t.Context(), "own", "i-1")
	require.NoError(t, err)
	assert.Equal(t, launch.Instance{Host: "i-1", Runner: "dev-shop-Build", Ready: true, Tasks: 3}, found)
	assert.JSONEq(t, `{"cluster":"own","filter":"ec2InstanceId == i-1"}`, listed.only(t))
	assert.JSONEq(t, `{"cluster":"own","containerInstances":["arn:instance"]}`, described.only(t))

	proxy.On("DescribeContainerInstances", described.answer(200, `{"containerInstances":[{"ec2InstanceId":"i-1","status":"DRAINING","agentConnected":true}]}`))
	found, err = NewCluster(sdkConfig(t, proxy.Endpoint())).Instance(t.Context(), "own", "i-1")
	require.NoError(t, err)
	assert.False(t, found.Ready)
	for operation, empty := range map[string]string{"DescribeContainerInstances": `{"failures":[{"reason":"MISSING"}]}`, "ListContainerInstances": `{"containerInstanceArns":[]}`} {
		proxy.On(operation, described.answer(200, empty))
		_, err = NewCluster(sdkConfig(t, proxy.Endpoint())).Instance(t.Context(), "own", "i-1")
		require.ErrorIs(t, err, launch.ErrNotRegistered, operation)
	}
}

// testCluster is a task's life on a server that plays it.
func testCluster(t *testing.T, config aws.Config) {
	ctx, client := t.Context(), ecs.NewFromConfig(config)
	_, err := client.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String("own")})
	require.NoError(t, err)
	_, err = client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("definition"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("Container"), Image: aws.String("debian")}},
	})
	require.NoError(t, err)
	cluster, request := NewCluster(config), taskRequest()
	request.Definition = "definition"
	ran, err := cluster.Run(ctx, request)
	require.NoError(t, err)
	assert.Equal(t, request.Group, ran.Group)
	assert.Equal(t, request.StartedBy, ran.StartedBy)
	found, err := cluster.Task(ctx, "own", ran.ARN)
	require.NoError(t, err)
	assert.Equal(t, "RUNNING", found.DesiredStatus)
	described, err := client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String("own"), Tasks: []string{ran.ARN}})
	require.NoError(t, err)
	sent, given := described.Tasks[0].Overrides.ContainerOverrides[0], request.Overrides.Containers[0]
	assert.Equal(t, given.Command, sent.Command)
	assert.Equal(t, given.Environment[0].Value, aws.ToString(sent.Environment[0].Value))
	require.NoError(t, cluster.Stop(ctx, "own", ran.ARN, "the test ends"))
	found, err = cluster.Task(ctx, "own", ran.ARN)
	require.NoError(t, err)
	assert.Equal(t, "STOPPED", found.LastStatus)
	assert.Equal(t, "the test ends", found.StopReason)
	_, err = cluster.Task(ctx, "own", ran.ARN+"0")
	require.ErrorIs(t, err, launch.ErrNoTask)
}

// TestHostThatRegisteredTwice: ECS keeps the old registration of a host, which is not
// connected.
func TestHostThatRegisteredTwice(t *testing.T) {
	t.Parallel()
	proxy, _ := answering(t, "ListContainerInstances", http.StatusOK, `{"containerInstanceArns":["old","new"]}`)
	proxy.On("DescribeContainerInstances", (&recordedRequests{}).answer(http.StatusOK, `{"containerInstances":[
		{"ec2InstanceId":"i-1","status":"ACTIVE","agentConnected":false},{"ec2InstanceId":"i-1","status":"ACTIVE","agentConnected":true}]}`))
	found, err := NewCluster(sdkConfig(t, proxy.Endpoint())).Instance(t.Context(), "c", "i-1")
	require.NoError(t, err)
	assert.True(t, found.Ready)
}
