package simulation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
)

// heartbeatTimeout is a step's.
const heartbeatTimeout = 300 * time.Second

const (
	stateMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:Plan"
	execution    = "arn:aws:states:eu-west-1:111122223333:execution:Plan:1"
)

// job is a step that waits, and what its user's code saw.
type job struct {
	token string
	event []byte
	// launched is when the launcher has returned; zero before.
	launched time.Time
	begun    int
	over     bool
}

// story draws what the users do: jobs, changed configurations, a prewarm, and a
// deletion.
func (w *world) story() time.Duration {
	length := w.between(time.Minute, 12*time.Minute)
	for range 1 + w.one(5) {
		w.after(w.between(0, length), func() { w.submit(0) })
	}
	for range w.one(3) {
		w.after(w.between(0, length), w.redeploy)
	}
	if w.one(4) == 0 {
		w.after(w.between(0, length), w.prewarm)
	}
	if w.kind == Storm && w.one(3) == 0 {
		w.after(w.between(0, length), w.remove)
	}
	return length
}

// submit has a step call the launcher. A function that fails fails its step, whose
// Retry is a step with another token.
func (w *world) submit(retries int) {
	if w.removed {
		return
	}
	token := fmt.Sprint("job-", len(w.jobs)+1)
	id := w.ids[len(w.ids)-1]
	if w.one(4) == 0 { // an execution that began before the last deployment
		id = w.ids[w.one(len(w.ids))]
	}
	j := &job{token: token, event: w.event(token, id)}
	w.jobs = append(w.jobs, j)
	w.byToken[token] = j
	w.fake.Wait(token)
	w.launch(j, retries)
	if w.happens(launchRepeated, token) {
		w.after(w.between(0, 2*time.Minute), func() {
			w.invoke("Launch "+token+" again", true, func(ctx context.Context, l *launch.Launcher) error { return l.Launch(ctx, j.event) }, func(bool) {})
		})
	}
}

func (w *world) launch(j *job, retries int) {
	do := func(ctx context.Context, l *launch.Launcher) error { return l.Launch(ctx, j.event) }
	w.invoke("Launch "+j.token, true, do, func(failed bool) {
		if failed {
			w.abort(j, "its function failed")
			if retries < 2 {
				w.after(10*time.Second, func() { w.submit(retries + 1) })
			}
			return
		}
		j.launched = time.Now()
		w.mayReturn(j)
		w.expect(j)
	})
}

// expect ends the step when its heartbeat is missing.
func (w *world) expect(j *job) {
	step := w.fake.Step(j.token)
	last := j.launched
	if step.LastHeartbeat.After(last) {
		last = step.LastHeartbeat
	}
	wait := heartbeatTimeout - time.Since(last)
	switch {
	case step.Closed():
		j.over = true
		return
	case wait > 0:
		w.after(wait, func() { w.expect(j) })
		return
	}
	if w.kind != Storm {
		w.violate("a step ends by its heartbeat", "%s (begun: %d)", j.token, j.begun)
	}
	w.abort(j, "its heartbeat is missing")
	w.deliver("ExecutionEnded", func(ctx context.Context, l *launch.Launcher) error { return l.ExecutionEnded(ctx) })
}

func (w *world) abort(j *job, reason string) {
	w.log("%s ends: %s", j.token, reason)
	j.over = true
	if !w.fake.Step(j.token).Closed() {
		w.fake.Abort(j.token)
	}
}

// begin is where a user's code begins; it returns how long it runs.
func (w *world) begin(a *agent, token string) time.Duration {
	j := w.byToken[token]
	w.log("%s begins %s", a.name, token)
	if j.begun++; j.begun > 1 {
		w.violate("a job begins twice", "%s on %s", token, a.name)
	}
	if w.runs != nil {
		return w.runs(token)
	}
	switch w.one(10) {
	case 0:
		return w.between(2*time.Minute, 8*time.Minute)
	case 1:
		return w.between(10*time.Minute, 25*time.Minute)
	}
	return w.between(0, time.Minute)
}

// mayTake holds an agent that accepts a job to guarantee 5: one that was replaced takes
// nothing more, and none takes a job of another configuration.
func (w *world) mayTake(a *agent, m *protocol.Message) {
	state, there := w.fake.Item(a.calls.Runner())
	switch {
	case m.ConfigurationHash != a.calls.Hash():
		w.violate("a job runs with its configuration", "%s on %s", m.Metadata.TaskToken, a.name)
	case there && state.Task != "" && !a.calls.IsCurrent() && time.Since(state.TaskStartedAt) > time.Minute:
		w.violate("a replaced agent takes no job", "%s on %s", m.Metadata.TaskToken, a.name)
	}
}

// mayLeave holds an agent that goes idle to its last receive: it has taken what waited
// when it said that it retires.
func (w *world) mayLeave(a *agent) {
	for _, token := range w.fake.Unseen(w.runner.QueueURL) {
		if slices.Contains(a.waiting, token) {
			w.violate("an agent that leaves has looked once more", "%s leaves %s", a.name, token)
		}
	}
}

// mayReturn holds a launcher to guarantee 4: it does not rely on an agent that will
// receive nothing any more.
func (w *world) mayReturn(j *job) {
	state, _ := w.fake.Item(w.runner.ResourceName())
	a := w.byTask[state.Task]
	starts := state.Attempt != "" || !state.HostBootedAt.IsZero()
	if w.kind != Storm && a != nil && a.done && !starts && slices.Contains(w.fake.Unseen(w.runner.QueueURL), j.token) {
		w.violate("a launcher relies on no agent that leaves", "%s on %s", j.token, a.name)
	}
}

// mayStart holds a launcher to one task or host for each request that it repeats.
func (w *world) mayStart(what, token string) {
	token, _, _ = strings.Cut(token, "#")
	if w.starts[what+token] {
		w.violate("a start is one task or host", "one request has started two: a %s", what)
	}
	w.starts[what+token] = true
}

func (w *world) redeploy() {
	if w.removed {
		return
	}
	w.runner.Task.Memory = 512 * (1 + w.one(3))
	w.ids = append(w.ids, w.fake.Deploy(w.runner))
	w.log("the stack is updated: %s", w.ids[len(w.ids)-1])
}

func (w *world) prewarm() {
	if w.removed {
		return
	}
	target := []message.PrewarmTarget{{Runner: w.runner.ResourceName(), Configuration: w.ids[len(w.ids)-1]}}
	w.invoke("Prewarm", false, func(ctx context.Context, l *launch.Launcher) error { return l.Prewarm(ctx, target) }, func(bool) {})
}

// remove deletes the stack; a deletion that fails is repeated.
func (w *world) remove() {
	w.removed = true
	w.invoke("Remove", true, func(ctx context.Context, l *launch.Launcher) error { return l.Remove(ctx, w.runner.ResourceName()) }, func(failed bool) {
		if failed {
			w.after(time.Minute, w.remove)
			return
		}
		w.fake.RemoveQueue(w.runner.QueueURL)
	})
}

// event is the request of a step, as the macro writes it.
func (w *world) event(token, id string) []byte {
	return fmt.Appendf(nil, `{"attiniActionType":"ExecuteRunner","RunnerConfig":"%s/%s/%s","Properties":{"Commands":["make"]},`+
		`"deploymentPlanExecutionMetadata":["%s","2026-05-01T10:00:00Z","%s",0,"Build"],`+
		`"input":{"deploymentOriginData":{"stackName":"%[1]s","environment":"dev","distributionName":"shop"},"output":{},"customData":{}}}`,
		w.runner.StackName, w.runner.RunnerName, id, execution, token)
}
