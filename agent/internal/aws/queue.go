package aws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/attini-go/runner/agent/worker"
)

// Queue is a runner's queue on SQS.
type Queue struct {
	client queueClient
	url    string
	// pause is deniedPause, but for tests.
	pause       time.Duration
	missingHide missingPermission
}

var _ worker.Queue = (*Queue)(nil)

type queueClient interface {
	ReceiveMessage(ctx context.Context, input *sqs.ReceiveMessageInput, options ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessage(ctx context.Context, input *sqs.DeleteMessageInput, options ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error)
	ChangeMessageVisibility(ctx context.Context, input *sqs.ChangeMessageVisibilityInput, options ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// NewQueue takes the queue of the given URL.
func NewQueue(configuration aws.Config, url string, logger *slog.Logger) *Queue {
	return &Queue{client: sqs.NewFromConfig(configuration), url: url, pause: deniedRetryDelay, missingHide: missingPermission{logger: logger}}
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
		q.missingHide.warnOnce("sqs:ChangeMessageVisibility", "a waiting message comes again when the queue's visibility timeout is over")
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
	return permanentError("delete a message", err)
}
