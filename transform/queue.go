package transform

import (
	"github.com/awslabs/goformation/v7/cloudformation/sqs"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

func queueID(runner *schema.Runner) string { return "AttiniRunnerQueue" + runner.Name }

func deadLetterQueueID(runner *schema.Runner) string {
	return "AttiniRunnerDeadLetterQueue" + runner.Name
}

// retention is as long as SQS keeps a message, in seconds: a job's life is
// bounded by its step's task token, not by the queue.
const retention = 14 * 24 * 60 * 60

// maxReceives is how often a message is handed out before it counts as one that
// no agent can read. An agent deletes a message when it has claimed the job, and
// gives it back when it leaves, so a sound message is received a few times.
const maxReceives = 100

// queue is where the launcher puts a runner's jobs. It is a FIFO queue, as in
// the original, so that a live stack's queue is not replaced.
func queue(runner *schema.Runner) *cfn.Node {
	redrive := cfn.Obj(
		cfn.F("deadLetterTargetArn", cfn.GetAtt(deadLetterQueueID(runner), "Arn")),
		cfn.F("maxReceiveCount", cfn.Int(maxReceives)),
	)
	return new(typed).resource(&sqs.Queue{
		FifoQueue:            new(true),
		SqsManagedSseEnabled: new(true),
		// The longest poll: an idle runner asks three times a minute.
		ReceiveMessageWaitTimeSeconds: new(20),
		// The agent extends it for what it holds; a dead agent's jobs come
		// back after this many seconds.
		VisibilityTimeout:      new(60),
		MessageRetentionPeriod: new(retention),
	}, whole(redrive, "RedrivePolicy"))
}

// deadLetterQueue keeps messages that no agent could read; a FIFO queue's is one
// too.
func deadLetterQueue() *cfn.Node {
	return new(typed).resource(&sqs.Queue{
		FifoQueue: new(true), SqsManagedSseEnabled: new(true), MessageRetentionPeriod: new(retention),
	})
}
