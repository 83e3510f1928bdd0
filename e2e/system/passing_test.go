package system_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/test/fakeecs"
)

// story is what happens to one Runner of a stack, for which time can pass faster.
type story struct {
	*stack
	jobBarrier
	runner string
	// shown is of how many stopped tasks the messages are visible again.
	shown int
}

// pass has time pass for the Runner alone, and then its check come. Jobs, agents and the
// rest of the account do not notice.
func (s *story) pass(t testing.TB, by time.Duration) {
	t.Helper()
	s.ecsFake.Age(s.resource(), by)
	back := strconv.FormatInt(-by.Milliseconds(), 10)
	for _, name := range []string{protocol.AttrTaskStartedAt, protocol.AttrHostBootedAt, protocol.AttrDoubtSince} {
		s.changeTime(t, "ADD #a :v", name, back)
	}
	s.changeTime(t, "SET #a = :v", protocol.AttrCheckAt, strconv.FormatInt(time.Now().UnixMilli(), 10))
	done := make(chan error, 1)
	go func() {
		_, err := s.cloud.Call(t.Context(), s.region, launcherName, fmt.Appendf(nil, `{"Records":[{"eventSource":"aws:sqs","body":%q}]}`, s.resource()))
		done <- err
	}()
	s.eventually(t, "the check does not end", func() bool {
		select {
		case err := <-done:
			return assert.NoError(t, err)
		default:
			return false
		}
	})
}

// resource is the Runner's name in the account.
func (s *story) resource() string { return s.name + "-" + s.runner }

func (s *story) tasks() []fakeecs.Task { return s.runnerTasks(s.runner) }

func (s *story) hosts() []fakeecs.Host { return s.ecsFake.Hosts(s.resource()) }

// changeTime changes a time of the Runner's item, if it has it.
func (s *story) changeTime(t testing.TB, expression, attribute, value string) {
	t.Helper()
	_, err := s.stack.tables.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("AttiniResourceStatesV1"), Key: s.itemKey(),
		UpdateExpression: &expression, ConditionExpression: aws.String("attribute_exists(#a)"), ExpressionAttributeNames: map[string]string{"#a": attribute},
		ExpressionAttributeValues: map[string]types.AttributeValue{":v": &types.AttributeValueMemberN{Value: value}},
	})
	var absent *types.ConditionalCheckFailedException
	if !errors.As(err, &absent) {
		require.NoError(t, err)
	}
}

// itemKey is the key of the Runner's item.
func (s *story) itemKey() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		protocol.AttrResourceType: &types.AttributeValueMemberS{Value: protocol.TypeRunner},
		protocol.AttrName:         &types.AttributeValueMemberS{Value: s.resource()},
	}
}

// eventually waits until a condition holds. What the Runner's tasks that have stopped held
// of its queue is visible at once, and not after a minute.
func (s *story) eventually(t testing.TB, message string, holds func() bool) {
	t.Helper()
	require.Eventually(t, func() bool {
		if stopped := s.stopped(); stopped > s.shown {
			s.shown = stopped
			s.showHidden(t)
		}
		return holds()
	}, soon, 10*tick, "%s", message)
}

// stopped is how many of the Runner's tasks have stopped.
func (s *story) stopped() (count int) {
	for _, task := range s.tasks() {
		if task.LastStatus == "STOPPED" {
			count++
		}
	}
	return count
}

// showHidden ends the visibility timeout of all messages of the Runner's queue.
func (s *story) showHidden(t testing.TB) {
	t.Helper()
	found, err := s.queues.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(s.name + "-AttiniRunnerQueue" + s.runner + ".fifo")})
	if !assert.NoError(t, err) {
		return
	}
	for _, receipt := range s.cloud.Received(aws.ToString(found.QueueUrl)) {
		_, _ = s.queues.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: found.QueueUrl, ReceiptHandle: &receipt}) // it may be deleted
	}
}

// answer waits until an execution has ended, and returns its error; "" if it succeeded.
func (s *story) answer(t testing.TB, execution string) (name, cause string) {
	t.Helper()
	s.eventually(t, "the plan does not end", func() bool { return len(s.withStatus(t, []string{execution}, sfntypes.ExecutionStatusRunning)) == 0 })
	end := s.ended(t, execution)
	return aws.ToString(end.Error), aws.ToString(end.Cause)
}

// succeed waits until executions have succeeded.
func (s *story) succeed(t testing.TB, executions ...string) {
	t.Helper()
	for _, execution := range executions {
		name, cause := s.answer(t, execution)
		require.Empty(t, name, cause)
	}
}

// settle has time pass until the Runner has nothing that costs: no task, no host and no
// check.
func (s *story) settle(t testing.TB) {
	t.Helper()
	s.passUntil(t, time.Minute, func() bool { return s.isCold(t) })
}

// passUntil has time pass, again and again, until a condition holds.
func (s *story) passUntil(t testing.TB, by time.Duration, holds func() bool) {
	t.Helper()
	const most = 8 * time.Hour
	for passed := time.Duration(0); !holds(); passed += by {
		require.Less(t, passed, most, "of the Runner there are %v and %v", s.tasks(), s.hosts())
		s.pass(t, by)
	}
}

func (s *story) isCold(t testing.TB) bool {
	t.Helper()
	for _, host := range s.hosts() {
		if host.State != "terminated" {
			return false
		}
	}
	found, err := s.stack.tables.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("AttiniResourceStatesV1"), Key: s.itemKey(), ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	require.NotEmpty(t, found.Item)
	return s.stopped() == len(s.tasks()) && found.Item[protocol.AttrTaskID] == nil && found.Item[protocol.AttrHostID] == nil && found.Item[protocol.AttrCheckAt] == nil
}
