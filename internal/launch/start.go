package launch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/message"
)

// startTask starts the runner's task, on the state's host if the runner has hosts. A
// *message.Failure means that the start was given up and the waiting steps have
// failed. After any other error it is not known how far the start came: the lock
// ends by itself, and the launcher that takes it next repeats the attempt.
func (l *Launcher) startTask(ctx context.Context, v *view) (outcome, error) {
	host := ""
	if v.configuration.Host != nil {
		host = v.state.Host
	}
	if v.secret == nil {
		secret, err := l.ports.Secrets.Secret(ctx, v.name)
		if err != nil {
			return goOn, fmt.Errorf("read the secret of the runner %s: %w", v.name, err)
		}
		v.secret = &secret
	}
	request, err := l.settings.taskRequest(v.runner, host)
	var task TaskStatus
	var requestedAt time.Time
	if err == nil {
		task, requestedAt, err = l.runTask(ctx, v, request)
	}
	var final *message.Failure
	switch {
	case errors.As(err, &final):
		return goOn, l.abortStart(ctx, v, host, final)
	case err != nil:
		return goOn, err
	}
	return l.recordTask(ctx, v, task, host, requestedAt)
}

// recordTask makes the task the runner's. requestedAt is when ECS was asked for it.
// An agent ends if the state does not name its task in time, and the event of that
// end may have been handled already. So a task that took long is looked at again.
func (l *Launcher) recordTask(ctx context.Context, v *view, task TaskStatus, host string, requestedAt time.Time) (outcome, error) {
	err := l.ports.States.RecordTask(ctx, v.name, v.owner, TaskRecord{
		Task: task.ARN, Configuration: v.id, Cluster: v.configuration.Task.Cluster, Host: host, Reused: host != "" && !v.state.isBooting(), StartedAt: requestedAt,
	})
	switch {
	case errors.Is(err, ErrNoRunner):
		// It was deleted meanwhile, and no state names this task.
		return goOn, l.stopUnrecordedTask(ctx, v, task, host)
	case err != nil:
		// If the lock was lost, another launcher got the same task by the same token,
		// or the task ends by itself: the state does not name it.
		return goOn, fmt.Errorf("record the runner's task: %w", err)
	}
	l.logger.Info("the runner is started", "runner", v.name, "task", task.ARN, "configuration", v.id, "host", host)
	if time.Since(requestedAt) >= newTaskGrace {
		return readAgain, nil
	}
	return ensured, nil
}

func (l *Launcher) stopUnrecordedTask(ctx context.Context, v *view, task TaskStatus, host string) error {
	problems := []error{l.ports.Cluster.Stop(ctx, v.configuration.Task.Cluster, task.ARN, "the runner was deleted")}
	if host != "" {
		problems = append(problems, l.endHost(ctx, v.name, v.configuration.Task.Cluster, host))
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("stop what was started for a runner that was deleted: %w", err)
	}
	return message.ConfigurationFailure("Runner %q: %s", v.configuration.RunnerName, ErrNoRunner)
}

// runTask asks for the task until there is one, and returns when it asked last. Its
// errors are retryStart's.
func (l *Launcher) runTask(ctx context.Context, v *view, request TaskRequest) (task TaskStatus, requestedAt time.Time, err error) {
	err = l.retryStart(ctx, v, message.ErrorTask, "run the runner's task in the cluster "+request.Cluster, func(try int) (refusalRule, error) {
		request.Token = token(v.state.Attempt, v.id, request.StartedBy, try)
		var err error
		requestedAt = time.Now()
		task, err = l.ports.Cluster.Run(ctx, request)
		var refusal *Refusal
		switch {
		case errors.As(err, &refusal):
			return refusal.classify(taskRules()), err
		case err == nil && !task.isUsable():
			// What was started by an attempt that was broken off has ended.
			ended := task.stopRule(v.configuration.Task.Container)
			ended.action = retryNewToken
			return ended, errors.New("the task of an earlier attempt has ended: " + task.stopDescription())
		}
		return noReply(), err
	})
	return task, requestedAt, err
}

// noReply is the rule for a service that does not answer.
func noReply() refusalRule {
	return refusalRule{action: retryUnknown, cause: protocol.CauseServiceUnavailable, advice: "it usually passes; give the step a Retry"}
}

// retryUnknown repeats the same request, since it is not known whether it was done.
const retryUnknown retryAction = -1

// retryStart calls ask until it succeeds, is refused for good, or startRetryTime is
// over. ask gets the number of the request: a request that was refused gets another
// number the next time, one without an answer the same. The lock is renewed between
// two requests. The error is a *message.Failure, or ErrChanged if the lock is lost.
func (l *Launcher) retryStart(ctx context.Context, v *view, name, attempted string, ask func(try int) (refusalRule, error)) error {
	pauses := l.pauses(time.Second, 15*time.Second)
	since, try := time.Now(), 0
	for tries := 1; ; tries++ {
		rule, err := ask(try)
		var lost *lockLostError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &lost):
			return err
		}
		l.logger.Warn("a start is refused", "runner", v.name, "attempted", attempted, "error", err, "tries", tries)
		wait := pauses.NextBackOff()
		over := time.Since(since)+wait > startRetryTime || ctx.Err() != nil || exceedsDeadline(ctx, wait)
		switch {
		case rule.action == fatal, over:
			// A task that was started without an answer ends by itself: the state
			// does not name it.
			return refusalFailure(name, attempted, err, tries, rule)
		case rule.action != retryUnknown:
			try++
		}
		if rule.action != retryNewToken || tries > 1 {
			l.pause(ctx, wait)
		}
		if err := l.ports.States.Renew(ctx, v.name, v.owner, time.Now().Add(lockTime)); err != nil {
			return fmt.Errorf("renew the runner's start lock: %w", err)
		}
	}
}

// exceedsDeadline reports whether a pause would take all that is left of ctx.
func exceedsDeadline(ctx context.Context, wait time.Duration) bool {
	deadline, bounded := ctx.Deadline()
	return bounded && time.Until(deadline) <= wait
}

// abortStart ends a start for good: it releases the lock, so that later jobs try
// again, terminates the host and fails the waiting steps. It returns the failure.
func (l *Launcher) abortStart(ctx context.Context, v *view, host string, final *message.Failure) error {
	reporting, cancel := l.reportContext(ctx)
	defer cancel()
	if host != "" {
		final = &message.Failure{Name: final.Name, ByCause: final.ByCause, Cause: final.Cause + l.hostLogHint(v.runner)}
		if err := l.forgetHost(reporting, v.name, v.state, v.owner, false); err != nil {
			return err
		}
	}
	if err := l.ports.States.Release(reporting, v.name, v.owner, true); err != nil {
		return fmt.Errorf("release the runner's start lock after a start that failed (%w): %w", final, err)
	}
	return l.failWaitingJobs(reporting, v.runner, final)
}

// failWaitingJobs fails every job that waits for the runner, and returns the
// failure.
func (l *Launcher) failWaitingJobs(ctx context.Context, r runner, failure *message.Failure) error {
	l.logger.Error("the runner cannot be started; the jobs that wait for it fail", "runner", r.name, "error", failure)
	reporting, cancel := l.reportContext(ctx)
	defer cancel()
	failed := l.failJobsOfConfiguration(reporting, r, failure)
	reset := l.ports.States.ResetFailures(reporting, r.name)
	if errors.Is(reset, ErrNoRunner) {
		reset = nil
	}
	if err := errors.Join(failed, reset); err != nil {
		// The caller fails its own step.
		l.logger.Error("not all waiting steps could be failed; they fail when their heartbeats are missing", "runner", r.name, "error", err)
	}
	return failure
}

// startFailure is the failure after tasks that ended before they took a job: too many,
// or one that would end the same way again. Its name is the last stop code's.
func startFailure(task TaskStatus, container string, failures int) *message.Failure {
	rule, often := task.stopRule(container), ""
	if failures > 1 {
		often = fmt.Sprintf(", %d times in a row; the last time", failures)
	}
	return &message.Failure{
		Name: task.stopErrorName(), ByCause: rule.cause,
		Cause: fmt.Sprintf("the runner's task ended before it took a job%s: %s. What to do: %s", often, task.stopDescription(), rule.advice),
	}
}
