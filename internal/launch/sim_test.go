package launch_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/launch/message"
)

// tick is how often the world moves.
const tick = 30 * time.Second

// heartbeatTimeout is a step's.
const heartbeatTimeout = 300 * time.Second

// simulation plays AWS, the agents and the steps around launchers, with random faults:
// tasks that never start, are killed or hang, hosts that never register, hang or end,
// events that are lost, late or doubled, calls that fail and launchers that die.
type simulation struct {
	*account
	random *rand.Rand
	// faults is how likely each chance of a fault is one.
	faults  float64
	runners []*simRunner
	tasks   map[string]*simTask
	hosts   map[string]*simHost
	open    map[string]time.Time
	jobs    int
	// living are the hosts that cost, onHost the tasks on them that have not stopped.
	living map[string]launchtest.Host
	onHost map[string][]launchtest.Task
	// waste is how long tasks and hosts lived without a start, a job or idle time.
	waste, total time.Duration
}

type simRunner struct {
	configuration.Configuration
	id string
}

type simTask struct {
	agent           *launchtest.Agent
	starts          time.Time
	running, hangs  bool
	busyUntil, idle time.Time
	jobs            []string
	over            bool
}

type simHost struct {
	registers time.Time
	never     bool
	lost      bool
}

// kinds are the kinds of runners: on Fargate, on hosts, and on hosts of a cluster with
// daemons.
func kinds() []configuration.Configuration {
	own := onHost()
	own.Task.Cluster = "own"
	return []configuration.Configuration{onFargate(), onHost(), own}
}

const (
	simIdle = 2 * time.Minute
	simJob  = 3 * time.Minute
)

func newSimulation(t *testing.T, seed uint64, faults float64, count int) *simulation {
	fake := launchtest.NewFake()
	fake.Begin("dev-shop", stateMachine, execution, deployed())
	s := &simulation{
		account: &account{Fake: fake, t: t}, random: rand.New(rand.NewPCG(seed, 1)), faults: faults,
		tasks: map[string]*simTask{}, hosts: map[string]*simHost{}, open: map[string]time.Time{},
	}
	for i := range count {
		c := kinds()[int(seed+uint64(i))%3]
		c.RunnerName, c.QueueURL = fmt.Sprint("R", i), fmt.Sprint(c.QueueURL, i)
		c.Runner.IdleTimeToLive, c.Runner.JobTimeout = int(simIdle.Seconds()), int(simJob.Seconds())
		if c.Host != nil {
			host := *c.Host
			host.LaunchTemplateID = fmt.Sprint("lt-0", i)
			c.Host = &host
		}
		s.runners = append(s.runners, &simRunner{c, fake.Deploy(c)})
	}
	return s
}

func (s *simulation) chance() bool { return s.random.Float64() < s.faults }

func (s *simulation) between(least, most time.Duration) time.Duration {
	return least + time.Duration(s.random.Int64N(int64(most-least)+1))
}

// hook is a launcher's that may die or be refused at a call.
func (s *simulation) hook() launchtest.Hook {
	if !s.chance() {
		return nil
	}
	n, done := s.random.IntN(15), s.random.IntN(2) == 0
	if s.random.IntN(2) == 0 {
		return dieAtCall(n, done)
	}
	return failing(n, done)
}

// invoke is an invocation of a function; ok is false if it failed or died.
func (s *simulation) invoke(do func(ctx context.Context, l *launch.Launcher) error) (ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	return invoke(func() error { return do(ctx, s.launcher(s.hook())) })
}

// deliver delivers an event, perhaps never or twice; one that fails comes again twice.
func (s *simulation) deliver(do func(ctx context.Context, l *launch.Launcher) error) {
	times := 1
	switch {
	case s.chance():
		return
	case s.chance():
		times = 2
	}
	for range times {
		for range 3 {
			if s.invoke(do) {
				break
			}
		}
	}
}

// launchJob has a step call the launcher, as its Retry does.
func (s *simulation) launchJob() {
	r := s.runners[s.random.IntN(len(s.runners))]
	s.jobs++
	token := token(s.jobs)
	s.c, s.id = r.Configuration, r.id
	event := s.job(token)
	s.open[token] = time.Now()
	if !s.invoke(func(ctx context.Context, l *launch.Launcher) error { return l.Launch(ctx, event) }) {
		s.Abort(token) // a function that fails fails its step
	}
}

func token(job int) string { return fmt.Sprint("job-", job) }

func (s *simulation) prewarm() {
	r := s.runners[s.random.IntN(len(s.runners))]
	hook := failing(s.random.IntN(30), s.random.IntN(2) == 0) // no death: it has goroutines
	invoke(func() error {
		return s.launcher(hook).Prewarm(context.Background(), []message.PrewarmTarget{{Runner: r.ResourceName(), Configuration: r.id}})
	})
}

// change changes a runner's configuration, and perhaps whether it has a host.
func (s *simulation) change() {
	r := s.runners[s.random.IntN(len(s.runners))]
	r.Task.Memory = 512 * (1 + s.random.IntN(3))
	r.id = s.Deploy(r.Configuration)
}

// step is a tick of the world.
func (s *simulation) step() {
	s.look()
	for _, id := range slices.Sorted(maps.Keys(s.living)) {
		s.moveHost(s.living[id])
	}
	s.look()
	for _, task := range s.Tasks() {
		if known := s.tasks[task.ARN]; known == nil || !known.over {
			s.moveTask(task)
		}
	}
	for _, token := range slices.Sorted(maps.Keys(s.open)) {
		step, since := s.Step(token), s.open[token]
		last := since
		if step.LastHeartbeat.After(last) {
			last = step.LastHeartbeat
		}
		switch {
		case step.Closed():
			delete(s.open, token)
		case time.Since(last) > heartbeatTimeout:
			s.Abort(token)
			s.deliver(func(ctx context.Context, l *launch.Launcher) error { return l.ExecutionEnded(ctx) })
		}
	}
	end := time.Now().Add(tick)
	for {
		next, found := s.NextCheck()
		if !found || next.After(end) {
			break
		}
		time.Sleep(time.Until(next))
		for _, runner := range s.DueChecks() {
			if !s.invoke(func(ctx context.Context, l *launch.Launcher) error { return l.Check(ctx, runner) }) { // SQS delivers it again
				require.NoError(s.t, s.Ports(nil).Checks.At(context.Background(), runner, time.Now().Add(6*time.Minute)))
			}
		}
	}
	time.Sleep(time.Until(end))
}

// alive returns what still costs, or waits.
func (s *simulation) alive() error {
	var problems []error
	for _, host := range s.Hosts() {
		if host.State == "pending" || host.State == "running" {
			problems = append(problems, fmt.Errorf("host %s is %s since %s", host.ID, host.State, host.Since))
		}
	}
	for _, task := range s.Tasks() {
		if task.LastStatus != "STOPPED" {
			problems = append(problems, fmt.Errorf("task %s is %s since %s", task.ARN, task.LastStatus, task.Since))
		}
	}
	for token := range s.open {
		problems = append(problems, fmt.Errorf("%s waits", token))
	}
	if at, found := s.NextCheck(); found {
		problems = append(problems, fmt.Errorf("a check comes at %s", at))
	}
	return errors.Join(problems...)
}

// sequence is a random story of faults in 20 minutes, and of the time after it.
func sequence(t *testing.T, seed uint64) {
	s := newSimulation(t, seed, 0.15, 1)
	for range 40 {
		switch s.random.IntN(10) {
		case 0, 1:
			s.launchJob()
		case 2:
			if s.random.IntN(4) == 0 {
				s.prewarm()
			}
		case 3:
			if s.random.IntN(4) == 0 {
				s.change()
			}
		}
		s.step()
	}
	s.faults = 0
	before := s.AllCalls()
	began := time.Now()
	for time.Since(began) < 2*time.Hour {
		s.step()
		if s.alive() == nil {
			break
		}
	}
	require.NoError(t, s.alive(), "seed %d: %s after the faults; state %+v", seed, time.Since(began), s.stateOf())
	calls := 0
	for name, count := range s.AllCalls() {
		calls += count - before[name]
	}
	hours := max(1, time.Since(began).Hours())
	require.Less(t, float64(calls)/hours, 3000.0, "seed %d: calls an hour", seed)
}

func (s *simulation) stateOf() launch.State {
	state, _ := s.Ports(nil).States.State(context.Background(), s.runners[0].ResourceName())
	return state
}
