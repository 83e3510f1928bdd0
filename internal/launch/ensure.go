package launch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/internal/launch/message"
	"github.com/cenkalti/backoff/v5"
)

// Pauses between two looks at a start that another makes.
const (
	minRetryDelay = 200 * time.Millisecond
	maxRetryDelay = 2 * time.Second
)

// errDeadline says that an invocation's time is over.
var errDeadline = errors.New("the launcher's time is over")

// ensureRunner returns when the runner is there, or was started with its
// configuration, or is being started by something that will go on by itself. A
// *Failure says that it cannot be started; then all jobs that waited for it
// have been failed.
func (l *Launcher) ensureRunner(ctx context.Context, r runner) error {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = minRetryDelay, maxRetryDelay
	watched := ""
	for {
		done, attempt, err := l.checkRunner(ctx, r, watched)
		var final *message.Failure
		switch {
		case done:
			return nil
		case errors.As(err, &final):
			return err
		case errors.Is(err, ErrLocked):
			watched = attempt
		}
		switch cause := context.Cause(ctx); {
		case errors.Is(cause, errDeadline) && watched != "":
			return nil // who is starting it goes on
		case cause != nil:
			return fmt.Errorf("%w: %w", cause, err)
		case errors.Is(err, errStateChanged):
			continue
		case !errors.Is(err, ErrLocked):
			return err
		}
		pause(ctx, pauses.NextBackOff())
	}
}

// errStateChanged says that the state has changed, and is to be looked at again.
var errStateChanged = errors.New("look again")

// checkRunner looks at the runner once and starts it if it is to be started. watched
// is the attempt of another that was seen before. With ErrLocked, another is
// starting the runner; attempt is which, if it starts this configuration.
func (l *Launcher) checkRunner(ctx context.Context, r runner, watched string) (done bool, attempt string, err error) {
	state, err := l.ports.States.State(ctx, r.name)
	switch {
	case errors.Is(err, ErrNoRunner):
		return false, "", message.ConfigurationFailure("Runner %q: %s; deploy the stack again", r.configuration.RunnerName, err)
	case err != nil:
		return false, "", fmt.Errorf("read the runner's state: %w", err)
	case watched != "" && state.FailedAttempt == watched:
		// It gave up after this job was in the queue, and so has failed it.
		return true, "", nil
	}
	judged, err := l.taskStatus(ctx, r, state)
	switch {
	case err != nil:
		return false, "", err
	case judged.status == statusRunning:
		return true, "", nil
	case judged.status == statusStopped:
		return false, "", l.handleStoppedTask(ctx, r, state, judged.task)
	}
	owner := randomName()
	locked, err := l.ports.States.Lock(ctx, r.name, Lock{
		Owner: owner, Until: time.Now().Add(lockTime), Attempt: randomName(), Configuration: r.id,
	})
	switch {
	case errors.Is(err, ErrLocked):
		if locked.AttemptConfiguration == r.id {
			attempt = locked.Attempt
		}
		return false, attempt, ErrLocked
	case errors.Is(err, ErrNoRunner):
		return false, "", errStateChanged // which the next look explains
	case err != nil:
		return false, "", fmt.Errorf("take the runner's start lock: %w", err)
	case locked.Task != state.Task || locked.Host != state.Host:
		// Another was faster.
		return false, "", l.releaseForRetry(ctx, r, owner)
	}
	err = l.start(ctx, &start{runner: r, owner: owner, attempt: locked.Attempt, state: locked})
	if errors.Is(err, ErrLockLost) {
		return false, "", errStateChanged
	}
	return err == nil, "", err
}

// releaseForRetry gives the lock back.
func (l *Launcher) releaseForRetry(ctx context.Context, r runner, owner string) error {
	if err := l.ports.States.Release(ctx, r.name, owner, false); err != nil {
		return fmt.Errorf("release the runner's start lock: %w", err)
	}
	return errStateChanged
}

// handleStoppedTask deals with the runner's task that has ended without telling: what it
// had begun fails, and after too many such tasks what waits fails too.
func (l *Launcher) handleStoppedTask(ctx context.Context, r runner, state State, task TaskStatus) error {
	after, err := l.removeTask(ctx, r.name, state, task)
	switch {
	case errors.Is(err, ErrChanged), errors.Is(err, ErrNoRunner):
		return errStateChanged
	case err != nil:
		return err
	case after.StartFailures < maxStartFailures:
		return errStateChanged
	}
	if after.Host != "" {
		if err := l.removeHostWithoutTask(ctx, r.name, after.Host); err != nil {
			return err
		}
	}
	return l.failWaitingJobs(ctx, r, repeatedFailure(task, after.StartFailures))
}

// runnerStatus is what a look at the runner's state comes to.
type runnerStatus int

const (
	// statusRunning: a task is there, or a host is booting for one.
	statusRunning runnerStatus = iota + 1
	// statusNeedsTask: a task is to be started.
	statusNeedsTask
	// statusStopped: the runner's task has ended, and nobody has dealt with it yet.
	statusStopped
)

type runnerCheck struct {
	status runnerStatus
	task   TaskStatus
}

// taskStatus says whether the runner's state has jobs of this configuration served.
func (l *Launcher) taskStatus(ctx context.Context, r runner, state State) (runnerCheck, error) {
	mine := state.Task != "" && state.Configuration == r.id && state.Retired != state.Task
	if !mine {
		return l.hostStatus(ctx, r, state)
	}
	age := time.Since(state.TaskStartedAt)
	if age < newTaskGrace {
		return runnerCheck{status: statusRunning}, nil
	}
	cluster := state.Cluster // where it runs, whatever the configuration says now
	if cluster == "" {
		cluster = r.configuration.Task.Cluster
	}
	task, err := l.ports.Cluster.Task(ctx, cluster, state.Task)
	switch {
	case errors.Is(err, ErrNoTask) && age < consistencyTime:
		return runnerCheck{status: statusRunning}, nil
	case errors.Is(err, ErrNoTask):
		return runnerCheck{statusStopped, TaskStatus{ARN: state.Task, StopReason: ErrNoTask.Error() + " any more"}}, nil
	case err != nil:
		return runnerCheck{}, fmt.Errorf("describe the runner's task: %w", err)
	case task.isUsable():
		return runnerCheck{status: statusRunning}, nil
	case task.hasEnded():
		return runnerCheck{statusStopped, task}, nil
	}
	return runnerCheck{status: statusNeedsTask}, nil // it stops, and says itself what becomes of its jobs
}

// hostStatus is for a runner without a usable task: its host may be booting.
func (l *Launcher) hostStatus(ctx context.Context, r runner, state State) (runnerCheck, error) {
	booting := r.configuration.Host != nil && state.Host != "" && !state.HostBootedAt.IsZero() && state.HostConfiguration == r.id
	if !booting {
		return runnerCheck{status: statusNeedsTask}, nil
	}
	status, err := l.bootState(ctx, r, state)
	if err != nil {
		return runnerCheck{}, err
	}
	if status == hostBooting {
		return runnerCheck{status: statusRunning}, nil
	}
	return runnerCheck{status: statusNeedsTask}, nil
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
