package system_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeecs"
)

// TestStartRefused: ECS refuses the task of one Runner for a reason that does not pass, and
// another's three times for one that does.
func TestStartRefused(t *testing.T) {
	t.Parallel()
	jobs := object{}
	for _, runner := range []string{"Never", "Later"} {
		jobs[runner] = object{"Type": "AttiniRunnerJob", "End": true, "Properties": object{"Runner": runner, "Commands": []string{"true"}}}
	}
	s := open(t).deploy(t, templateFor(object{"Never": object{}, "Later": object{}}, object{"DeploymentPlan": onCallOf(jobs)}, nil))
	s.output(t, s.first(t))
	s.refusals.refuse(s.group("Never"), 1, `{"__type":"ClientException","message":"TaskDefinition is inactive"}`)
	name, cause := s.failure(t, s.calledWith(t, "Never"))
	assert.Equal(t, "TaskFailedToStart", name)
	assert.Contains(t, cause, "ClientException: TaskDefinition is inactive")
	assert.Empty(t, s.runnerTasks("Never"))
	s.refusals.refuse(s.group("Later"), 3, `{"tasks":[],"failures":[{"reason":"RESOURCE:ENI","detail":"no network interface is left"}]}`)
	s.output(t, s.calledWith(t, "Later"))
	assert.Equal(t, 3, s.refusals.count(s.group("Later")))
	assert.Len(t, s.runnerTasks("Later"), 1)
}

// TestStackDeleted: what ran and waited when the stack was deleted fails, and
// nothing of it is left.
func TestStackDeleted(t *testing.T) {
	t.Parallel()
	for name, runner := range map[string]object{
		"Fargate": {"RunnerConfiguration": object{"MaxConcurrentJobs": 1}},
		"EC2":     {"RunnerConfiguration": object{"MaxConcurrentJobs": 1}, "Ec2Configuration": object{"InstanceType": "m5.large"}},
		"no host": {"RunnerConfiguration": object{"MaxConcurrentJobs": 1}, "Ec2Configuration": object{"InstanceType": "m5.large"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newJobBarrier(t)
			s := open(t).deploy(t, template(runner, onCall(job(last(), g.recordCommand("begun"), g.waitCommand()))))
			s.output(t, s.first(t))
			executions := []string{s.called(t), s.called(t), s.called(t)}
			g.waitFor(t, 1)
			s.runs(t, "Build")
			stopCode := "UserInitiated"
			if name == "no host" { // nobody was told of its end, and EC2 has forgotten it
				stopCode = "TerminationNotice"
				s.ecsFake.SetFaults(s.name+"-Build", fakeecs.Faults{Event: lost})
				id := s.ecsFake.Hosts(s.name + "-Build")[0].ID
				require.NoError(t, s.ecsFake.Terminate(id))
				require.NoError(t, s.ecsFake.Forget(id))
				told := &story{stack: s, runner: "Build"}
				told.eventually(t, "the task does not end", func() bool { return told.shown == 1 })
			}
			s.remove(t)
			for _, execution := range executions {
				_, cause := s.failure(t, execution)
				assert.Contains(t, cause, "delete")
			}
			for _, task := range s.runnerTasks("Build") {
				require.Eventually(t, func() bool { return s.runnerTasks("Build")[0].LastStatus == "STOPPED" }, soon, tick, "the task does not stop")
				assert.Equal(t, stopCode, s.runnerTasks("Build")[0].StopCode, task.TaskArn)
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
