package aws

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/attini-go/runner/internal/launch"
)

// maxDelay is the longest delay of a message.
const maxDelay = 15 * time.Minute

// RunnerChecks are delayed messages in a queue that calls the launcher. A message is
// the runner's name.
type RunnerChecks struct {
	client *sqs.Client
	queue  string
}

var _ launch.Checks = (*RunnerChecks)(nil)

// NewRunnerChecks returns the timer of the queue with this URL.
func NewRunnerChecks(config aws.Config, queue string) *RunnerChecks {
	return &RunnerChecks{client: sqs.NewFromConfig(config), queue: queue}
}

// At implements launch.Checks. SQS counts in seconds; a check does not come too early.
func (c *RunnerChecks) At(ctx context.Context, runner string, at time.Time) error {
	delay := max(0, min(time.Until(at), maxDelay))
	_, err := c.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &c.queue, MessageBody: &runner, DelaySeconds: int32(math.Ceil(delay.Seconds())),
	})
	err = queueError(ctx, "sqs:SendMessage", err)
	if errors.Is(err, launch.ErrNoQueue) {
		return fmt.Errorf("call sqs:SendMessage: the queue of checks %s does not exist; install the system again", c.queue)
	}
	return err
}
