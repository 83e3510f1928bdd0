package launch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// ErrorRemoved is the failure of a job whose runner is removed.
const ErrorRemoved = "RunnerRemoved"

const (
	// removeTimeout is how long Remove waits for tasks to stop: their network
	// interfaces keep the stack's security group from being deleted.
	removeTimeout = 3 * time.Minute
	removePause   = 5 * time.Second
)

// Remover ends runners. Unlike a Launcher it starts none, and needs no Settings.
type Remover struct{ launcher Launcher }

// NewRemover returns a Remover. All ports are required. A nil logger discards all log
// output.
func NewRemover(ports Ports, logger *slog.Logger) (*Remover, error) {
	if !ports.isComplete() {
		return nil, errors.New("configure the remover of runners: a port is missing")
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	// It arranges no checks.
	return &Remover{Launcher{ports: ports, logger: logger, pause: pause}}, nil
}

// Remove is Launcher.Remove.
func (r *Remover) Remove(ctx context.Context, name string) error { return r.launcher.Remove(ctx, name) }

// Remove removes a runner whose stack no longer has it. It marks the runner as
// deleted, so that nothing more is started, stops its tasks, fails the jobs that wait
// for it or run on it, terminates its hosts and deletes its items. It can be repeated,
// even after it was interrupted. A runner that does not exist is no error.
func (l *Launcher) Remove(ctx context.Context, name string) error {
	state, err := l.ports.States.MarkDeleted(ctx, name)
	if errors.Is(err, ErrNoRunner) {
		return l.ports.Configurations.DeleteConfigurations(ctx, name)
	}
	if err != nil {
		return fmt.Errorf("mark the runner as being deleted: %w", err)
	}
	claims, err := l.ports.Claims.Claims(ctx, name, "")
	if err != nil {
		return fmt.Errorf("read the jobs of the runner: %w", err)
	}
	failure := &message.Failure{Name: ErrorRemoved, Cause: fmt.Sprintf("the runner %s was removed from its stack, or its stack is being deleted", name)}
	tasks := runningTasks(state, claims)
	hosts, others, err := l.everything(ctx, name, state)
	for _, task := range others {
		if !slices.Contains(tasks, task) {
			tasks = append(tasks, task)
		}
	}
	problems := []error{
		err,
		l.stopTasks(ctx, name, state, tasks, failure.Cause),
		l.failClaimedJobs(ctx, name, claims, failure),
		l.failAllJobs(ctx, state.QueueURL, failure),
	}
	l.awaitTasksStopped(ctx, name, state, tasks, failure.Cause)
	// Fail also the jobs that a task began or made visible before it stopped.
	late, err := l.ports.Claims.Claims(ctx, name, "")
	problems = append(problems, err,
		l.failClaimedJobs(ctx, name, late, failure),
		l.failAllJobs(ctx, state.QueueURL, failure),
		l.failHiddenJobs(ctx, state.QueueURL, failure))
	for _, host := range hosts {
		problems = append(problems, l.endHost(ctx, name, host.Cluster, host.ID))
	}
	l.awaitHostsEnded(ctx, hosts)
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("remove the runner %s: %w", name, err)
	}
	if err := l.ports.Configurations.DeleteConfigurations(ctx, name); err != nil {
		return fmt.Errorf("delete the configurations of the runner %s: %w", name, err)
	}
	if err := l.ports.States.Delete(ctx, name); err != nil {
		return fmt.Errorf("delete the state of the runner %s: %w", name, err)
	}
	l.logger.Info("a runner is removed", "runner", name, "tasks", len(tasks))
	return nil
}

// everything returns the runner's hosts and tasks, those that its state does not name
// too.
func (l *Launcher) everything(ctx context.Context, name string, state State) (hosts []TaggedHost, tasks []string, err error) {
	hosts, err = l.ports.Hosts.Tagged(ctx, name)
	problems := []error{err}
	for _, id := range []string{state.Host, state.TaskHost} {
		if id != "" && !slices.ContainsFunc(hosts, func(h TaggedHost) bool { return h.ID == id }) {
			hosts = append(hosts, TaggedHost{ID: id, Cluster: hostCluster(state)})
		}
	}
	find := func(cluster, startedBy string) {
		if cluster == "" {
			return
		}
		found, err := l.ports.Cluster.StartedBy(ctx, cluster, startedBy)
		problems = append(problems, err)
		for _, task := range found {
			if owner, ours := runnerOf(task); ours && owner == name {
				tasks = append(tasks, task.ARN)
			}
		}
	}
	clusters := []string{state.RunnerCluster}
	if own := clusterOfState(state); own != state.RunnerCluster {
		clusters = append(clusters, own)
	}
	for _, cluster := range clusters {
		find(cluster, startedBy(""))
	}
	for _, host := range hosts {
		find(host.Cluster, startedBy(host.ID))
	}
	return hosts, tasks, errors.Join(problems...)
}

// awaitHostsEnded waits until EC2 has ended all hosts, at most for removeTimeout: their
// network interfaces keep the security group too.
func (l *Launcher) awaitHostsEnded(ctx context.Context, hosts []TaggedHost) {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	for since := time.Now(); ; l.pause(ctx, removePause) {
		left := 0
		for _, host := range hosts {
			status, err := l.ports.Hosts.Host(ctx, host.ID)
			if !errors.Is(err, ErrNoHost) && (err != nil || !status.hasEnded()) {
				left++
			}
		}
		if left == 0 || ctx.Err() != nil || time.Since(since) > removeTimeout {
			return
		}
	}
}

func (l *Launcher) failAllJobs(ctx context.Context, queue string, failure *message.Failure) error {
	if queue == "" {
		return nil
	}
	return l.failJobs(ctx, queue, failure, func(*protocol.Message) bool { return true })
}

// failHiddenJobs fails the jobs that an agent had when it ended, or whose answer from SQS
// was lost on the way to it, as soon as they are visible again. They would be deleted with
// the queue, and their steps would wait for their heartbeat timeout.
func (l *Launcher) failHiddenJobs(ctx context.Context, queue string, failure *message.Failure) error {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	for since := time.Now(); queue != "" && ctx.Err() == nil && time.Since(since) < maxHiddenTime && l.hasHiddenMessages(ctx, queue); {
		l.pause(ctx, removePause)
		if err := l.failAllJobs(ctx, queue, failure); err != nil {
			return err
		}
	}
	return nil
}

// runningTasks returns the runner's task, and the tasks that drain: those have jobs.
func runningTasks(state State, claims []Claim) []string {
	tasks := []string{}
	if state.Task != "" {
		tasks = append(tasks, state.Task)
	}
	for _, claim := range claims {
		if !claim.Finished && claim.Task != "" {
			tasks = append(tasks, claim.Task)
		}
	}
	slices.Sort(tasks)
	return slices.Compact(tasks)
}

// stopTasks stops the runner's tasks.
func (l *Launcher) stopTasks(ctx context.Context, runner string, state State, tasks []string, reason string) error {
	var problems []error
	for _, task := range tasks {
		_, err := l.stopTask(ctx, runner, state, task, reason)
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// stopTask asks for a task's end, unless that was done, and reports whether it has
// stopped. Agents write claims, and so could name any task in them: one that ECS does not
// have in the runner's group is left alone. One that has just started ECS may not know
// yet.
func (l *Launcher) stopTask(ctx context.Context, runner string, state State, task, reason string) (stopped bool, err error) {
	status, err := l.ports.Cluster.Task(ctx, clusterOf(task), task)
	switch {
	case errors.Is(err, ErrNoTask):
		return task != state.Task || time.Since(state.TaskStartedAt) >= consistencyTime, nil
	case err != nil:
		return false, fmt.Errorf("ask ECS for the task %s: %w", task, err)
	case status.Group != configuration.Group(runner):
		l.logger.Warn("a task of another program is not stopped", "runner", runner, "task", task, "group", status.Group)
		return true, nil
	case status.hasEnded():
		return true, nil
	case status.DesiredStatus == "STOPPED":
		return false, nil
	}
	if err := l.ports.Cluster.Stop(ctx, clusterOf(task), task, reason); err != nil {
		return false, fmt.Errorf("stop the task %s: %w", task, err)
	}
	return false, nil
}

// awaitTasksStopped waits until all tasks have stopped, at most for removeTimeout.
// CloudFormation waits for their network interfaces, too. It stops those that ECS did not
// know before.
func (l *Launcher) awaitTasksStopped(ctx context.Context, runner string, state State, tasks []string, reason string) {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	for since := time.Now(); ; l.pause(ctx, removePause) {
		running := 0
		for _, task := range tasks {
			if stopped, err := l.stopTask(ctx, runner, state, task, reason); err != nil || !stopped {
				running++
			}
		}
		if running == 0 || ctx.Err() != nil || time.Since(since) > removeTimeout {
			return
		}
	}
}

// clusterOf is the name of the cluster in a task's ARN
// (arn:aws:ecs:region:account:task/cluster/id); "" for the default cluster's
// old ARNs, which have none.
func clusterOf(task string) string {
	parts := strings.Split(task, "/")
	if len(parts) != 3 {
		return ""
	}
	return parts[1]
}
