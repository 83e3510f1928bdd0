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

// observation is a look, and what it was taken from.
type observation struct {
	look
	status TaskStatus
	found  []waitingJob
}

// look asks for everything that the rules need. It asks for the jobs last, since that
// sends heartbeats for their steps.
func (l *Launcher) look(ctx context.Context, name string, state State) (observation, error) {
	var s observation
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
func (l *Launcher) lookAtTask(ctx context.Context, name string, state State, s *observation, now time.Time) error {
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
