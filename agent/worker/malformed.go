package worker

import (
	"context"

	"github.com/attini-go/runner/agent/protocol"
)

// maxMalformedReceives is how often a message that nobody can read is left to
// its queue. One with a dead-letter queue has put it there by then.
const maxMalformedReceives = 10

// handleMalformed deals with a message that is no job. The step that waits is told
// if it can be found. Otherwise the message is left for the dead-letter queue,
// and deleted when it comes all the same.
func (w *Worker) handleMalformed(ctx context.Context, delivery Delivery, reason error) {
	if token := protocol.FindTaskToken(delivery.Body); token != "" {
		w.logger.Error("fail the step of a message that is no job", "error", reason)
		unread := &protocol.Message{Metadata: protocol.ExecutionMetadata{TaskToken: token}}
		w.failUnstarted(ctx, newHeldJob(unread, delivery), Failure{protocol.ErrorRuntime, reason.Error()})
		return
	}
	if delivery.Receives > 0 && delivery.Receives < maxMalformedReceives {
		w.logger.Error("leave a message that is no job", "received", delivery.Receives, "error", reason)
		return
	}
	w.logger.Error("drop a message that is no job", "received", delivery.Receives, "error", reason)
	w.deleteMessage(ctx, func() Delivery { return delivery })
}
