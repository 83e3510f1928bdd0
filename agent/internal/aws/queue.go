package aws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// Queue is a runner's SQS queue.
type Queue struct {
	client queueClient
	url    string
	// pause is deniedRetryDelay, except in tests.
	pause       time.Duration
	missingHide missingPermission
}

var _ worker.Queue = (*Queue)(nil)

type queueClient interface {
	ReceiveMessage(ctx context.Context, input *sqs.ReceiveMessageInput, options ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	DeleteMessage(ctx context.Context, input *sqs.DeleteMessageInput, options ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error)
	ChangeMessageVisibility(ctx context.Context, input *sqs.ChangeMessageVisibilityInput, options ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// NewQueue returns the queue with a URL.
func NewQueue(configuration aws.Config, url string, logger *slog.Logger) *Queue {
	return &Queue{client: sqs.NewFromConfig(configuration), url: url, pause: deniedRetryDelay, missingHide: missingPermission{logger: logger}}
}

// Hide implements worker.Queue. A stale receipt is no error: the message was deleted
// or delivered again.
func (q *Queue) Hide(ctx context.Context, delivery worker.Delivery, duration time.Duration) error {
	seconds := (duration + time.Second - 1) / time.Second
	_, err := q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &q.url, ReceiptHandle: &delivery.Receipt, VisibilityTimeout: int32(seconds),
	})
	switch {
	case err == nil, isStaleReceipt(err):
		return nil
	case isDenied(err):
		q.missingHide.warnOnce("sqs:ChangeMessageVisibility", "SQS delivers a waiting message again when the queue's visibility timeout is over")
		return nil
	}
	return fmt.Errorf("change a message's visibility: %w", err)
}

// Delete implements worker.Queue. A stale receipt is refused: either the message was
// delivered again, or a call whose answer was lost has deleted it. Trying again
// would not help.
func (q *Queue) Delete(ctx context.Context, delivery worker.Delivery) error {
	_, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: &delivery.Receipt})
	if err == nil {
		return nil
	}
	if isStaleReceipt(err) {
		return fmt.Errorf("delete a message: %w: %w", worker.ErrRefused, err)
	}
	return permanentError("delete a message", err)
}

// isStaleReceipt reports whether a receipt is no longer valid.
func isStaleReceipt(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && protocol.IsStaleReceipt(api.ErrorCode(), api.ErrorMessage())
}
