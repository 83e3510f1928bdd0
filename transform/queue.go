package transform

import (
	"github.com/awslabs/goformation/v7/cloudformation/sqs"

	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/schema"
)

func queueID(runner *schema.Runner) string { return "AttiniRunnerQueue" + runner.Name }

// queue is where the launcher puts a runner's jobs. It is a FIFO queue, as in
// the original, so that a live stack's queue is not replaced.
func queue() *cfn.Node {
	return new(typed).resource(&sqs.Queue{
		FifoQueue:            new(true),
		SqsManagedSseEnabled: new(true),
		// The longest poll: an idle runner asks three times a minute.
		ReceiveMessageWaitTimeSeconds: new(20),
		// The agent extends it for what it holds; a dead agent's jobs come
		// back after this many seconds.
		VisibilityTimeout: new(60),
		// As long as SQS keeps a message: a job's life is bounded by its
		// step's task token, not by the queue.
		MessageRetentionPeriod: new(14 * 24 * 60 * 60),
	})
}
