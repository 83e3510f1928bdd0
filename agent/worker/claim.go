package worker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

// own makes a job this worker's for good, so that it runs once and is always
// answered: by its claim, or, without claims, by taking its message out of the
// queue. It reports whether the job is to run.
func (w *Worker) own(job context.Context, h *hold) bool {
	if job.Err() != nil {
		w.unbegun(job, h)
		return false
	}
	if w.ports.Claims == nil {
		return w.ownByDeletion(job, h)
	}
	claim := Claim{
		Token: h.token(), Attempt: rand.Text(), StepName: h.message.Metadata.StepName,
		ExecutionARN: h.message.Metadata.ExecutionARN, ClaimedAt: time.Now(),
	}
	err := persist(job, decideTimeout, func(ctx context.Context) error { return w.ports.Claims.Claim(ctx, claim) })
	switch {
	case err == nil:
		// If the message cannot be deleted it comes again, and is dropped
		// for its claim.
		h.own()
		w.remove(job, h.newest)
		return true
	case errors.Is(err, ErrClaimed):
		w.logger.Info("drop a job that was begun already", "job", h.message)
		w.remove(job, h.newest)
		return false
	}
	w.disown(job, h, "claim the job", err)
	w.finish(job, h) // the claim may have been written all the same
	return false
}

func (w *Worker) ownByDeletion(job context.Context, h *hold) bool {
	err := persist(job, decideTimeout, func(ctx context.Context) error { return w.ports.Queue.Delete(ctx, h.newest()) })
	if err != nil {
		w.disown(job, h, "take the job out of the queue", err)
		return false
	}
	h.own()
	return true
}

// disown answers for a job of which nobody knows whether it is this worker's:
// it must neither run nor be left without an answer.
func (w *Worker) disown(job context.Context, h *hold, what string, err error) {
	if errors.Is(context.Cause(job), errAbandoned) {
		w.unbegun(job, h)
		return
	}
	w.logger.Error(what+"; it fails", "job", h.message, "error", err)
	w.failUnbegun(job, h, w.interrupted(job, failed(Failed, runtimeFailure(what, err))).failure)
}

// finish says that a claimed job has been answered.
func (w *Worker) finish(ctx context.Context, h *hold) {
	if w.ports.Claims == nil {
		return
	}
	err := persist(ctx, deleteTimeout, func(ctx context.Context) error { return w.ports.Claims.Finish(ctx, h.token()) })
	if err != nil {
		w.logger.Warn("finish a claim; another agent will", "job", h.message, "error", err)
	}
}

// renew says now and then that this agent lives, and its claims with it.
func (w *Worker) renew(ctx context.Context) {
	w.every(ctx, w.config.LeaseTime/4, func() {
		if !w.held.busyNow() {
			return
		}
		if err := retry(ctx, w.config.LeaseTime/4, w.ports.Claims.Renew); err != nil && ctx.Err() == nil {
			w.logger.Warn("renew the agent's claims", "error", err)
		}
	})
}

// attend answers for agents that die while this one lives.
func (w *Worker) attend(ctx context.Context) {
	w.every(ctx, w.config.LeaseTime/2, func() { w.answerForTheDead(ctx) })
}

func (w *Worker) every(ctx context.Context, interval time.Duration, do func()) {
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

// answerForTheDead fails the jobs that other agents of this runner began and
// will not end, since they gave no sign for too long.
func (w *Worker) answerForTheDead(ctx context.Context) {
	if w.ports.Claims == nil {
		return
	}
	claims, err := w.unfinished(ctx, w.config.LeaseTime)
	if err != nil {
		w.logger.Warn("read the claims of other agents; it is tried again later", "error", err)
	}
	for _, claim := range claims {
		if ctx.Err() != nil {
			return
		}
		w.answerFor(ctx, claim)
	}
}

// answerFor is bounded: what it cannot do is done next time.
func (w *Worker) answerFor(ctx context.Context, claim Claim) {
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

// othersUnfinished says whether other agents, alive or dead, have jobs to
// answer. This one stays for them: if they die, somebody must answer.
func (w *Worker) othersUnfinished(ctx context.Context) bool {
	if w.ports.Claims == nil {
		return false
	}
	claims, err := w.unfinished(ctx, 0)
	if err != nil && ctx.Err() == nil {
		w.logger.Warn("read the claims of other agents", "error", err)
	}
	return len(claims) > 0
}

func (w *Worker) unfinished(ctx context.Context, silent time.Duration) (claims []Claim, err error) {
	err = retry(ctx, stateTimeout, func(ctx context.Context) (err error) {
		claims, err = w.ports.Claims.Unfinished(ctx, silent)
		return err
	})
	return claims, err
}
