package launchtest

import (
	"slices"
	"strconv"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
)

// Agent plays the agent of a task, as far as the launcher notices it: it says
// that it has started, takes messages that are its own, claims, answers, and
// retires. It does each when a test calls the method.
type Agent struct {
	fake        *Fake
	task        *Task
	runner, url string
	hash        int32
	// Ran are the tokens of the jobs that it began.
	Ran []string
	// Note, if it is set, gets the calls of package simulation's agents, with the job
	// that each is about. Only under the lock.
	Note func(call, token string)
}

// Agent is the agent of a task.
func (w *Fake) Agent(arn string) *Agent {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := &Agent{fake: w, task: w.task(arn)}
	for _, variable := range a.task.Request.Overrides.Containers[0].Environment {
		switch variable.Name {
		case protocol.EnvRunnerResourceName:
			a.runner = variable.Value
		case protocol.EnvQueueURL:
			a.url = variable.Value
		case protocol.EnvConfigurationHash:
			hash, err := strconv.ParseInt(variable.Value, 10, 32)
			if err != nil {
				panic(err) // the launcher's mistake
			}
			a.hash = int32(hash)
		}
	}
	return a
}

// isCurrent reports whether the state names the agent's task. Only under the lock.
func (a *Agent) isCurrent() bool {
	item := a.fake.runners[a.runner]
	return item != nil && item.Task == a.task.ARN
}

// Start has the task run, and returns false when the state names another: then
// the agent leaves, and its task ends.
func (a *Agent) Start() bool {
	a.fake.mu.Lock()
	defer a.fake.mu.Unlock()
	if a.task.LastStatus == "STOPPED" {
		return false
	}
	a.task.LastStatus = "RUNNING"
	if !a.isCurrent() {
		a.task.stop("EssentialContainerExited", "Essential container in task exited")
		return false
	}
	a.fake.runners[a.runner].Started = true
	a.fake.renewed[a.task.ARN] = time.Now()
	return true
}

// Take begins at most so many jobs that wait and are the agent's, and returns
// their tokens.
func (a *Agent) Take(most int) []string {
	a.fake.mu.Lock()
	defer a.fake.mu.Unlock()
	return a.take(most)
}

// take is only under the lock.
func (a *Agent) take(most int) []string {
	var begun []string
	q := a.fake.queues[a.url]
	if q == nil || a.task.LastStatus != "RUNNING" || !a.isCurrent() {
		return nil
	}
	for _, m := range slices.Clone(q.messages) {
		if len(begun) == most {
			break
		}
		parsed, err := protocol.ParseMessage(m.body)
		if time.Now().Before(m.hidden) || err != nil || parsed.ConfigurationHash != a.hash {
			continue
		}
		token := parsed.Metadata.TaskToken
		q.messages = slices.DeleteFunc(q.messages, func(other *queuedMessage) bool { return other == m })
		if _, err := a.fake.open(token); err != nil {
			continue
		}
		if slices.ContainsFunc(a.fake.claims[a.runner], func(c *launch.Claim) bool { return c.Name == m.id }) {
			continue
		}
		a.fake.claims[a.runner] = append(a.fake.claims[a.runner], &launch.Claim{
			Name: m.id, Token: token, Task: a.task.ARN, StepName: parsed.Metadata.StepName, ErrorNames: parsed.Metadata.ErrorNames, ClaimedAt: time.Now(),
		})
		begun = append(begun, token)
	}
	a.Ran = append(a.Ran, begun...)
	return begun
}

// Renew says that the agent still has its jobs, and sends their heartbeats.
func (a *Agent) Renew() {
	a.fake.mu.Lock()
	defer a.fake.mu.Unlock()
	a.fake.renewed[a.task.ARN] = time.Now()
	for _, claim := range a.fake.claims[a.runner] {
		if step, err := a.fake.open(claim.Token); err == nil && claim.Task == a.task.ARN && !claim.Finished {
			step.Heartbeats++
			step.LastHeartbeat = time.Now()
		}
	}
}

// Succeed ends a job that the agent began.
func (a *Agent) Succeed(token string) {
	a.fake.mu.Lock()
	defer a.fake.mu.Unlock()
	if step, err := a.fake.open(token); err == nil {
		step.Succeeded = true
		step.Answers++
	}
	for _, claim := range a.fake.claims[a.runner] {
		if claim.Token == token && claim.Task == a.task.ARN {
			a.fake.finish(a.runner, claim.Name)
		}
	}
}

// Work takes all jobs that wait and ends them well, and returns how many.
func (a *Agent) Work() int {
	begun := a.Take(len(a.fake.Messages(a.url)))
	for _, token := range begun {
		a.Succeed(token)
	}
	return len(begun)
}

// Retire says that the agent leaves, as far as the state names it.
func (a *Agent) Retire() {
	a.noted("retire", "", func() {
		if a.isCurrent() {
			a.fake.runners[a.runner].Retired = a.task.ARN
		}
	})
}

// WriteTask writes a task, or that one has retired, into a runner's item: every role with
// the basic policy can.
func (w *Fake) WriteTask(runner, task, retired string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runners[runner].Task, w.runners[runner].Retired = task, retired
}

// Hide hides a job that waits, as an agent does that keeps it for later.
func (a *Agent) Hide(duration time.Duration) bool {
	a.fake.mu.Lock()
	defer a.fake.mu.Unlock()
	for _, m := range a.fake.queues[a.url].messages {
		if time.Now().After(m.hidden) {
			m.hidden = time.Now().Add(duration)
			return true
		}
	}
	return false
}

// StopIdle is an idle agent's end: it says so, works once more, and ends its task
// and its host.
func (a *Agent) StopIdle() launch.TaskStatus {
	a.Retire()
	a.Work()
	return a.Exit()
}

// Exit is the end of the agent's process, which ends its task and, unless the
// state has another task on it, its host.
func (a *Agent) Exit() launch.TaskStatus {
	a.fake.mu.Lock()
	defer a.fake.mu.Unlock()
	if id := a.task.Host(); id != "" {
		item := a.fake.runners[a.runner]
		needed := item != nil && item.Task != "" && item.Task != a.task.ARN && item.Host == id
		if host := a.fake.host(id); host != nil && !needed {
			host.State = "shutting-down"
		}
	}
	if a.task.LastStatus != "STOPPED" {
		a.task.stop("EssentialContainerExited", "Essential container in task exited")
	}
	return a.task.TaskStatus
}
