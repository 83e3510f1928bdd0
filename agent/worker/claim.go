package worker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

// claimJob makes a job this worker's for good, so that it runs once and is always
// answered: by its claim, or, without claims, by taking its message out of the
// queue. It reports whether the job is to run.
func (w *Worker) claimJob(job context.Context, h *heldJob) bool {
	if job.Err() != nil {
		w.releaseUnstarted(job, h)
		return false
	}
	if w.ports.Claims == nil {
		return w.claimByDeletion(job, h)
	}
	claim := Claim{
		Token: h.token(), Attempt: rand.Text(), StepName: h.message.Metadata.StepName,
		ExecutionARN: h.message.Metadata.ExecutionARN, ClaimedAt: time.Now(),
	}
	err := retryDetached(job, decideTimeout, func(ctx context.Context) error { return w.ports.Claims.Claim(ctx, claim) })
	switch {
	case err == nil:
		// If the message cannot be deleted it comes again, and is dropped
		// for its claim.
		h.markClaimed()
		w.deleteMessage(job, h.latestDelivery)
		return true
	case errors.Is(err, ErrClaimed):
		w.logger.Info("drop a job that was begun already", "job", h.message)
		w.deleteMessage(job, h.latestDelivery)
		return false
	}
	w.failUnclaimed(job, h, "claim the job", err)
	w.finishClaim(job, h) // the claim may have been written all the same
	return false
}

func (w *Worker) claimByDeletion(job context.Context, h *heldJob) bool {
	err := retryDetached(job, decideTimeout, func(ctx context.Context) error { return w.ports.Queue.Delete(ctx, h.latestDelivery()) })
	if err != nil {
		w.failUnclaimed(job, h, "take the job out of the queue", err)
		return false
	}
	h.markClaimed()
	return true
}

// failUnclaimed answers for a job of which nobody knows whether it is this worker's:
// it must neither run nor be left without an answer.
func (w *Worker) failUnclaimed(job context.Context, h *heldJob, what string, err error) {
	if errors.Is(context.Cause(job), errAbandoned) {
		w.releaseUnstarted(job, h)
		return
	}
	w.logger.Error(what+"; it fails", "job", h.message, "error", err)
	w.failUnstarted(job, h, w.interrupted(job, failed(Failed, runtimeFailure(what, err))).failure)
}

// finishClaim says that a claimed job has been answered.
func (w *Worker) finishClaim(ctx context.Context, h *heldJob) {
	if w.ports.Claims == nil {
		return
	}
	err := retryDetached(ctx, deleteTimeout, func(ctx context.Context) error { return w.ports.Claims.Finish(ctx, h.token()) })
	if err != nil {
		w.logger.Warn("finish a claim; another agent will", "job", h.message, "error", err)
	}
}

// renewClaims says now and then that this agent lives, and its claims with it.
func (w *Worker) renewClaims(ctx context.Context) {
	w.runEvery(ctx, w.config.LeaseTime/4, func() {
		if !w.registry.hasJobs() {
			return
		}
		if err := retry(ctx, w.config.LeaseTime/4, w.ports.Claims.Renew); err != nil && ctx.Err() == nil {
			w.logger.Warn("renew the agent's claims", "error", err)
		}
	})
}

// reapLoop answers for agents that die while this one lives.
func (w *Worker) reapLoop(ctx context.Context) {
	w.runEvery(ctx, w.config.LeaseTime/2, func() { w.failOrphanedJobs(ctx) })
}

func (w *Worker) runEvery(ctx context.Context, interval time.Duration, do func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			do()
		}
	}
}

// failOrphanedJobs fails the jobs that other agents of this runner began and
// will not end, since they gave no sign for too long.
func (w *Worker) failOrphanedJobs(ctx context.Context) {
	if w.ports.Claims == nil {
		return
	}
	claims, err := w.unfinishedClaims(ctx, w.config.LeaseTime)
	if err != nil {
		w.logger.Warn("read the claims of other agents; it is tried again later", "error", err)
	}
	for _, claim := range claims {
		if ctx.Err() != nil {
			return
		}
		w.failOrphanedJob(ctx, claim)
	}
}

// failOrphanedJob is bounded: what it cannot do is done next time.
func (w *Worker) failOrphanedJob(ctx context.Context, claim Claim) {
	w.logger.Warn("fail a job whose agent is gone", "step", claim.StepName, "execution", claim.ExecutionARN, "task", claim.Task)
	failure := Failure{protocol.ErrorRuntime, fmt.Sprintf("the runner ended while the job ran: task %s began it at %s and gave no sign of life for %s",
		claim.Task, claim.ClaimedAt.UTC().Format(time.RFC3339), w.config.LeaseTime)}
	err := retry(ctx, stateTimeout, func(ctx context.Context) error {
		return w.ports.Reporter.Fail(ctx, claim.Token, failure)
	})
	if errors.Is(err, ErrRefused) {
		w.logger.Error("nobody can fail a job whose agent is gone", "step", claim.StepName, "error", err)
		err = nil
	}
	if err == nil || errors.Is(err, ErrTokenClosed) {
		err = retry(ctx, stateTimeout, func(ctx context.Context) error { return w.ports.Claims.Finish(ctx, claim.Token) })
	}
	if err != nil && ctx.Err() == nil {
		w.logger.Error("fail a job whose agent is gone; it is tried again later", "step", claim.StepName, "error", err)
	}
}

// othersHaveJobs says whether other agents, alive or dead, have jobs to
// answer. This one stays for them: if they die, somebody must answer.
func (w *Worker) othersHaveJobs(ctx context.Context) bool {
	if w.ports.Claims == nil {
		return false
	}
	claims, err := w.unfinishedClaims(ctx, 0)
	if err != nil && ctx.Err() == nil {
		w.logger.Warn("read the claims of other agents", "error", err)
	}
	return len(claims) > 0
}

func (w *Worker) unfinishedClaims(ctx context.Context, silent time.Duration) (claims []Claim, err error) {
	err = retry(ctx, stateTimeout, func(ctx context.Context) (err error) {
		claims, err = w.ports.Claims.Unfinished(ctx, silent)
		return err
	})
	return claims, err
}
