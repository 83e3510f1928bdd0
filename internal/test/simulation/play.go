package simulation

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/bootstrap"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

// healingTime is how long after the last fault everything is at rest.
const healingTime = 3 * time.Hour

// Options are what to play.
type Options struct {
	Seed     uint64
	Mutation Mutation
	// Trace, optional, gets each thing that happens.
	Trace func(line string)

	skipped map[int]bool
}

// Player plays schedules one after another, in one bubble of package synctest.
type Player struct{ coroutines coroutines }

// Close ends what the schedules had begun.
func (p *Player) Close() { p.coroutines.close() }

// Result is what became of a schedule.
type Result struct {
	// Violation is the first rule that did not hold; nil if all did.
	Violation *Violation
	// Jobs counts the steps.
	Jobs   int
	Seed   uint64
	faults []happened
}

// Violation is a rule that does not hold.
type Violation struct{ Rule, Text string }

// String describes a violation, and how to play it again.
func (r Result) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "seed %d (%s): %s\n%s\nfaults that are needed:\n", r.Seed, KindOf(r.Seed), r.Violation.Rule, r.Violation.Text)
	for _, f := range r.faults {
		text.WriteString(f.text + "\n")
	}
	fmt.Fprintf(&text, "play it again: ATTINI_SIMULATION_SEED=%d go test ./internal/test/simulation -run TestSchedules -v", r.Seed)
	return text.String()
}

// Run plays a schedule. A violation has the fewest faults that still lead to it.
func (p *Player) Run(options Options) Result {
	result := p.play(options)
	if result.Violation != nil && options.Trace == nil && options.Mutation.Name == "" {
		return p.shrink(options, result)
	}
	return result
}

func (p *Player) play(options Options) Result {
	w := newWorld(options, &p.coroutines)
	length := w.story()
	w.run(time.Now().Add(length))
	w.schedule.over = true
	w.rest()
	w.stop()
	result := Result{Violation: w.violation, Jobs: len(w.jobs), Seed: options.Seed}
	if w.violation != nil {
		result.faults = w.faults
	}
	return result
}

// newWorld is an account with a runner that was just deployed.
func newWorld(options Options, c *coroutines) *world {
	w := &world{
		schedule: newSchedule(options.Seed, options.skipped), fake: launchtest.NewFake(), mutation: options.Mutation, trace: options.Trace,
		byToken: map[string]*job{}, byTask: map[string]*agent{}, hosts: map[string]*host{}, coroutines: c,
		before: map[string]readState{}, starts: map[string]bool{}, runner: launchtest.OnFargate(),
	}
	if w.one(3) == 0 {
		w.runner = launchtest.OnHost()
	}
	w.runner.Runner.IdleTimeToLive, w.runner.Runner.JobTimeout = int(idleTime.Seconds()), 1800
	w.fake.UnknownTime = time.Duration(w.one(3)) * 500 * time.Millisecond
	w.fake.StopTime = time.Duration(w.one(3)) * 10 * time.Second
	w.fake.EndTime = time.Duration(w.one(3)) * 10 * time.Second
	w.fake.Await = func(ctx context.Context, changed <-chan struct{}, until time.Time) {
		w.pause(w.current, ctx, changed, until)
	}
	w.fake.LockOpen = options.Mutation.NoLock
	w.fake.Begin("dev-shop", stateMachine, execution, time.Date(2026, 5, 1, 9, 59, 0, 0, time.UTC))
	w.fake.SetPlan(stateMachine, w.runner.StackName)
	w.ids = []string{w.fake.Deploy(w.runner)}
	return w
}

// rest waits until everything is at rest, and then looks what is left.
func (w *world) rest() {
	for end := time.Now().Add(healingTime); w.violation == nil; {
		left := w.left()
		if len(left) == 0 {
			break
		}
		if !time.Now().Before(end) {
			w.violate("nothing is left", "%s after the faults: %s", healingTime, strings.Join(left, "; "))
			return
		}
		w.run(time.Now().Add(time.Minute))
		time.Sleep(time.Second)
	}
	for _, j := range w.jobs {
		step := w.fake.Step(j.token)
		switch {
		case w.violation != nil:
			return
		case w.kind == Calm && !step.Succeeded:
			w.violate("a job does not succeed", "%s failed: %+v", j.token, step.Failure)
		case step.Succeeded && j.begun != 1:
			w.violate("a job succeeds that has not begun", "%s", j.token)
		}
	}
}

// left is what is not at rest.
func (w *world) left() []string {
	var left []string
	for _, j := range w.jobs {
		if !w.fake.Step(j.token).Closed() {
			left = append(left, j.token+" waits")
		}
	}
	for _, task := range w.fake.Tasks() {
		if task.LastStatus != "STOPPED" {
			left = append(left, fmt.Sprintf("%s is %s", cmp.Or(w.byTask[task.ARN].nameOf(), task.ARN), task.LastStatus))
		}
	}
	for _, h := range w.fake.Hosts() {
		if h.State == "pending" || h.State == "running" {
			left = append(left, "host "+h.ID+" is "+h.State)
		}
	}
	if _, found := w.fake.NextCheck(); found {
		left = append(left, "a check is arranged")
	}
	for _, claim := range w.fake.OpenClaims(w.runner.ResourceName()) {
		// A replaced agent that dies unnoticed leaves its claim, if no later agent works.
		// Its step has ended by its heartbeat.
		if w.kind == Storm && w.fake.Step(claim.Token).Closed() {
			continue
		}
		left = append(left, "the claim of "+claim.Name+" is open")
	}
	// A launcher that dies after it has sent may leave the message of a step that has
	// ended; the next agent deletes it.
	if messages := w.fake.Messages(w.runner.QueueURL); w.kind != Storm && len(messages) > 0 {
		left = append(left, fmt.Sprintf("%d messages are in the queue", len(messages)))
	}
	state, there := w.fake.Item(w.runner.ResourceName())
	// A launcher that dies with the lock leaves an attempt that starts nothing.
	starts := state.AttemptConfiguration != "" || time.Now().Before(state.LockedUntil)
	if there && (w.removed || state.Task != "" || state.Host != "" || starts) {
		left = append(left, fmt.Sprintf("the runner's item: %+v", state))
	}
	return left
}

func (a *agent) nameOf() string {
	if a == nil {
		return ""
	}
	return a.name
}

func settings() launch.Settings {
	return launch.Settings{
		Account: "111122223333", Region: "eu-west-1",
		DeployDataTable: "deployments", ResourceStateTable: "states", ArtifactStore: "artifacts",
		Agent: bootstrap.Agent{Version: "2.1.0"}, Bootstrap: bootstrap.Shell{},
	}
}
