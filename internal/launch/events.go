package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/internal/launch/configuration"
)

// TaskEvent handles an event that says that an ECS task has stopped. Every plan's role
// may invoke the launcher and so send any event. An event therefore says which task to
// look at, and ECS says what has become of it. The error for a task that still runs has
// the event delivered again, in case ECS is behind its own event.
func (l *Launcher) TaskEvent(ctx context.Context, event TaskStatus) error {
	runner, ours := configuration.RunnerOfGroup(event.Group)
	if !ours || !event.hasEnded() {
		return nil
	}
	// By the cluster of its ARN: in another one, ECS would not know a task that runs.
	task, err := l.ports.Cluster.Task(ctx, cmp.Or(clusterOf(event.ARN), event.Cluster), event.ARN)
	switch {
	case errors.Is(err, ErrNoTask):
		return l.unknownTask(ctx, runner, event)
	case err != nil:
		return fmt.Errorf("ask ECS for the task of an event: %w", err)
	case !task.hasEnded():
		return fmt.Errorf("an event says that the task %s has stopped, and ECS says that it is %s", task.ARN, task.LastStatus)
	}
	return l.TaskStopped(ctx, task)
}

// unknownTask handles the event of a task that ECS does not know: it forgets a task an
// hour after its end. Nothing that only the event says of the task is believed.
func (l *Launcher) unknownTask(ctx context.Context, runner string, event TaskStatus) error {
	task := TaskStatus{ARN: event.ARN, Group: configuration.Group(runner), LastStatus: "STOPPED", StopReason: ErrNoTask.Error() + " any more"}
	state, err := l.ports.States.State(ctx, runner)
	switch {
	case errors.Is(err, ErrNoRunner):
	case err != nil:
		return fmt.Errorf("read the runner's state: %w", err)
	case state.Task != event.ARN: // an earlier task, whose jobs may still have claims
	case time.Since(state.TaskStartedAt) < consistencyTime:
		return fmt.Errorf("an event says that the task %s has stopped, and ECS does not know it yet", event.ARN)
	default:
		task.StartedBy = startedBy(state.TaskHost)
	}
	return l.TaskStopped(ctx, task)
}

// HostEvent handles an event that says that a container instance is ready for tasks. As
// with a task's, ECS says whether it is, and whose it is.
func (l *Launcher) HostEvent(ctx context.Context, cluster string, event Instance) error {
	if event.Runner == "" || event.Host == "" {
		return nil
	}
	instance, err := l.ports.Cluster.Instance(ctx, cluster, event.Host)
	switch {
	case errors.Is(err, ErrNotRegistered):
		return nil
	case err != nil:
		return fmt.Errorf("ask ECS for the host of an event: %w", err)
	}
	return l.HostRegistered(ctx, cluster, instance)
}
