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
	"github.com/aws/smithy-go"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
)

// Limits of SQS.
const (
	maxMessages = 10
	minWait     = time.Second
	maxWait     = 20 * time.Second
)

// JobQueue is the runners' queues on SQS.
type JobQueue struct{ client *sqs.Client }

var _ launch.Queue = (*JobQueue)(nil)

// NewJobQueue returns the ports of SQS.
func NewJobQueue(config aws.Config) *JobQueue {
	return &JobQueue{client: sqs.NewFromConfig(config)}
}

// queueError words the error of a call.
func queueError(ctx context.Context, action string, err error) error {
	var gone *types.QueueDoesNotExist
	switch {
	case err == nil:
		return nil
	case errors.As(err, &gone), code(err) == "AWS.SimpleQueueService.NonExistentQueue":
		return launch.ErrNoQueue
	}
	return wrapError(ctx, action, err)
}

// Send implements launch.Queue.
func (q *JobQueue) Send(ctx context.Context, queue, id string, body []byte) error {
	_, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &queue, MessageGroupId: &id, MessageDeduplicationId: &id, MessageBody: aws.String(string(body)),
	})
	if code(err) == "InvalidParameterValue" && strings.Contains(err.Error(), "shorter than") {
		return launch.ErrTooLarge
	}
	return queueError(ctx, "sqs:SendMessage", err)
}

// Receive implements launch.Queue. The SDK's retries repeat the attempt id, so
// that SQS returns the messages of a lost answer again. It waits at least a second: the
// SDK leaves out a zero, and SQS then waits as long as the queue's setting says.
func (q *JobQueue) Receive(ctx context.Context, queue string, wait, hide time.Duration) ([]launch.Delivery, error) {
	output, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &queue, MaxNumberOfMessages: maxMessages, VisibilityTimeout: seconds(hide),
		WaitTimeSeconds: seconds(min(max(wait, minWait), maxWait)), ReceiveRequestAttemptId: aws.String(rand.Text()),
	})
	if err != nil {
		return nil, queueError(ctx, "sqs:ReceiveMessage", err)
	}
	deliveries := make([]launch.Delivery, len(output.Messages))
	for i, message := range output.Messages {
		deliveries[i] = launch.Delivery{Body: []byte(aws.ToString(message.Body)), Receipt: aws.ToString(message.ReceiptHandle)}
	}
	return deliveries, nil
}

// Hidden implements launch.Queue.
func (q *JobQueue) Hidden(ctx context.Context, queue string) (int, error) {
	const hidden = types.QueueAttributeNameApproximateNumberOfMessagesNotVisible
	output, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &queue, AttributeNames: []types.QueueAttributeName{hidden}})
	if err != nil {
		return 0, queueError(ctx, "sqs:GetQueueAttributes", err)
	}
	count, err := strconv.Atoi(output.Attributes[string(hidden)])
	if err != nil {
		return 0, fmt.Errorf("sqs:GetQueueAttributes: read %s: %w", hidden, err)
	}
	return count, nil
}

// seconds rounds up.
func seconds(duration time.Duration) int32 {
	return int32((max(duration, 0) + time.Second - 1) / time.Second)
}

// Hide implements launch.Queue.
func (q *JobQueue) Hide(ctx context.Context, queue, receipt string, duration time.Duration) error {
	_, err := q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &queue, ReceiptHandle: &receipt, VisibilityTimeout: seconds(duration),
	})
	if isStale(err) {
		return nil
	}
	return queueError(ctx, "sqs:ChangeMessageVisibility", err)
}

// Delete implements launch.Queue.
func (q *JobQueue) Delete(ctx context.Context, queue, receipt string) error {
	_, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: &receipt})
	if isStale(err) {
		return nil
	}
	return queueError(ctx, "sqs:DeleteMessage", err)
}

// isStale reports whether a receipt is no longer valid: the message was deleted, is
// visible again, or was received again.
func isStale(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && protocol.IsStaleReceipt(api.ErrorCode(), api.ErrorMessage())
}
