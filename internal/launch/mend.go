package launch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/message"
)

// mend acts by a rule. left means that a sweep has found something that may still have
// jobs.
func (l *Launcher) mend(ctx context.Context, name string, state State, s observation, r rule) (left bool, err error) {
	switch r.remedy {
	case leave:
	case repeatStart:
		return false, l.repeatStart(ctx, name, state)
	case continueOnHost:
		return false, l.continueStart(ctx, name, state)
	case endOverdueHost:
		return false, l.removeOverdueHost(ctx, name)
	case endHost:
		return false, l.removeUnusedHost(ctx, name, state.Host)
	case startForJobs:
		return false, l.startForJobs(ctx, name, state, s.found, s.status)
	case removeEnded:
		s.status.LastStatus = "STOPPED"
		return false, l.taskStopped(ctx, s.status, false)
	case endTaskAndHost:
		return false, l.endTask(ctx, state, s.status, r)
	case sweep:
		return l.sweep(ctx, name, state)
	}
	return false, nil
}

// repeatStart repeats the start of a launcher that died: the same tokens find what it
// has started.
func (l *Launcher) repeatStart(ctx context.Context, name string, state State) error {
	var final *message.Failure
	r, err := runner{}, error(nil)
	if state.AttemptConfiguration != "" {
		if r, err = l.loadRunner(ctx, name, state.AttemptConfiguration); err == nil {
			err = l.ensureRunner(ctx, r)
		}
		if err != nil && !errors.As(err, &final) {
			return err
		}
		if err == nil {
			now, err := l.ports.States.State(ctx, name)
			switch {
			case errors.Is(err, ErrNoRunner):
				return nil
			case err != nil:
				return fmt.Errorf("read the runner's state: %w", err)
			case now.Attempt != state.Attempt || time.Now().Before(now.LockedUntil):
				return nil
			}
		}
	}
	// It was no start, it can never go on, or the runner is there without it. While its
	// attempt is in the state, checks look at nothing else.
	owner, _, err := l.acquireLock(ctx, name)
	if err != nil {
		return fmt.Errorf("take the start lock of a launcher that died: %w", err)
	}
	return l.ports.States.Release(ctx, name, owner, false)
}

// endTask stops a task that no longer works, and treats it as ended: the ECS agent of
// a host that hangs never says so.
func (l *Launcher) endTask(ctx context.Context, state State, task TaskStatus, r rule) error {
	reason := "the launcher ended it: " + r.state
	if err := l.ports.Cluster.Stop(ctx, clusterOfState(state), state.Task, reason); err != nil {
		return fmt.Errorf("stop the task %s: %w", state.Task, err)
	}
	task.LastStatus, task.StopCode, task.StopReason = "STOPPED", "UserInitiated", reason
	return l.taskStopped(ctx, task, true)
}

// drains is the doubt while tasks that the state does not name are left.
const drains = "drains"

// sweep ends tasks and hosts of a runner that its state does not name: what a launcher
// started that died before it could record it, and what drains but has no job any more.
// left means that some may still have jobs.
func (l *Launcher) sweep(ctx context.Context, name string, state State) (left bool, err error) {
	hosts, err := l.ports.Hosts.Tagged(ctx, name)
	if err != nil {
		return true, fmt.Errorf("look for hosts of the runner %s: %w", name, err)
	}
	patience, err := l.idleTime(ctx, name, state)
	if err != nil {
		return true, err
	}
	since := time.Now()
	if state.Doubt == drains {
		since = state.DoubtSince
	}
	overdue := time.Since(since) > patience
	clusters := map[string]bool{}
	var problems []error
	for _, host := range hosts {
		if host.ID == state.TaskHost || host.ID == state.Host && state.isBooting() {
			continue
		}
		kept, err := l.sweepHost(ctx, name, host, overdue)
		left, problems = left || kept, append(problems, err)
	}
	for _, cluster := range []string{state.RunnerCluster, clusterOfState(state)} {
		if cluster == "" || clusters[cluster] {
			continue
		}
		clusters[cluster] = true
		kept, err := l.sweepTasks(ctx, name, cluster, startedBy(""), state.Task, overdue)
		left, problems = left || kept, append(problems, err)
	}
	return left, errors.Join(problems...)
}

// sweepHost ends a host that has no job, and is too old for a start to wait for it.
func (l *Launcher) sweepHost(ctx context.Context, name string, host TaggedHost, overdue bool) (kept bool, err error) {
	if host.LaunchedAt.IsZero() || time.Since(host.LaunchedAt) < orphanAge {
		return true, nil
	}
	if host.Cluster != "" {
		kept, err := l.sweepTasks(ctx, name, host.Cluster, startedBy(host.ID), "", overdue)
		if kept || err != nil {
			return true, err
		}
	}
	return true, l.removeUnusedHost(ctx, name, host.ID)
}

// sweepTasks stops the tasks of a runner that have no job; current is the state's. An
// agent that has never written a claim may have jobs nevertheless, if its role does not
// allow it; overdue means that it has had the time to end them.
func (l *Launcher) sweepTasks(ctx context.Context, name, cluster, startedBy, current string, overdue bool) (kept bool, err error) {
	tasks, err := l.ports.Cluster.StartedBy(ctx, cluster, startedBy)
	if err != nil {
		return true, fmt.Errorf("look for tasks of the runner %s: %w", name, err)
	}
	var problems []error
	for _, task := range tasks {
		if owner, ours := runnerOf(task); !ours || owner != name || task.ARN == current || task.hasEnded() {
			continue
		}
		kept = true
		seen, busy, err := l.lastSign(ctx, name, State{Task: task.ARN})
		if err != nil {
			problems = append(problems, err)
			continue
		}
		unsure := seen.IsZero() && task.LastStatus == "RUNNING" && !overdue
		if unsure || task.CreatedAt.IsZero() || time.Since(task.CreatedAt) < orphanAge || busy && time.Since(seen) < protocol.LeaseTime+silentTimeout {
			continue
		}
		if err := l.ports.Cluster.Stop(ctx, cluster, task.ARN, "the runner has another task, and this one has no job"); err != nil {
			problems = append(problems, fmt.Errorf("stop the task %s: %w", task.ARN, err))
		}
	}
	return kept, errors.Join(problems...)
}
