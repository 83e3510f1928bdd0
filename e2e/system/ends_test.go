package system_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTaskKilled: of a task that is killed while 5 jobs run and 10 wait, the 5
// fail with its reason (their heartbeats would say none), and the 10 run on another.
func TestTaskKilled(t *testing.T) {
	t.Parallel()
	g := newJobBarrier(t)
	s := open(t).deploy(t, template(object{"RunnerConfiguration": object{"MaxConcurrentJobs": 5}},
		onCall(job(last(), g.recordCommand("begun"), g.waitCommand()))))
	s.output(t, s.first(t))
	var executions []string
	for range 15 {
		executions = append(executions, s.called(t))
	}
	g.waitFor(t, 5)
	killed := s.runs(t, "Build")
	const reason = "Your Spot Task was interrupted."
	require.NoError(t, s.ecsFake.Kill(killed.TaskArn, "SpotInterruption", reason))
	var failed []string
	require.Eventually(t, func() bool {
		failed = s.withStatus(t, executions, types.ExecutionStatusFailed)
		return len(failed) == 5
	}, soon, tick, "the killed task's steps do not fail")
	for _, execution := range failed {
		name, cause := s.failure(t, execution)
		assert.Equal(t, "RuntimeError", name)
		assert.Contains(t, cause, "SpotInterruption: "+reason)
	}
	g.release(t)
	for _, execution := range executions {
		s.ended(t, execution)
	}
	assert.Len(t, s.withStatus(t, executions, types.ExecutionStatusSucceeded), 10)
	assert.Len(t, g.started(t), 15, "each job has begun once")
	assert.Len(t, s.runnerTasks("Build"), 2)
}

// TestEventLost: without the event of its task's end, a step fails by its
// heartbeat; and the next job has another task.
func TestEventLost(t *testing.T) {
	t.Parallel()
	g := newJobBarrier(t)
	s := open(t).deploy(t, template(object{}, one(job(object{"HeartbeatSeconds": 30, "End": true}, g.recordCommand("begun"), g.waitCommand()))))
	s.ecsFake.LoseEvents(s.group("Build"))
	first := s.first(t)
	g.waitFor(t, 1)
	require.NoError(t, s.ecsFake.Kill(s.runs(t, "Build").TaskArn, "InfrastructureHealth", "the machine is gone"))
	name, _ := s.failure(t, first)
	assert.Contains(t, []string{"States.HeartbeatTimeout", "States.Timeout"}, name)
	g.release(t)
	s.output(t, s.again(t, first))
	assert.Len(t, s.runnerTasks("Build"), 2)
}

// TestStartRefused: ECS refuses the task three times.
func TestStartRefused(t *testing.T) {
	t.Parallel()
	s := open(t).deploy(t, template(object{}, onCall(job(last(), "true"))))
	s.output(t, s.first(t))
	s.refusals.refuse(s.group("Build"), 3)
	s.output(t, s.called(t))
	assert.Equal(t, 3, s.refusals.count(s.group("Build")))
	assert.Len(t, s.runnerTasks("Build"), 1)
}

// TestStartNeverWorks: ECS refuses the task for ever.
func TestStartNeverWorks(t *testing.T) {
	t.Parallel()
	s := open(t).deploy(t, template(object{}, onCall(job(last(), "true"))))
	s.output(t, s.first(t))
	s.refusals.refuse(s.group("Build"), 1_000_000)
	name, cause := s.failureWithin(t, s.called(t), 2*soon)
	assert.Equal(t, "TaskFailedToStart", name)
	assert.Contains(t, cause, "RESOURCE:ENI")
	assert.Contains(t, cause, "no network interface is left")
	assert.Empty(t, s.runnerTasks("Build"))
}

// TestStackDeleted: what ran and waited when the stack was deleted fails, and
// nothing of it is left.
func TestStackDeleted(t *testing.T) {
	t.Parallel()
	for name, runner := range map[string]object{
		"Fargate": {"RunnerConfiguration": object{"MaxConcurrentJobs": 1}},
		"EC2":     {"RunnerConfiguration": object{"MaxConcurrentJobs": 1}, "Ec2Configuration": object{"InstanceType": "m5.large"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newJobBarrier(t)
			s := open(t).deploy(t, template(runner, onCall(job(last(), g.recordCommand("begun"), g.waitCommand()))))
			s.output(t, s.first(t))
			executions := []string{s.called(t), s.called(t), s.called(t)}
			g.waitFor(t, 1)
			s.runs(t, "Build")
			s.remove(t)
			for _, execution := range executions {
				_, cause := s.failure(t, execution)
				assert.Contains(t, cause, "delete")
			}
			for _, task := range s.runnerTasks("Build") {
				require.Eventually(t, func() bool { return s.runnerTasks("Build")[0].LastStatus == "STOPPED" }, soon, tick, "the task does not stop")
				assert.Equal(t, "UserInitiated", s.runnerTasks("Build")[0].StopCode, task.TaskArn)
			}
			for _, host := range s.ecsFake.Hosts(s.name + "-Build") {
				assert.Equal(t, "terminated", host.State)
			}
			assert.Empty(t, s.items(t))
			assert.Len(t, g.started(t), 1)
		})
	}
}

// items are those of the stack in the runners' table, claims of jobs apart: they
// end by themselves.
func (s *stack) items(t testing.TB) (found []string) {
	t.Helper()
	pages := dynamodb.NewScanPaginator(s.tables, &dynamodb.ScanInput{TableName: aws.String("AttiniResourceStatesV1"), ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, item := range page.Items {
			name, _ := item["name"].(*dynamodbtypes.AttributeValueMemberS)
			kind, _ := item["resourceType"].(*dynamodbtypes.AttributeValueMemberS)
			if name == nil || kind == nil || len(name.Value) < len(s.name) || name.Value[:len(s.name)] != s.name {
				continue
			}
			text, err := json.Marshal(item)
			require.NoError(t, err)
			found = append(found, kind.Value+" "+name.Value+" "+string(text))
		}
	}
	return found
}
