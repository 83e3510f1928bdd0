package launch

import (
	"context"
	"errors"
	"fmt"

	"github.com/attini-go/runner/agent/protocol"
)

// TaskStopped deals with a task of ECS that has stopped, as its event tells:
// the jobs that it had begun fail with the reason, jobs that wait get another
// task, and a host that has no task any more is terminated. Tasks that are no
// runner's, or have not stopped yet, are no matter.
func (l *Launcher) TaskStopped(ctx context.Context, task TaskStatus) error {
	runner, ours := runnerOf(task.Group)
	if !ours || !task.ended() {
		return nil
	}
	host := hostOf(task.StartedBy)
	state, err := l.ports.States.State(ctx, runner)
	if errors.Is(err, ErrNoRunner) {
		// Who deletes the runner fails its jobs too; this is for those that
		// began later.
		_, claims := l.failClaims(ctx, runner, task)
		return errors.Join(claims, l.endHost(ctx, runner, host))
	}
	if err != nil {
		return fmt.Errorf("read the runner's state: %w", err)
	}
	if state.Task == task.ARN {
		after, err := l.bury(ctx, runner, state, task)
		switch {
		case errors.Is(err, ErrChanged), errors.Is(err, ErrNoRunner):
			return l.TaskStopped(ctx, task) // another has dealt with it
		case err != nil:
			return err
		}
		if err := l.resume(ctx, runner, state, after, task); err != nil {
			return err
		}
	} else {
		if _, err := l.failClaims(ctx, runner, task); err != nil {
			return err
		}
		if state.Task == "" {
			// The event has come before, and may not have been dealt with to
			// its end.
			if err := l.resume(ctx, runner, state, state, task); err != nil {
				return err
			}
		}
	}
	return l.endOrphan(ctx, runner, host)
}

// bury takes a task that has ended out of the state, after the jobs that it had
// begun were failed. It returns the state without it, ErrChanged when the task
// is not the runner's any more.
func (l *Launcher) bury(ctx context.Context, runner string, state State, task TaskStatus) (State, error) {
	begun, err := l.failClaims(ctx, runner, task)
	if err != nil {
		return State{}, err
	}
	// A task that took a job, or left by itself, had started.
	progress := begun || state.Retired == task.ARN
	after, err := l.ports.States.Bury(ctx, runner, task.ARN, progress)
	if err != nil {
		return State{}, fmt.Errorf("remove the task from the runner's state: %w", err)
	}
	l.logger.Info("the runner's task has ended", "runner", runner, "task", task.ARN, "reason", task.why(), "begun", begun, "failures", after.StartFailures)
	return after, nil
}

// failClaims fails the jobs that a task had begun and not answered, and reports
// whether it had begun any.
func (l *Launcher) failClaims(ctx context.Context, runner string, task TaskStatus) (begun bool, err error) {
	claims, err := l.ports.Claims.Claims(ctx, runner, task.ARN)
	if err != nil {
		return false, fmt.Errorf("read the jobs that the task %s had begun: %w", task.ARN, err)
	}
	failure := &Failure{protocol.ErrorRuntime, "the runner's task stopped while the job ran: " + task.why()}
	return len(claims) > 0, l.failAll(ctx, runner, claims, failure)
}

// failAll fails the jobs of claims that are not finished, and finishes them. In
// this order: a job whose claim is finished is asked after by nobody.
func (l *Launcher) failAll(ctx context.Context, runner string, claims []Claim, failure *Failure) error {
	var problems []error
	for _, claim := range claims {
		if claim.Finished {
			continue
		}
		var err error
		if claim.Token != "" {
			err = l.fail(ctx, claim.Token, failure)
		}
		if err == nil {
			err = l.ports.Claims.Finish(ctx, runner, claim)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("fail the step %q, whose job had begun: %w", claim.StepName, err))
		}
	}
	return errors.Join(problems...)
}

// resume starts the runner again if jobs wait for it, which it was without
// after this task ended. before is the state with the task, after the one
// without.
func (l *Launcher) resume(ctx context.Context, runner string, before, after State, task TaskStatus) error {
	// An agent that left by itself has looked once more after it said so. One
	// that was killed may have held jobs, which show themselves later.
	patience := hiddenTime
	if before.Retired == task.ARN {
		patience = lookTime
	}
	found, err := l.whoWaits(ctx, after.QueueURL, patience)
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		return l.forgetFailures(ctx, runner, after)
	}
	id := configurationFor(found, before.Configuration)
	r, err := l.runner(ctx, runner, id)
	var final *Failure
	switch {
	case errors.As(err, &final): // nobody can be started for them
		return l.failJobs(ctx, after.QueueURL, final, func(message *protocol.Message) bool { return message.ConfigurationHash == Hash(id) })
	case err != nil:
		return err
	case after.StartFailures >= maxStartFailures:
		err = l.surrender(ctx, r, tooOften(task, after.StartFailures))
	default:
		l.logger.Info("jobs wait, so the runner is started again", "runner", runner, "jobs", len(found))
		err = l.ensure(ctx, r)
	}
	if errors.As(err, &final) {
		return nil // the jobs have been told
	}
	return err
}

func (l *Launcher) forgetFailures(ctx context.Context, runner string, state State) error {
	if state.StartFailures == 0 {
		return nil
	}
	err := l.ports.States.ForgetFailures(ctx, runner)
	if err == nil || errors.Is(err, ErrNoRunner) {
		return nil
	}
	return fmt.Errorf("forget the runner's failed starts: %w", err)
}

// endOrphan terminates a host that the runner has no use for any more.
func (l *Launcher) endOrphan(ctx context.Context, runner, host string) error {
	if host == "" {
		return nil
	}
	owner, state, err := l.lock(ctx, runner, "")
	switch {
	case errors.Is(err, ErrNoRunner):
		return l.endHost(ctx, runner, host)
	case err != nil:
		return fmt.Errorf("take the runner's start lock, to see whether it needs the host %s: %w", host, err)
	}
	if needed := state.TaskHost == host && state.Task != ""; !needed {
		if err := l.discardOrphan(ctx, runner, state, host, owner); err != nil {
			return err
		}
	}
	return l.ports.States.Release(ctx, runner, owner, false)
}

func (l *Launcher) discardOrphan(ctx context.Context, name string, state State, host, owner string) error {
	if err := l.endHost(ctx, name, host); err != nil || state.Host != host {
		return err
	}
	if _, err := l.ports.States.ForgetHost(ctx, name, host, owner, false); err != nil && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrNoRunner) {
		return fmt.Errorf("remove the host %s from the runner's state: %w", host, err)
	}
	return nil
}

func (l *Launcher) endHost(ctx context.Context, runner, host string) error {
	if host == "" {
		return nil
	}
	if err := l.ports.Hosts.Terminate(ctx, host); err != nil {
		return fmt.Errorf("terminate the host %s, on which no task of the runner %s is: %w", host, runner, err)
	}
	l.logger.Info("a host without a task is terminated", "runner", runner, "host", host)
	return nil
}
