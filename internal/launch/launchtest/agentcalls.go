package launchtest

import (
	"slices"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
)

// Received is a message that an agent has received.
type Received struct {
	Receipt string
	Body    []byte
	Message *protocol.Message
}

// locked does something as one call of the agent.
func (a *Agent) locked(do func()) {
	a.fake.mu.Lock()
	defer a.fake.mu.Unlock()
	do()
}

// noted does something as one call of the agent that others notice.
func (a *Agent) noted(call, token string, do func()) {
	a.locked(func() {
		if a.Note != nil {
			a.Note(call, token)
		}
		do()
	})
}

// tokenOf is the job that has a receipt.
func (a *Agent) tokenOf(receipt string) (token string) {
	a.locked(func() {
		if q := a.fake.queues[a.url]; q != nil && a.Note != nil {
			for _, m := range q.messages {
				if m.receipt == receipt {
					token = a.fake.parse(m.body).Metadata.TaskToken
				}
			}
		}
	})
	return token
}

// Runs reports whether the agent's task has not stopped, and its host is there.
func (a *Agent) Runs() (runs bool) {
	a.locked(func() {
		host := a.fake.host(a.task.Host())
		runs = a.task.LastStatus != "STOPPED" && (a.task.Host() == "" || host != nil && !host.gone())
	})
	return runs
}

// Hangs reports whether the host of the agent's task hangs.
func (a *Agent) Hangs() (hangs bool) {
	a.locked(func() {
		host := a.fake.host(a.task.Host())
		hangs = host != nil && host.Hangs
	})
	return hangs
}

// ARN is the agent's task.
func (a *Agent) ARN() string { return a.task.ARN }

// Runner is the runner that the agent belongs to.
func (a *Agent) Runner() string { return a.runner }

// Hash is the hash of the agent's configuration.
func (a *Agent) Hash() int32 { return a.hash }

// Boot has the task run.
func (a *Agent) Boot() {
	a.locked(func() {
		if a.task.LastStatus != "STOPPED" {
			a.task.LastStatus = "RUNNING"
		}
	})
}

// IsCurrent reports whether the state names the agent's task.
func (a *Agent) IsCurrent() (current bool) {
	a.locked(func() { current = a.isCurrent() })
	return current
}

// MarkStarted says that the agent has started, and returns false if the state names
// another one.
func (a *Agent) MarkStarted() (current bool) {
	a.noted("start", "", func() {
		if current = a.isCurrent(); current {
			a.fake.runners[a.runner].Started = true
		}
	})
	return current
}

// Receive returns at most so many visible messages, and hides them.
func (a *Agent) Receive(most int, hide time.Duration) (received []Received) {
	a.locked(func() {
		q := a.fake.queues[a.url]
		if q == nil {
			return
		}
		for _, delivery := range q.visible(most, hide) {
			received = append(received, Received{delivery.Receipt, delivery.Body, a.fake.parse(delivery.Body)})
			if a.Note != nil {
				a.Note("receive", received[len(received)-1].Message.Metadata.TaskToken)
			}
		}
	})
	return received
}

// parse reads a message, each once. Only under the lock.
func (w *Fake) parse(body []byte) *protocol.Message {
	if parsed := w.parsed[string(body)]; parsed != nil {
		return parsed
	}
	parsed, err := protocol.ParseMessage(body)
	if err != nil {
		panic(err) // the launcher's mistake
	}
	w.parsed[string(body)] = parsed
	return parsed
}

// HideMessage hides a received message, or shows it.
func (a *Agent) HideMessage(receipt string, duration time.Duration) {
	a.noted("hide "+duration.String(), a.tokenOf(receipt), func() {
		if q := a.fake.queues[a.url]; q != nil {
			q.hide(receipt, duration)
		}
	})
}

// DeleteMessage deletes a received message.
func (a *Agent) DeleteMessage(receipt string) {
	a.noted("delete", a.tokenOf(receipt), func() {
		if q := a.fake.queues[a.url]; q != nil {
			q.delete(receipt)
		}
	})
}

// ClaimJob claims a job, once for each attempt. It returns false if another attempt
// has its claim.
func (a *Agent) ClaimJob(m *protocol.Message, attempt string, at time.Time) (claimed bool) {
	a.noted("claim", m.Metadata.TaskToken, func() {
		token := m.Metadata.TaskToken
		for _, claim := range a.fake.claims[a.runner] {
			if claim.Name == token {
				claimed = a.fake.attempts[token] == attempt
				return
			}
		}
		claimed = true
		a.fake.attempts[token] = attempt
		a.fake.claims[a.runner] = append(a.fake.claims[a.runner], &launch.Claim{
			Name: token, Token: token, Task: a.task.ARN, StepName: m.Metadata.StepName, ErrorNames: m.Metadata.ErrorNames, ClaimedAt: at,
		})
		a.fake.renewed[a.task.ARN] = at
	})
	return claimed
}

// FinishClaim marks a claim as finished.
func (a *Agent) FinishClaim(name string) {
	a.noted("finish", name, func() { a.fake.finish(a.runner, name) })
}

// RenewAt says that the agent lives.
func (a *Agent) RenewAt(at time.Time) {
	a.locked(func() { a.fake.renewed[a.task.ARN] = at })
}

// Unfinished are the unfinished claims of the runner's other agents that have given no
// sign since a time.
func (a *Agent) Unfinished(since time.Time) (claims []launch.Claim) {
	a.locked(func() {
		for _, claim := range a.fake.claims[a.runner] {
			if !claim.Finished && claim.Task != a.task.ARN && !a.fake.renewed[claim.Task].After(since) {
				claims = append(claims, *claim)
			}
		}
	})
	return claims
}

// HeartbeatOf sends a step's heartbeat, and returns false if it has ended.
func (a *Agent) HeartbeatOf(token string) (open bool) {
	a.noted("heartbeat", token, func() {
		step, err := a.fake.open(token)
		if open = err == nil; open {
			step.Heartbeats++
			step.LastHeartbeat = time.Now()
		}
	})
	return open
}

// Answer ends a step: well, or with a failure. It returns false if it had ended.
func (a *Agent) Answer(token string, failure *message.Failure) (open bool) {
	a.noted("answer", token, func() {
		if step := a.fake.steps[token]; step != nil {
			step.Answers++
		}
		step, err := a.fake.open(token)
		if open = err == nil; open {
			step.Failure, step.Succeeded = failure, failure == nil
		}
	})
	return open
}

// OpenClaims are the unfinished claims of a runner.
func (w *Fake) OpenClaims(runner string) []launch.Claim {
	w.mu.Lock()
	defer w.mu.Unlock()
	var open []launch.Claim
	for _, claim := range w.claims[runner] {
		if !claim.Finished {
			open = append(open, *claim)
		}
	}
	return slices.Clip(open)
}

// Item is a runner's item, and whether there is one.
func (w *Fake) Item(runner string) (state launch.State, there bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if item := w.runners[runner]; item != nil {
		return item.State, true
	}
	return launch.State{}, false
}
