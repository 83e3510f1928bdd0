package worker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

// claimJob claims a job, so that it runs once and its step is always answered.
// Without claims, deleting its message is the claim. It reports whether the job
// must run.
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
		ExecutionARN: h.message.Metadata.ExecutionARN, ErrorNames: h.message.Metadata.ErrorNames, ClaimedAt: time.Now(),
	}
	err := w.retryDetached(job, decideTimeout, func(ctx context.Context) error { return w.ports.Claims.Claim(ctx, claim) })
	switch {
	case err == nil:
		// A message that cannot be deleted is delivered again, and is discarded
		// because of the claim.
		h.markClaimed()
		w.deleteMessage(job, h.latestDelivery)
		return true
	case errors.Is(err, ErrClaimed):
		w.logger.Info("discard a job that was started before", "job", h.message)
		w.deleteMessage(job, h.latestDelivery)
		return false
	}
	w.failUnclaimed(job, h, "claim the job", err)
	w.finishClaim(job, h) // the claim may have been written nevertheless
	return false
}

func (w *Worker) claimByDeletion(job context.Context, h *heldJob) bool {
	err := w.retryDetached(job, decideTimeout, func(ctx context.Context) error { return w.ports.Queue.Delete(ctx, h.latestDelivery()) })
	if err != nil {
		w.failUnclaimed(job, h, "delete the job from the queue", err)
		return false
	}
	h.markClaimed()
	return true
}

// failUnclaimed fails a job whose claim may or may not have been written: it must
// not run, and its step must get an answer.
func (w *Worker) failUnclaimed(job context.Context, h *heldJob, what string, err error) {
	if errors.Is(context.Cause(job), errAbandoned) {
		w.releaseUnstarted(job, h)
		return
	}
	w.logger.Error("cannot "+what+"; its step fails", "job", h.message, "error", err)
	w.failUnstarted(job, h, w.interrupted(job, failed(Failed, runtimeFailure(what, err))).failure)
}

// finishClaim marks the claim of an answered job as finished.
func (w *Worker) finishClaim(ctx context.Context, h *heldJob) {
	if w.ports.Claims == nil {
		return
	}
	err := w.retryDetached(ctx, deleteTimeout, func(ctx context.Context) error { return w.ports.Claims.Finish(ctx, h.token()) })
	if err != nil {
		w.logger.Warn("cannot finish a claim; another agent will do it", "job", h.message, "error", err)
	}
}

// renewClaims renews this agent's claims while it holds a job, and once without one: so
// the launcher knows an agent that has not had a job yet from one that cannot write
// claims.
func (w *Worker) renewClaims(ctx context.Context) {
	renewed := false
	w.runEvery(ctx, w.config.LeaseTime/4, func() {
		if renewed && w.registry.current().accepted == 0 {
			return
		}
		err := w.retry(ctx, w.config.LeaseTime/4, w.ports.Claims.Renew)
		renewed = renewed || err == nil
		if err != nil && ctx.Err() == nil {
			w.logger.Warn("cannot renew the agent's claims; trying again later", "error", err)
		}
	})
}

// reapLoop fails the jobs of agents that die while this one runs.
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

// failOrphanedJobs fails the jobs of other agents of this runner that have not
// renewed their claims for LeaseTime.
func (w *Worker) failOrphanedJobs(ctx context.Context) {
	if w.ports.Claims == nil {
		return
	}
	claims, err := w.unfinishedClaims(ctx, w.config.LeaseTime)
	if err != nil {
		w.logger.Warn("cannot read the claims of other agents; trying again later", "error", err)
	}
	for _, claim := range claims {
		if ctx.Err() != nil {
			return
		}
		w.failOrphanedJob(ctx, claim)
	}
}

// failOrphanedJob is bounded in time. What it cannot do, the next round does.
func (w *Worker) failOrphanedJob(ctx context.Context, claim Claim) {
	w.logger.Warn("fail a job whose agent has died", "step", claim.StepName, "execution", claim.ExecutionARN, "task", claim.Task)
	failure := Failure{Error: protocol.ErrorRuntime, Cause: fmt.Sprintf("the runner ended while the job ran: task %s started it at %s and has not renewed its claim for %s",
		claim.Task, claim.ClaimedAt.UTC().Format(time.RFC3339), w.config.LeaseTime)}
	err := w.retry(ctx, stateTimeout, func(ctx context.Context) error {
		return w.ports.Reporter.Fail(ctx, claim.Token, failure)
	})
	if errors.Is(err, ErrRefused) {
		w.logger.Error("cannot fail a job whose agent has died, and trying again would not help", "step", claim.StepName, "error", err)
		err = nil
	}
	if err == nil || errors.Is(err, ErrTokenClosed) {
		err = w.retry(ctx, stateTimeout, func(ctx context.Context) error { return w.ports.Claims.Finish(ctx, claim.Token) })
	}
	if err != nil && ctx.Err() == nil {
		w.logger.Error("cannot fail a job whose agent has died; trying again later", "step", claim.StepName, "error", err)
	}
}

// othersHaveJobs reports whether other agents, alive or dead, have unfinished
// claims. This agent stays then, so that it can fail their jobs if they die.
func (w *Worker) othersHaveJobs(ctx context.Context) bool {
	if w.ports.Claims == nil {
		return false
	}
	claims, err := w.unfinishedClaims(ctx, 0)
	if err != nil && ctx.Err() == nil {
		w.logger.Warn("cannot read the claims of other agents", "error", err)
	}
	return len(claims) > 0
}

// claimsTimeout bounds one look at all claims, which may take many calls.
const claimsTimeout = time.Minute

func (w *Worker) unfinishedClaims(ctx context.Context, silent time.Duration) (claims []Claim, err error) {
	err = w.retryCalls(ctx, stateTimeout, claimsTimeout, func(ctx context.Context) (err error) {
		claims, err = w.ports.Claims.Unfinished(ctx, silent)
		return err
	})
	return claims, err
}
