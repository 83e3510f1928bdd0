package launch

import (
	"context"
	"errors"
	"fmt"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// TaskStopped handles the event of an ECS task that has stopped: it fails the jobs
// that the task had begun, starts another task if jobs wait, and terminates a host
// without a task. It ignores tasks that belong to no runner, or have not stopped yet.
func (l *Launcher) TaskStopped(ctx context.Context, task TaskStatus) error {
	return l.taskStopped(ctx, task, false)
}

// taskStopped is TaskStopped. With endHost, no other task is started on the task's host.
func (l *Launcher) taskStopped(ctx context.Context, task TaskStatus, endHost bool) error {
	runner, ours := configuration.RunnerOfGroup(task.Group)
	if !ours || !task.hasEnded() {
		return nil
	}
	host := hostOf(task.StartedBy)
	state, err := l.ports.States.State(ctx, runner)
	if errors.Is(err, ErrNoRunner) {
		// Remove fails the runner's jobs, too; these began later.
		_, claims := l.failTaskClaims(ctx, runner, task)
		return errors.Join(claims, l.endHost(ctx, runner, "", host))
	}
	if err != nil {
		return fmt.Errorf("read the runner's state: %w", err)
	}
	if state.Task == task.ARN {
		after, err := l.removeTask(ctx, runner, state, task)
		switch {
		case errors.Is(err, ErrChanged), errors.Is(err, ErrNoRunner):
			return l.taskStopped(ctx, task, endHost) // another launcher has removed it
		case err != nil:
			return err
		}
		// A task that took no job on a host that had one before: its disk may be full.
		if endHost || state.TaskHostReused && after.StartFailures > 0 {
			if err := l.removeUnusedHost(ctx, runner, host); err != nil {
				return err
			}
		}
		if err := l.restartIfJobsWait(ctx, runner, state, after, task); err != nil {
			return err
		}
	} else {
		if _, err := l.failTaskClaims(ctx, runner, task); err != nil {
			return err
		}
		if state.Task == "" {
			// The event came before, and its launcher may have died.
			if err := l.restartIfJobsWait(ctx, runner, state, state, task); err != nil {
				return err
			}
		}
	}
	return l.removeUnusedHost(ctx, runner, host)
}

// removeTask fails the jobs that a stopped task had begun, and then removes the task
// from the state. It returns the state without it, and ErrChanged if the state names
// another task.
func (l *Launcher) removeTask(ctx context.Context, runner string, state State, task TaskStatus) (State, error) {
	begun, err := l.failTaskClaims(ctx, runner, task)
	if err != nil {
		return State{}, err
	}
	// A task that began a job, or retired, had started.
	progress := begun || state.Retired == task.ARN
	after, err := l.ports.States.RemoveTask(ctx, runner, task.ARN, progress)
	if err != nil {
		return State{}, fmt.Errorf("remove the task from the runner's state: %w", err)
	}
	l.logger.Info("the runner's task has ended", "runner", runner, "task", task.ARN, "reason", task.stopDescription(), "begun", begun, "failures", after.StartFailures)
	return after, nil
}

// failTaskClaims fails the jobs that a task had begun and not finished, and reports
// whether it had begun any.
func (l *Launcher) failTaskClaims(ctx context.Context, runner string, task TaskStatus) (begun bool, err error) {
	claims, err := l.ports.Claims.Claims(ctx, runner, task.ARN)
	if err != nil {
		return false, fmt.Errorf("read the jobs that the task %s had begun: %w", task.ARN, err)
	}
	failure := &message.Failure{Name: protocol.ErrorRuntime, ByCause: task.lossCause(), Cause: "the runner's task stopped while the job ran: " + task.stopDescription()}
	return len(claims) > 0, l.failClaimedJobs(ctx, runner, claims, failure)
}

// failClaimedJobs fails the jobs of claims that are not finished, and finishes the
// claims after that: a job whose claim is finished is never failed again.
func (l *Launcher) failClaimedJobs(ctx context.Context, runner string, claims []Claim, failure *message.Failure) error {
	var problems []error
	for _, claim := range claims {
		if claim.Finished {
			continue
		}
		token, err := l.openToken(ctx, runner, claim)
		if err == nil && token != "" {
			err = l.failStep(ctx, token, failure.For(claim.ErrorNames))
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

// openToken returns the task token of a claim; "" if there is none that can be read:
// then the runner's secret is gone or an agent has written something else, and the step
// fails by its missing heartbeats.
func (l *Launcher) openToken(ctx context.Context, runner string, claim Claim) (string, error) {
	if !protocol.IsSealedToken(claim.Token) {
		return claim.Token, nil
	}
	secret, err := l.ports.Secrets.Secret(ctx, runner)
	if err != nil {
		return "", fmt.Errorf("read the secret of the runner %s: %w", runner, err)
	}
	token, err := protocol.OpenToken(secret.Key, claim.Task, claim.Token)
	if err != nil {
		l.logger.Warn("the token of a claim cannot be read; its step fails by its missing heartbeats", "runner", runner, "step", claim.StepName, "error", err)
		return "", nil
	}
	return token, nil
}

// restartIfJobsWait starts the runner again if jobs wait for it after its task ended.
// before is the state with the task, after the one without it.
func (l *Launcher) restartIfJobsWait(ctx context.Context, runner string, before, after State, task TaskStatus) error {
	// An agent that retired has looked at the queue once more after that. A
	// message is hidden then only if the answer to a receive was lost. An agent
	// that was killed may have held messages.
	patience := maxHiddenTime
	if before.Retired == task.ARN && !l.hasHiddenMessages(ctx, after.QueueURL) {
		patience = scanWait
	}
	found, err := l.findWaitingJobs(ctx, after.QueueURL, patience)
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		return l.resetFailures(ctx, runner, after)
	}
	return l.startForJobs(ctx, runner, State{Task: before.Task, TaskHostReused: before.TaskHostReused, Configuration: before.Configuration, QueueURL: after.QueueURL, StartFailures: after.StartFailures}, found, task)
}

// startForJobs starts the runner for jobs that wait.
func (l *Launcher) startForJobs(ctx context.Context, runner string, state State, found []waitingJob, task TaskStatus) error {
	id := configurationFor(found, state.Configuration)
	r, err := l.loadRunner(ctx, runner, id)
	var final *message.Failure
	switch {
	case errors.As(err, &final): // the runner cannot be started
		return l.failJobs(ctx, state.QueueURL, final, func(message *protocol.Message) bool { return message.ConfigurationHash == configuration.Hash(id) })
	case err != nil:
		return err
	case isFinal(state, state.StartFailures, task, r):
		err = l.failWaitingJobs(ctx, r, startFailure(task, r.configuration.Task.Container, state.StartFailures))
	default:
		l.logger.Info("jobs wait, so the runner is started again", "runner", runner, "jobs", len(found))
		err = l.ensureRunner(ctx, r)
	}
	if errors.As(err, &final) {
		return nil // the waiting jobs have failed
	}
	return err
}

// isFinal reports whether the runner is not started again after a task of the state
// before has ended: too many tasks in a row ended before they took a job, or this one
// would end the same way again.
func isFinal(before State, failures int, task TaskStatus, r runner) bool {
	// Another configuration may start, and a task that the state did not name counts
	// for nothing.
	if failures >= maxStartFailures {
		return true
	}
	if failures == 0 || before.Task != task.ARN || before.Configuration != r.id {
		return false
	}
	rule := task.stopRule(r.configuration.Task.Container)
	// A host that was used before is replaced, and the next has an empty disk.
	return rule.action == fatal && !(before.TaskHostReused && rule.cause == protocol.CauseDiskFull)
}

func (l *Launcher) resetFailures(ctx context.Context, runner string, state State) error {
	if state.StartFailures == 0 {
		return nil
	}
	err := l.ports.States.ResetFailures(ctx, runner)
	if err == nil || errors.Is(err, ErrNoRunner) {
		return nil
	}
	return fmt.Errorf("reset the runner's failed starts: %w", err)
}
