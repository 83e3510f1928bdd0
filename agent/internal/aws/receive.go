package aws

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/attini-go/runner/agent/worker"
)

// Limits of SQS.
const (
	maxMessages = 10
	maxWait     = 20 * time.Second
	// minWait is the shortest wait: the SDK omits a zero, and SQS then uses the
	// queue's own setting.
	minWait = time.Second
)

const (
	// deniedRetryDelay is the pause before a denied receive is repeated: a changed
	// policy takes effect gradually.
	deniedRetryDelay = 5 * time.Second
	// repeatTime bounds the repetition of a receive without an answer.
	repeatTime = 2 * time.Second
)

// Receive implements worker.Queue with one long poll. A queue that was deleted, or
// that the agent may no longer read, counts as closed. If ctx ends during the call,
// it returns within repeatTime.
func (q *Queue) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	received, err := q.attempt(ctx, most, wait)
	if isDenied(err) {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(q.pause):
		}
		received, err = q.attempt(ctx, most, wait)
	}
	switch {
	case len(received) > 0:
		return received, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case isGone(err), isDenied(err):
		return nil, fmt.Errorf("%w: %w", worker.ErrQueueClosed, err)
	case err != nil:
		return nil, fmt.Errorf("receive messages: %w", err)
	}
	return nil, nil
}

// isGone reports whether the queue does not exist, by either error code of SQS.
func isGone(err error) bool {
	var gone *types.QueueDoesNotExist
	return errors.As(err, &gone) || code(err) == "AWS.SimpleQueueService.NonExistentQueue"
}

// attempt receives once. If an answer is lost or late, its messages stay hidden
// although no agent has them. So a call without an answer is repeated with the same
// attempt id, for which SQS returns the same messages.
func (q *Queue) attempt(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	input := q.request(most, wait)
	deliveries, err := q.receive(ctx, input)
	if err == nil || code(err) != "" || input.ReceiveRequestAttemptId == nil {
		return deliveries, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), repeatTime)
	defer cancel()
	input.WaitTimeSeconds = int32(minWait / time.Second)
	if late, failed := q.receive(ctx, input); failed == nil && len(late) > 0 {
		return late, nil
	}
	return nil, err
}

// request rounds the wait up to whole seconds. The attempt id is for FIFO queues only,
// such as a Runner's; the SDK's own retries use it, too.
func (q *Queue) request(most int, wait time.Duration) *sqs.ReceiveMessageInput {
	seconds := (min(max(wait, minWait), maxWait) + time.Second - 1) / time.Second
	input := &sqs.ReceiveMessageInput{
		QueueUrl: &q.url, MaxNumberOfMessages: int32(min(max(most, 1), maxMessages)), WaitTimeSeconds: int32(seconds),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameSentTimestamp,
		},
	}
	if strings.HasSuffix(q.url, ".fifo") {
		input.ReceiveRequestAttemptId = aws.String(rand.Text())
	}
	return input
}

func (q *Queue) receive(ctx context.Context, input *sqs.ReceiveMessageInput) ([]worker.Delivery, error) {
	output, err := q.client.ReceiveMessage(ctx, input)
	if err != nil {
		return nil, err
	}
	deliveries := make([]worker.Delivery, len(output.Messages))
	for i, message := range output.Messages {
		deliveries[i] = worker.Delivery{
			Body: []byte(aws.ToString(message.Body)), Receipt: aws.ToString(message.ReceiptHandle),
			Receives: int(attribute(message, types.MessageSystemAttributeNameApproximateReceiveCount)),
		}
		if sent := attribute(message, types.MessageSystemAttributeNameSentTimestamp); sent > 0 {
			deliveries[i].Sent = time.UnixMilli(sent)
		}
	}
	return deliveries, nil
}

// attribute returns a numeric attribute of a message; 0 if it is absent.
func attribute(message types.Message, name types.MessageSystemAttributeName) int64 {
	value, err := strconv.ParseInt(message.Attributes[string(name)], 10, 64)
	if err != nil {
		return 0
	}
	return value
}
