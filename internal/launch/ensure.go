package launch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Pauses between two looks at a start that another makes.
const (
	firstPause = 200 * time.Millisecond
	mostPause  = 2 * time.Second
)

// errNoTime says that an invocation's time is over.
var errNoTime = errors.New("the launcher's time is over")

// ensure returns when the runner is there, or was started with its
// configuration, or is being started by something that will go on by itself. A
// *Failure says that it cannot be started; then all jobs that waited for it
// have been failed.
func (l *Launcher) ensure(ctx context.Context, r runner) error {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = firstPause, mostPause
	watched := ""
	for {
		done, attempt, err := l.look(ctx, r, watched)
		var final *Failure
		switch {
		case done:
			return nil
		case errors.As(err, &final):
			return err
		case errors.Is(err, ErrLocked):
			watched = attempt
		}
		switch cause := context.Cause(ctx); {
		case errors.Is(cause, errNoTime) && watched != "":
			return nil // who is starting it goes on
		case cause != nil:
			return fmt.Errorf("%w: %w", cause, err)
		case errors.Is(err, errAgain):
			continue
		case !errors.Is(err, ErrLocked):
			return err
		}
		pause(ctx, pauses.NextBackOff())
	}
}

// errAgain says that the state has changed, and is to be looked at again.
var errAgain = errors.New("look again")

// look looks at the runner once and starts it if it is to be started. watched
// is the attempt of another that was seen before. With ErrLocked, another is
// starting the runner; attempt is which, if it starts this configuration.
func (l *Launcher) look(ctx context.Context, r runner, watched string) (done bool, attempt string, err error) {
	state, err := l.ports.States.State(ctx, r.name)
	switch {
	case errors.Is(err, ErrNoRunner):
		return false, "", misconfigured("Runner %q: %s; deploy the stack again", r.configuration.RunnerName, err)
	case err != nil:
		return false, "", fmt.Errorf("read the runner's state: %w", err)
	case watched != "" && state.FailedAttempt == watched:
		// It gave up after this job was in the queue, and so has failed it.
		return true, "", nil
	}
	judged, err := l.judge(ctx, r, state)
	switch {
	case err != nil:
		return false, "", err
	case judged.verdict == served:
		return true, "", nil
	case judged.verdict == ended:
		return false, "", l.lost(ctx, r, state, judged.task)
	}
	owner := unique()
	locked, err := l.ports.States.Lock(ctx, r.name, Lock{
		Owner: owner, Until: time.Now().Add(leaseTime), Attempt: unique(), Configuration: r.id,
	})
	switch {
	case errors.Is(err, ErrLocked):
		if locked.AttemptConfiguration == r.id {
			attempt = locked.Attempt
		}
		return false, attempt, ErrLocked
	case errors.Is(err, ErrNoRunner):
		return false, "", errAgain // which the next look explains
	case err != nil:
		return false, "", fmt.Errorf("take the runner's start lock: %w", err)
	case locked.Task != state.Task || locked.Host != state.Host:
		// Another was faster.
		return false, "", l.again(ctx, r, owner)
	}
	err = l.start(ctx, &start{runner: r, owner: owner, attempt: locked.Attempt, state: locked})
	if errors.Is(err, ErrLockLost) {
		return false, "", errAgain
	}
	return err == nil, "", err
}

// again gives the lock back.
func (l *Launcher) again(ctx context.Context, r runner, owner string) error {
	if err := l.ports.States.Release(ctx, r.name, owner, false); err != nil {
		return fmt.Errorf("release the runner's start lock: %w", err)
	}
	return errAgain
}

// lost deals with the runner's task that has ended without telling: what it
// had begun fails, and after too many such tasks what waits fails too.
func (l *Launcher) lost(ctx context.Context, r runner, state State, task TaskStatus) error {
	after, err := l.bury(ctx, r.name, state, task)
	switch {
	case errors.Is(err, ErrChanged), errors.Is(err, ErrNoRunner):
		return errAgain
	case err != nil:
		return err
	case after.StartFailures < maxStartFailures:
		return errAgain
	}
	if after.Host != "" {
		if err := l.endOrphanHost(ctx, r.name, after.Host); err != nil {
			return err
		}
	}
	return l.surrender(ctx, r, tooOften(task, after.StartFailures))
}

// verdict is what a look at the runner's state comes to.
type verdict int

const (
	// served: a task is there, or a host is booting for one.
	served verdict = iota + 1
	// wanting: a task is to be started.
	wanting
	// ended: the runner's task has ended, and nobody has dealt with it yet.
	ended
)

type judgement struct {
	verdict verdict
	task    TaskStatus
}

// judge says whether the runner's state has jobs of this configuration served.
func (l *Launcher) judge(ctx context.Context, r runner, state State) (judgement, error) {
	mine := state.Task != "" && state.Configuration == r.id && state.Retired != state.Task
	if !mine {
		return l.judgeHost(ctx, r, state)
	}
	age := time.Since(state.TaskStartedAt)
	if age < freshTime {
		return judgement{verdict: served}, nil
	}
	cluster := state.Cluster // where it runs, whatever the configuration says now
	if cluster == "" {
		cluster = r.configuration.Task.Cluster
	}
	task, err := l.ports.Cluster.Task(ctx, cluster, state.Task)
	switch {
	case errors.Is(err, ErrNoTask) && age < settleTime:
		return judgement{verdict: served}, nil
	case errors.Is(err, ErrNoTask):
		return judgement{ended, TaskStatus{ARN: state.Task, StopReason: ErrNoTask.Error() + " any more"}}, nil
	case err != nil:
		return judgement{}, fmt.Errorf("describe the runner's task: %w", err)
	case task.usable():
		return judgement{verdict: served}, nil
	case task.ended():
		return judgement{ended, task}, nil
	}
	return judgement{verdict: wanting}, nil // it stops, and says itself what becomes of its jobs
}

// judgeHost is for a runner without a usable task: its host may be booting.
func (l *Launcher) judgeHost(ctx context.Context, r runner, state State) (judgement, error) {
	booting := r.configuration.Host != nil && state.Host != "" && !state.HostBootedAt.IsZero() && state.HostConfiguration == r.id
	if !booting {
		return judgement{verdict: wanting}, nil
	}
	status, err := l.boot(ctx, r, state)
	if err != nil {
		return judgement{}, err
	}
	if status == hostBooting {
		return judgement{verdict: served}, nil
	}
	return judgement{verdict: wanting}, nil
}

// withReserve ends before the invocation does.
func withReserve(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, bounded := ctx.Deadline()
	if !bounded {
		return context.WithCancel(ctx)
	}
	return context.WithDeadlineCause(ctx, deadline.Add(-reserveTime), errNoTime)
}

func pause(ctx context.Context, duration time.Duration) {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
