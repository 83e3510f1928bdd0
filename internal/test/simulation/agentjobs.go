package simulation

import (
	"slices"
	"strconv"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/message"
)

// next claims the next job that waits, while there is a place.
func (a *agent) next() {
	for _, h := range slices.Clone(a.order) {
		if h.ready && a.running < maxConcurrent {
			h.ready = false
			a.running++
			a.attempts++
			attempt := a.name + " " + strconv.Itoa(a.attempts)
			a.do(a.soon(), func() { a.claim(h, attempt) })
		}
	}
}

func (a *agent) claim(h *held, attempt string) {
	if h.gone {
		a.freeSlot()
		return
	}
	if a.w.mutation.DeleteFirst {
		a.calls.DeleteMessage(h.Receipt)
		a.do(a.soon(), func() { a.claimed(h, attempt) })
		return
	}
	a.claimed(h, attempt)
}

func (a *agent) claimed(h *held, attempt string) {
	ours := a.w.mutation.NoClaim || a.calls.ClaimJob(h.Message, attempt, a.now())
	if a.lost("claim") {
		if a.w.mutation.NoAttempt {
			a.attempts++
			attempt = a.name + " " + strconv.Itoa(a.attempts)
		}
		a.do(retryPause, func() { a.claimed(h, attempt) })
		return
	}
	if !ours {
		a.calls.DeleteMessage(h.Receipt)
		a.drop(h)
		a.freeSlot()
		return
	}
	h.claimed = true
	a.jobs++
	a.do(a.soon(), func() {
		if !a.lost("delete") {
			a.calls.DeleteMessage(h.Receipt)
		}
		a.do(a.w.begin(a, h.token), func() { a.report(h) })
	})
}

func (a *agent) freeSlot() {
	a.running--
	a.lastEnd = time.Now()
	a.next()
}

// report ends a job.
func (a *agent) report(h *held) {
	a.calls.Answer(h.token, nil)
	if a.lost("answer") {
		a.do(retryPause, func() { a.report(h) })
		return
	}
	a.do(a.soon(), func() {
		a.calls.FinishClaim(h.token)
		a.running--
		a.lastEnd = time.Now()
		a.drop(h)
		if !a.over {
			a.next()
		}
	})
}

// reap fails the jobs of agents that have died.
func (a *agent) reap() {
	if !a.leaving && !a.w.mutation.NoLease {
		for _, claim := range a.calls.Unfinished(a.now().Add(-protocol.LeaseTime)) {
			a.calls.Answer(claim.Token, &message.Failure{Name: protocol.ErrorRuntime, Cause: "the agent died"})
			a.calls.FinishClaim(claim.Name)
		}
	}
	a.do(protocol.LeaseTime/2, a.reap)
}
