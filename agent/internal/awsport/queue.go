package awsport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
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
)

// deniedPause is between a refused receive and the one that is believed: a
// policy that is being changed is not seen everywhere at once.
const deniedPause = 5 * time.Second

// Queue is a runner's queue on SQS.
type Queue struct {
	client queueClient
	url    string
	// pause is deniedPause, but for tests.
	pause    time.Duration
	noHiding lack
}

var _ worker.Queue = (*Queue)(nil)

type queueClient interface {
	ReceiveMessage(ctx context.Context, input *sqs.ReceiveMessageInput, options ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessage(ctx context.Context, input *sqs.DeleteMessageInput, options ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error)
	ChangeMessageVisibility(ctx context.Context, input *sqs.ChangeMessageVisibilityInput, options ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// NewQueue takes the queue of the given URL.
func NewQueue(configuration aws.Config, url string, logger *slog.Logger) *Queue {
	return &Queue{client: sqs.NewFromConfig(configuration), url: url, pause: deniedPause, noHiding: lack{logger: logger}}
}

// Receive implements worker.Queue with one long poll. A queue that is gone, or
// that the agent may not read any more, is closed.
func (q *Queue) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	received, err := q.receive(ctx, most, wait)
	if isDenied(err) {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(q.pause):
		}
		received, err = q.receive(ctx, most, wait)
	}
	switch {
	case ctx.Err() != nil && len(received) == 0:
		return nil, context.Cause(ctx)
	case isGone(err), isDenied(err):
		return nil, fmt.Errorf("%w: %w", worker.ErrQueueClosed, err)
	case err != nil:
		return nil, fmt.Errorf("receive messages: %w", err)
	}
	return received, nil
}

// isGone reports whether there is no such queue, by either of its names.
func isGone(err error) bool {
	var gone *types.QueueDoesNotExist
	return errors.As(err, &gone) || code(err) == "AWS.SimpleQueueService.NonExistentQueue"
}

func (q *Queue) receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	seconds := min(max(wait, 0), maxWait).Round(time.Second) / time.Second
	output, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &q.url, MaxNumberOfMessages: int32(min(max(most, 1), maxMessages)), WaitTimeSeconds: int32(seconds),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount, types.MessageSystemAttributeNameSentTimestamp,
		},
	})
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

// attribute is a number that SQS tells of a message; 0 when it does not.
func attribute(message types.Message, name types.MessageSystemAttributeName) int64 {
	value, err := strconv.ParseInt(message.Attributes[string(name)], 10, 64)
	if err != nil {
		return 0
	}
	return value
}

// Hide implements worker.Queue. A receipt that is none any more is no error:
// the message is deleted, or another's.
func (q *Queue) Hide(ctx context.Context, delivery worker.Delivery, duration time.Duration) error {
	seconds := (duration + time.Second - 1) / time.Second
	_, err := q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &q.url, ReceiptHandle: &delivery.Receipt, VisibilityTimeout: int32(seconds),
	})
	var gone *types.MessageNotInflight
	var stale *types.ReceiptHandleIsInvalid
	switch {
	case err == nil, errors.As(err, &gone), errors.As(err, &stale):
		return nil
	case isDenied(err):
		q.noHiding.tell("sqs:ChangeMessageVisibility", "a waiting message comes again when the queue's visibility timeout is over")
		return nil
	}
	return fmt.Errorf("change a message's visibility: %w", err)
}

// Delete implements worker.Queue. A receipt that is none any more is refused:
// the message is another's by now, or was deleted by a call whose answer was
// lost. Nobody can tell, and trying again is of no use.
func (q *Queue) Delete(ctx context.Context, delivery worker.Delivery) error {
	_, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: &delivery.Receipt})
	if err == nil {
		return nil
	}
	switch code(err) {
	case "ReceiptHandleIsInvalid", "InvalidParameterValue": // SQS has both, the latter for a receipt that has expired
		return fmt.Errorf("delete a message: %w: %w", worker.ErrRefused, err)
	}
	return refused("delete a message", err)
}
