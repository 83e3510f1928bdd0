package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

const (
	// checkSlack is how much too early a check may come: clocks differ.
	checkSlack = 5 * time.Second
	// checkTime is how long no other check begins: longer than checkSoon, so that a start
	// arranges one of its own, and shorter than until SQS delivers this one again.
	checkTime = 4 * time.Minute
)

// Check looks at a runner and takes it out of every state that it cannot leave by
// itself (rules). A start arranges the first check; each check arranges the next one,
// until the runner is cold. So every event that is lost has a second way, and a runner
// without a task costs nothing.
func (l *Launcher) Check(ctx context.Context, name string) error {
	now := time.Now()
	state, err := l.ports.States.BeginCheck(ctx, name, now.Add(checkSlack), now.Add(checkTime))
	switch {
	case errors.Is(err, ErrNoRunner), errors.Is(err, ErrChanged):
		return nil // Remove has ended everything; or another check is being made, or comes later
	case err != nil:
		return fmt.Errorf("begin the check of the runner %s: %w", name, err) // SQS delivers it again
	}
	record, err := l.check(ctx, name, state)
	if err != nil {
		l.logger.Warn("check a runner", "runner", name, "error", err)
		record = l.failingCheck(ctx, name, state, err)
	}
	record.Before = state.CheckAt
	if !record.At.IsZero() {
		if err := l.ports.Checks.At(ctx, name, record.At); err != nil {
			return fmt.Errorf("arrange the next check of the runner %s: %w", name, err)
		}
	}
	err = l.ports.States.EndCheck(ctx, name, record)
	switch {
	case errors.Is(err, ErrNoRunner), errors.Is(err, ErrChanged): // an earlier one comes
		return nil
	case err != nil:
		return fmt.Errorf("record the check of the runner %s: %w", name, err)
	}
	return nil
}

// check looks once, and acts by the rule that counts.
func (l *Launcher) check(ctx context.Context, name string, state State) (CheckRecord, error) {
	sight, err := l.look(ctx, name, state)
	if err != nil {
		return CheckRecord{}, err
	}
	rule, _ := sight.rule()
	now := time.Now()
	if rule.after > 0 {
		record := CheckRecord{At: now.Add(checkSoon), Doubt: rule.name, DoubtSince: now}
		if state.Doubt == rule.name {
			record.DoubtSince = state.DoubtSince
		}
		if now.Sub(record.DoubtSince) < rule.after {
			return record, nil
		}
	}
	if rule.remedy != leave && rule.remedy != sweep {
		l.logger.Warn("a runner is mended", "runner", name, "rule", rule.name, "state", rule.state, "action", rule.action)
	}
	left, err := l.mend(ctx, name, state, sight, rule)
	next, record := rule.next, CheckRecord{}
	if left {
		next = checkLater
		record.Doubt, record.DoubtSince = drains, now
		if state.Doubt == drains {
			record.DoubtSince = state.DoubtSince
		}
	}
	if err != nil || next == 0 {
		return CheckRecord{}, err
	}
	record.At = time.Now().Add(next)
	return record, nil
}

// failingCheck arranges the check after one that failed. Steps that wait fail when
// checks have failed for too long: nothing else would tell them why they wait.
func (l *Launcher) failingCheck(ctx context.Context, name string, state State, cause error) CheckRecord {
	const failing = "check-fails"
	ctx, cancel := l.reportContext(ctx)
	defer cancel()
	now := time.Now()
	record := CheckRecord{At: now.Add(checkSoon), Doubt: failing, DoubtSince: now}
	if state.Doubt == failing {
		record.DoubtSince = state.DoubtSince
	}
	if now.Sub(record.DoubtSince) < failingTimeout {
		return record
	}
	record.At = now.Add(checkLater)
	failure := &message.Failure{Name: message.ErrorTask, Cause: fmt.Sprintf(
		"the runner %s could not be looked at for %s: %s. What to do: give the step a Retry", name, failingTimeout, cause)}
	if err := l.failAllJobs(ctx, state.QueueURL, failure); err != nil {
		l.logger.Error("not all waiting steps could be failed; they fail when their heartbeats are missing", "runner", name, "error", err)
	}
	return record
}

// sight is a look, and what it was taken from.
type sight struct {
	look
	status TaskStatus
	found  []waitingJob
}

// look asks for everything that the rules need. It asks for the jobs last, since that
// sends heartbeats for their steps.
func (l *Launcher) look(ctx context.Context, name string, state State) (sight, error) {
	var s sight
	now := time.Now()
	switch {
	case now.Before(state.LockedUntil):
		s.start = startHeld
		return s, l.beat(ctx, state.QueueURL)
	case state.Attempt != "":
		s.start = startAbandoned
		return s, nil
	}
	host, err := l.lookAtHost(ctx, name, state)
	if err == nil && state.Task != "" {
		err = l.lookAtTask(ctx, name, state, &s, now)
	}
	if state.Task == "" || host == hostCame || host == hostOverdue {
		s.host = host
	}
	if err != nil {
		return s, err
	}
	var seen time.Time
	if s.task == taskRuns {
		if seen, s.busy, err = l.lastSign(ctx, name, state); err != nil {
			return s, err
		}
	}
	if s.found, err = l.findWaitingJobs(ctx, state.QueueURL, scanWait); err != nil {
		return s, err
	}
	s.jobs = jobsOf(s.found, state)
	if s.jobs == jobsNone && s.task == taskNone && l.hasHiddenMessages(ctx, state.QueueURL) {
		s.jobs = jobsHidden
	}
	if s.task == taskRuns {
		s.agent, err = l.agentLook(ctx, name, state, s.look, seen, now)
		// Its agent hides jobs of another configuration again and again.
		if s.jobs == jobsNone && l.hasHiddenMessages(ctx, state.QueueURL) {
			s.jobs = jobsHidden
		}
	}
	return s, err
}

// beat sends heartbeats for the waiting steps.
func (l *Launcher) beat(ctx context.Context, queue string) error {
	_, err := l.findWaitingJobs(ctx, queue, scanWait)
	return err
}

func jobsOf(found []waitingJob, state State) jobsLook {
	switch {
	case len(found) == 0:
		return jobsNone
	case state.Task == "":
		return jobsWait
	}
	own := configuration.Hash(state.Configuration)
	for _, job := range found {
		if job.message.ConfigurationHash == own {
			return jobsWait
		}
	}
	return jobsOther
}

// lookAtTask looks at the task, and at its host.
func (l *Launcher) lookAtTask(ctx context.Context, name string, state State, s *sight, now time.Time) error {
	v := &view{runner: runner{name: name, id: state.Configuration}, state: state}
	if err := l.observeTask(ctx, v); err != nil {
		return err
	}
	age := now.Sub(state.TaskStartedAt)
	s.status = v.ended
	switch {
	case v.task == taskAbsent && age < consistencyTime:
		s.task = taskStarts
	case v.task == taskAbsent, v.task == taskEnded:
		s.task = taskOver
	case v.task == taskStopping:
		s.task = taskStops
	case s.status.LastStatus == "RUNNING":
		s.task = taskRuns
	case age > pendingTimeout:
		s.task = taskOverdue
	default:
		s.task = taskStarts
	}
	s.status.ARN, s.status.Group, s.status.StartedBy = state.Task, configuration.Group(name), startedBy(state.TaskHost)
	if state.TaskHost == "" || s.task == taskOver {
		return nil
	}
	instance, err := l.ports.Cluster.Instance(ctx, clusterOfState(state), state.TaskHost)
	switch {
	case errors.Is(err, ErrNotRegistered), err == nil && !instance.Ready:
		s.host = hostUnready
	case err != nil:
		return fmt.Errorf("ask the cluster for the task's host: %w", err)
	case l.isImpaired(ctx, name, state.TaskHost):
		s.host = hostUnready
	default:
		s.host = hostFine
	}
	return nil
}

// clusterOfState is where the state's task runs.
func clusterOfState(state State) string {
	if state.Cluster != "" {
		return state.Cluster
	}
	return clusterOf(state.Task)
}

// lookAtHost looks at the host of a runner without a task.
func (l *Launcher) lookAtHost(ctx context.Context, name string, state State) (hostLook, error) {
	switch {
	case state.Host == "":
		return hostNone, nil
	case !state.isBooting():
		return hostFine, nil
	}
	r, err := l.loadRunner(ctx, name, state.HostConfiguration)
	var final *message.Failure
	switch {
	case errors.As(err, &final): // it can never go on
		return hostFine, nil
	case err != nil:
		return hostNone, err
	}
	phase, err := l.observeHost(ctx, &view{runner: r, state: state})
	return map[hostPhase]hostLook{hostReady: hostCame, hostBooting: hostBoots, hostFailed: hostOverdue}[phase], err
}

// observeHost asks for a host's phase.
func (l *Launcher) observeHost(ctx context.Context, v *view) (hostPhase, error) {
	for {
		phase := v.hostPhase(time.Now())
		if phase != instanceNeeded && phase != machineNeeded {
			return phase, nil
		}
		if err := l.observe(ctx, v, phase.question()); err != nil {
			return phase, err
		}
	}
}

// lastSign is when the task's agent has last written, and whether it has jobs.
func (l *Launcher) lastSign(ctx context.Context, name string, state State) (seen time.Time, busy bool, err error) {
	claims, err := l.ports.Claims.Claims(ctx, name, state.Task)
	if err == nil {
		seen, err = l.ports.Claims.Renewed(ctx, name, state.Task)
	}
	if err != nil {
		return seen, false, fmt.Errorf("read the claims of the task %s: %w", state.Task, err)
	}
	for _, claim := range claims {
		busy = busy || !claim.Finished
		if claim.ClaimedAt.After(seen) {
			seen = claim.ClaimedAt
		}
	}
	return seen, busy, nil
}

// agentLook judges the agent of a task that runs.
func (l *Launcher) agentLook(ctx context.Context, name string, state State, s look, seen, now time.Time) (agentLook, error) {
	sign := state.TaskStartedAt
	if seen.After(sign) {
		sign = seen
	}
	switch age := now.Sub(state.TaskStartedAt); {
	case !state.Started && seen.IsZero() && age > startedTimeout:
		return agentUnstarted, nil
	case !state.Started && seen.IsZero():
		return agentStarts, nil
	case (s.busy || s.jobs == jobsWait) && now.Sub(sign) > protocol.LeaseTime:
		return agentSilent, nil
	case state.Retired == state.Task:
		return agentLeaving, nil
	case s.busy || s.jobs != jobsNone:
		return agentUp, nil
	case seen.IsZero():
		if age > unseenTimeout {
			return agentIdle, nil
		}
		return agentUp, nil
	}
	idle, err := l.idleTime(ctx, name, state)
	if err == nil && now.Sub(sign) > idle+checkLater {
		return agentIdle, nil
	}
	return agentUp, err
}

// idleTime is how long the state's agent stays without a job, at most.
func (l *Launcher) idleTime(ctx context.Context, name string, state State) (time.Duration, error) {
	c, err := l.ports.Configurations.GetConfiguration(ctx, name, cmp.Or(state.Configuration, state.RunnerConfiguration))
	if err != nil && !errors.Is(err, configuration.ErrNotFound) {
		return 0, fmt.Errorf("read the configuration of the runner %s: %w", name, err)
	}
	idle, job := protocol.DefaultIdleTimeToLive, protocol.DefaultJobTimeout
	if c.Runner.IdleTimeToLive > 0 {
		idle = time.Duration(c.Runner.IdleTimeToLive) * time.Second
	}
	if c.Runner.JobTimeout > 0 {
		job = time.Duration(c.Runner.JobTimeout) * time.Second
	}
	// The last sign may be a claim, whose job ended later.
	return idle + job, nil
}

// arrangeCheck arranges a check of a runner that is being started, unless one comes
// soon anyway. A start does not fail without: its events come in most cases.
func (l *Launcher) arrangeCheck(ctx context.Context, name string, state State) {
	now := time.Now()
	if state.CheckAt.After(now) && !state.CheckAt.After(now.Add(checkSoon)) {
		return
	}
	at := now.Add(checkSoon)
	err := l.ports.Checks.At(ctx, name, at)
	if err == nil {
		err = l.ports.States.SetCheck(ctx, name, at)
	}
	if err != nil && !errors.Is(err, ErrNoRunner) { // which the start finds out
		l.logger.Warn("arrange a check of the runner", "runner", name, "error", err)
	}
}
