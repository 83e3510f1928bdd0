package system_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeecs"
)

// TestStackDeletedWhileHostBoots: nobody but the deletion knows of a host that has
// not joined its cluster yet. A message that is no job keeps nothing up.
func TestStackDeletedWhileHostBoots(t *testing.T) {
	t.Parallel()
	s := open(t).deploy(t, template(object{"Ec2Configuration": object{"InstanceType": "m5.large"}}, onCall(job(last(), "true"))))
	s.ecsFake.SetFaults(s.name+"-Build", fakeecs.Faults{NeverRegisters: true})
	s.output(t, s.first(t))
	waiting := s.called(t)
	require.Eventually(t, func() bool { return len(s.ecsFake.Hosts(s.name+"-Build")) == 1 }, soon, tick, "the runner has no host")
	queue, err := s.queues.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(s.name + "-AttiniRunnerQueueBuild.fifo")})
	require.NoError(t, err)
	_, err = s.queues.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: queue.QueueUrl, MessageBody: aws.String(`{"no":"job"}`), MessageGroupId: aws.String("g"), MessageDeduplicationId: aws.String("d"),
	})
	require.NoError(t, err)
	s.remove(t)
	_, cause := s.failure(t, waiting)
	assert.Contains(t, cause, "delete")
	assert.Equal(t, "terminated", s.ecsFake.Hosts(s.name + "-Build")[0].State)
	assert.Empty(t, s.items(t))
}

// TestRunnerDeletedWhileItStarts: a task that was started for a runner that is
// deleted meanwhile is stopped by who started it.
func TestRunnerDeletedWhileItStarts(t *testing.T) {
	t.Parallel()
	s := open(t).deploy(t, template(object{}, onCall(job(last(), "true"))))
	s.output(t, s.first(t))
	s.refusals.afterStart(s.group("Build"), func() {
		_, err := s.tables.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
			TableName: aws.String("AttiniResourceStatesV1"),
			Key: map[string]dynamodbtypes.AttributeValue{
				"resourceType": &dynamodbtypes.AttributeValueMemberS{Value: "Runner"},
				"name":         &dynamodbtypes.AttributeValueMemberS{Value: s.name + "-Build"},
			},
		})
		assert.NoError(t, err)
	})
	name, cause := s.failure(t, s.called(t))
	assert.Equal(t, "RunnerConfigError", name)
	assert.Contains(t, cause, "Build")
	require.Eventually(t, func() bool {
		tasks := s.runnerTasks("Build")
		return len(tasks) == 1 && tasks[0].LastStatus == "STOPPED"
	}, soon, tick, "the task is left")
}
