package launch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// errDeadline means that the invocation has no time left but to report.
var errDeadline = errors.New("the launcher's time is over")

// unansweredError means that AWS did not answer a question about the runner.
type unansweredError struct{ cause error }

func (e *unansweredError) Error() string { return e.cause.Error() }

func (e *unansweredError) Unwrap() error { return e.cause }

// outcome is what an action leads to.
type outcome int

const (
	// goOn: the next action follows from the view.
	goOn outcome = iota
	// readAgain: the state has changed.
	readAgain
	// ensured: the runner is there, or something starts it without this launcher.
	ensured
)

// ensureRunner returns when the runner is there, or was started with its
// configuration, or is being started by something that goes on without this
// launcher. A *message.Failure means that it cannot be started; all jobs that waited
// for it have been failed then.
func (l *Launcher) ensureRunner(ctx context.Context, r runner) error {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	pauses, v := l.pauses(minRetryDelay, maxRetryDelay), &view{runner: r}
	for {
		done, err := l.tryEnsure(ctx, v)
		var final *message.Failure
		switch cause := context.Cause(ctx); {
		case done, errors.As(err, &final):
			return err
		case errors.Is(cause, errDeadline) && v.watched != "":
			return nil // the launcher that is starting it goes on
		case cause != nil && err != nil:
			return fmt.Errorf("%w: %w", cause, err)
		case cause != nil:
			return cause
		case errors.Is(err, ErrLocked):
			l.pause(ctx, pauses.NextBackOff())
		case err != nil:
			return err
		}
	}
}

// tryEnsure reads the runner's state once, and acts on it until the runner is
// ensured or the state is another one. It returns ErrLocked while another launcher
// is starting the runner.
func (l *Launcher) tryEnsure(ctx context.Context, v *view) (done bool, err error) {
	state, err := l.readState(ctx, v)
	switch {
	case errors.Is(err, ErrNoRunner):
		return false, message.ConfigurationFailure("Runner %q: %s; deploy the stack again", v.configuration.RunnerName, err)
	case err != nil:
		return false, fmt.Errorf("read the runner's state: %w", err)
	case v.watched != "" && state.FailedAttempt == v.watched:
		return true, nil // the attempt has failed this job: it was in the queue
	}
	v.reset(state, "")
	v.seen, _ = l.usable.Get(v.name + " " + state.Task)
	if v.next(time.Now()) != takeLock { // which arranges one, and records it with the lock
		if err := l.arrangeCheck(ctx, v.name, &v.state); err != nil {
			return false, err
		}
	}
	for {
		result, err := l.act(ctx, v, v.next(time.Now()))
		var unanswered *unansweredError
		switch {
		case errors.Is(err, ErrChanged):
			return false, nil
		case errors.As(err, &unanswered):
			// The job is in the queue; the check asks again.
			l.logger.Warn("the runner cannot be looked at; a check does it later", "runner", v.name, "error", err)
			if v.owner == "" {
				return true, nil
			}
			return true, l.ports.States.Release(ctx, v.name, v.owner, false)
		case err != nil || result != goOn:
			return result == ensured, err
		}
	}
}

// readState reads the runner's state. Of a cold runner, what was read before the job was
// queued is enough the first time: the only thing to do is to take the lock, which
// returns the state that counts.
func (l *Launcher) readState(ctx context.Context, v *view) (State, error) {
	before := v.before
	if v.before = nil; before != nil && before.isCold() {
		return *before, nil
	}
	return l.ports.States.State(ctx, v.name)
}

// act takes an action.
func (l *Launcher) act(ctx context.Context, v *view, next action) (outcome, error) {
	switch next {
	case describeTask, describeInstance, describeHost:
		if err := l.observe(ctx, v, next); err != nil {
			return goOn, &unansweredError{err}
		}
		return goOn, nil
	case removeTask:
		return readAgain, l.handleStoppedTask(ctx, v)
	case takeLock:
		return l.lock(ctx, v)
	case runTask:
		return l.startTask(ctx, v)
	case runHost:
		return ensured, l.startHost(ctx, v)
	case removeHost:
		return goOn, l.dropHost(ctx, v, false)
	case replaceHost:
		return goOn, l.replaceHost(ctx, v)
	case releaseLock:
		return ensured, l.ports.States.Release(ctx, v.name, v.owner, false)
	}
	return ensured, nil
}

// lock takes the start lock for v, once a check of the start is arranged.
func (l *Launcher) lock(ctx context.Context, v *view) (outcome, error) {
	check, err := l.sendCheck(ctx, v.name, v.state)
	if err != nil {
		return goOn, err
	}
	owner := randomName()
	locked, err := l.ports.States.Lock(ctx, v.name, Lock{
		Owner: owner, Until: time.Now().Add(lockTime), Attempt: randomName(), Configuration: v.id, CheckAt: check,
	})
	switch {
	case errors.Is(err, ErrLocked):
		if !check.IsZero() {
			l.recordCheck(ctx, v.name, check)
		}
		v.watched = ""
		if locked.AttemptConfiguration == v.id {
			v.watched = locked.Attempt
		}
		return readAgain, err
	case errors.Is(err, ErrNoRunner): // which reading the state explains
		return readAgain, nil
	case err != nil:
		return goOn, fmt.Errorf("take the runner's start lock: %w", err)
	case locked.Task != v.state.Task: // another launcher was faster
		if err := l.ports.States.Release(ctx, v.name, owner, false); err != nil {
			return goOn, fmt.Errorf("release the runner's start lock: %w", err)
		}
		return readAgain, nil
	}
	v.reset(locked, owner)
	// A check that ended while the lock was free has arranged no other one.
	if err := l.arrangeCheck(ctx, v.name, &v.state); err != nil {
		return goOn, errors.Join(err, l.ports.States.Release(ctx, v.name, owner, false))
	}
	return goOn, nil
}

// observe asks for what an action asks for.
func (l *Launcher) observe(ctx context.Context, v *view, question action) (err error) {
	switch question {
	case describeTask:
		return l.observeTask(ctx, v)
	case describeInstance:
		instance, err := l.ports.Cluster.Instance(ctx, v.configuration.Task.Cluster, v.state.Host)
		if err != nil && !errors.Is(err, ErrNotRegistered) {
			return fmt.Errorf("ask the cluster for the runner's host: %w", err)
		}
		v.instance = instanceNotReady
		if err == nil && instance.Ready {
			v.instance = instanceReady
		}
	case describeHost:
		status, err := l.ports.Hosts.Host(ctx, v.state.Host)
		switch {
		case errors.Is(err, ErrNoHost):
			v.machine = machineAbsent
		case err != nil:
			return fmt.Errorf("ask for the runner's host: %w", err)
		case status.isGone():
			v.machine = machineGone
		default:
			v.machine = machineAlive
		}
	}
	return nil
}

func (l *Launcher) observeTask(ctx context.Context, v *view) error {
	cluster := v.state.Cluster // where it runs, whatever the configuration says now
	if cluster == "" {
		cluster = v.configuration.Task.Cluster
	}
	task, err := l.ports.Cluster.Task(ctx, cluster, v.state.Task)
	v.ended = task
	switch {
	case errors.Is(err, ErrNoTask):
		v.task, v.ended = taskAbsent, TaskStatus{ARN: v.state.Task, StopReason: ErrNoTask.Error() + " any more"}
	case err != nil:
		return fmt.Errorf("describe the runner's task: %w", err)
	case v.state.Configuration != "" && task.Group != configuration.Group(v.name):
		// Agents can write the state's task. The original's tasks, which have another
		// group, come without a configuration.
		l.logger.Warn("a task of another program is not the runner's", "runner", v.name, "task", task.ARN, "group", task.Group)
		v.task, v.ended = taskAbsent, TaskStatus{ARN: v.state.Task, StopReason: "it is the task of another program"}
	case task.isUsable():
		v.task = taskUsable
		l.usable.Add(v.name+" "+v.state.Task, time.Now())
	case task.hasEnded():
		v.task = taskEnded
	default:
		v.task = taskStopping
	}
	return nil
}

// handleStoppedTask deals with a task that ended without an event: the jobs that it
// had begun fail, and after too many such tasks the waiting jobs fail, too.
func (l *Launcher) handleStoppedTask(ctx context.Context, v *view) error {
	after, err := l.removeTask(ctx, v.name, v.state, v.ended)
	switch {
	case errors.Is(err, ErrNoRunner): // which reading the state explains
		return nil
	case err == nil && v.state.TaskHostReused && after.StartFailures > 0:
		err = l.removeUnusedHost(ctx, v.name, after.Host)
	}
	if err != nil || !isFinal(v.state, after.StartFailures, v.ended, v.runner) {
		return err
	}
	if err := l.removeUnusedHost(ctx, v.name, after.Host); err != nil {
		return err
	}
	return l.failWaitingJobs(ctx, v.runner, startFailure(v.ended, v.configuration.Task.Container, after.StartFailures))
}

// pauses are growing pauses between two tries.
func (l *Launcher) pauses(first, longest time.Duration) *backoff.ExponentialBackOff {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = first, longest
	if l.steady {
		pauses.RandomizationFactor = 0
	}
	return pauses
}

// withReserve ends before the invocation does.
func withReserve(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, bounded := ctx.Deadline()
	if !bounded {
		return context.WithCancel(ctx)
	}
	return context.WithDeadlineCause(ctx, deadline.Add(-reportReserve), errDeadline)
}

func pause(ctx context.Context, duration time.Duration) {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
