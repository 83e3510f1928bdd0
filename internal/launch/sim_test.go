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

// redeploy changes a runner's configuration, and perhaps whether it has a host.
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
			for range 5 { // SQS delivers it until it is done
				if s.invoke(func(ctx context.Context, l *launch.Launcher) error { return l.Check(ctx, runner) }) {
					break
				}
				time.Sleep(10 * time.Second)
			}
		}
	}
	time.Sleep(time.Until(end))
}

// look notes which hosts live, and which tasks are on them.
func (s *simulation) look() {
	s.living, s.onHost = map[string]launchtest.Host{}, map[string][]launchtest.Task{}
	for _, host := range s.Hosts() {
		if host.State == "pending" || host.State == "running" {
			s.living[host.ID] = host
		}
	}
	for _, task := range s.Tasks() {
		if host := task.Host(); host != "" && task.LastStatus != "STOPPED" {
			s.onHost[host] = append(s.onHost[host], task)
		}
	}
}

func (s *simulation) owner(host launchtest.Host) *simRunner {
	for _, r := range s.runners {
		if r.Host != nil && r.Host.LaunchTemplateID == host.Request.LaunchTemplate {
			return r
		}
	}
	return nil
}

func (s *simulation) moveHost(host launchtest.Host) {
	s.total += tick
	known := s.hosts[host.ID]
	if known == nil {
		known = &simHost{registers: time.Now().Add(s.between(40*time.Second, 2*time.Minute)), never: s.chance(), lost: s.chance()}
		s.hosts[host.ID] = known
	}
	r := s.owner(host)
	if !s.inUse(host.ID) && time.Since(host.Since) > 4*time.Minute {
		s.waste += tick
	}
	switch {
	case time.Since(host.Since) > 40*time.Minute && !s.used(host.ID): // its watchdog
		s.EndHost(host.ID, "Client.InstanceInitiatedShutdown")
	case s.random.Float64() < s.faults/20:
		s.EndHost(host.ID, "Server.SpotInstanceTermination")
		s.deliver(func(ctx context.Context, l *launch.Launcher) error { return l.HostEnded(ctx, host.ID) })
		for _, task := range s.onHost[host.ID] {
			s.kill(task, "Host EC2 terminated")
		}
	case !host.Registered && !known.never && !time.Now().Before(known.registers) && host.State == "pending":
		instance := s.Register(host.ID, r.ResourceName())
		if !known.lost {
			s.deliver(func(ctx context.Context, l *launch.Launcher) error {
				return l.HostRegistered(ctx, r.Task.Cluster, instance)
			})
		}
	case host.Registered && s.random.Float64() < s.faults/20:
		s.HangHost(host.ID)
	}
}

// inUse reports whether a task that works is on a host, or starts there.
func (s *simulation) inUse(host string) bool {
	for _, task := range s.onHost[host] {
		known := s.tasks[task.ARN]
		if known == nil || !known.hangs && known.starts.Sub(task.Since) < time.Hour {
			return true
		}
	}
	return false
}

func (s *simulation) used(host string) bool {
	for _, task := range s.onHost[host] {
		if task.LastStatus == "RUNNING" {
			return true
		}
	}
	return false
}

func (s *simulation) kill(task launchtest.Task, reason string) {
	event := s.StopTask(task.ARN, "EssentialContainerExited", reason)
	s.deliver(func(ctx context.Context, l *launch.Launcher) error { return l.TaskStopped(ctx, event) })
}

func (s *simulation) moveTask(task launchtest.Task) {
	known := s.tasks[task.ARN]
	if known == nil {
		known = &simTask{agent: s.Agent(task.ARN), starts: time.Now().Add(s.between(20*time.Second, 3*time.Minute))}
		if s.chance() {
			known.starts = time.Now().Add(1000 * time.Hour)
		}
		s.tasks[task.ARN] = known
	}
	if task.LastStatus == "STOPPED" {
		if !known.over {
			known.over = true
			event := task.TaskStatus
			s.deliver(func(ctx context.Context, l *launch.Launcher) error { return l.TaskStopped(ctx, event) })
		}
		return
	}
	s.total += tick
	host, lives := s.living[task.Host()]
	gone := task.Host() != "" && !lives
	known.hangs = known.hangs || host.Hangs
	switch {
	case gone:
		s.kill(task, "Host EC2 terminated")
	case known.hangs:
		s.waste += tick
	case s.random.Float64() < s.faults/10:
		known.hangs = true
	case s.random.Float64() < s.faults/10:
		s.kill(task, "OutOfMemoryError")
	case !known.running && time.Now().Before(known.starts):
		if known.starts.Sub(task.Since) > time.Hour { // it never starts
			s.waste += tick
		}
	case !known.running:
		known.running, known.idle = known.agent.Start(), time.Now()
		if !known.running {
			s.stopped(known.agent.Exit())
		}
	default:
		s.work(known)
	}
}

// work is what an agent does in a tick: one job at a time.
func (s *simulation) work(known *simTask) {
	now := time.Now()
	if len(known.jobs) > 0 {
		known.agent.Renew()
		known.idle = now
		if now.Before(known.busyUntil) {
			return
		}
		for _, job := range known.jobs {
			known.agent.Succeed(job)
		}
		known.jobs = nil
	}
	if known.jobs = known.agent.Take(1); len(known.jobs) > 0 {
		known.busyUntil, known.idle = now.Add(s.between(0, simJob)), now
		return
	}
	if now.Sub(known.idle) >= simIdle {
		known.agent.Retire()
		if known.jobs = known.agent.Take(1); len(known.jobs) == 0 {
			event := known.agent.Exit()
			known.over = true
			s.deliver(func(ctx context.Context, l *launch.Launcher) error { return l.TaskStopped(ctx, event) })
		}
	}
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
