package launch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/internal/launch/message"
)

// HostRegistered handles the event of a container instance that is ready for tasks. It
// continues the start that the host was booted for and sends heartbeats for the
// waiting steps. It terminates a host that no runner waits for. It ignores instances
// that belong to no runner or are not ready. Other programs may have tasks on the host:
// the cluster's daemons.
func (l *Launcher) HostRegistered(ctx context.Context, cluster string, instance Instance) error {
	if instance.Runner == "" || instance.Host == "" || !instance.Ready {
		return nil
	}
	state, err := l.ports.States.State(ctx, instance.Runner)
	switch {
	case errors.Is(err, ErrNoRunner):
		return l.terminateUnknownHost(ctx, cluster, instance)
	case err != nil:
		return fmt.Errorf("read the runner's state: %w", err)
	case state.Task != "" && state.TaskHost == instance.Host:
		return nil
	case state.Host != instance.Host:
		return l.handleUnknownHost(ctx, cluster, instance)
	case !state.isBooting():
		return nil // its task has ended, and that event says what becomes of it
	}
	return l.continueStart(ctx, instance.Runner, state)
}

// continueStart continues the start that the runner's newest host was booted for.
func (l *Launcher) continueStart(ctx context.Context, name string, state State) error {
	found, err := l.findWaitingJobs(ctx, state.QueueURL, scanWait)
	switch {
	case err != nil:
		l.logger.Warn("send heartbeats for the waiting steps", "runner", name, "error", err)
	case state.Task != "" && state.Configuration != state.HostConfiguration && jobsOf(found, State{Task: state.Task, Configuration: state.HostConfiguration}) == jobsOther:
		// Jobs wait for the task's configuration, and none for the host's: an update
		// was rolled back.
		l.logger.Info("no job waits for a host's configuration any more", "runner", name, "host", state.Host)
		return l.removeUnusedHost(ctx, name, state.Host)
	}
	r, err := l.loadRunner(ctx, name, state.HostConfiguration)
	if err == nil {
		r.registered = state.Host
		err = l.ensureRunner(ctx, r)
	}
	var final *message.Failure
	if errors.As(err, &final) {
		l.logger.Warn("the runner is not started on its host", "runner", name, "host", state.Host, "error", final)
		return nil
	}
	return err
}

// handleUnknownHost handles a host that the state does not name: it was just started,
// its launcher died, or another host has taken its place.
func (l *Launcher) handleUnknownHost(ctx context.Context, cluster string, instance Instance) error {
	state, err := l.awaitStart(ctx, instance.Runner, instance.Host)
	switch {
	case errors.Is(err, ErrNoRunner):
		return l.terminateUnknownHost(ctx, cluster, instance)
	case err != nil:
		return fmt.Errorf("see whether the runner waits for the host %s: %w", instance.Host, err)
	case state.Host == instance.Host:
		return l.continueStart(ctx, instance.Runner, state)
	case state.Attempt == "":
		return l.terminateUnknownHost(ctx, cluster, instance)
	}
	// The launcher that made the attempt died. Repeating the attempt finds this host,
	// or another in its place; then this one is not needed.
	r, err := l.loadRunner(ctx, instance.Runner, state.AttemptConfiguration)
	if err == nil {
		err = l.ensureRunner(ctx, r)
	}
	var final *message.Failure
	if err != nil && !errors.As(err, &final) {
		return err
	}
	state, err = l.ports.States.State(ctx, instance.Runner)
	switch {
	case err != nil && !errors.Is(err, ErrNoRunner):
		return fmt.Errorf("read the runner's state: %w", err)
	case err == nil && state.Host == instance.Host:
		return l.continueStart(ctx, instance.Runner, state)
	}
	return l.terminateUnknownHost(ctx, cluster, instance)
}

// awaitStart waits until no launcher is starting the runner, or the state names the
// host, and returns the state.
func (l *Launcher) awaitStart(ctx context.Context, runner, host string) (State, error) {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	for {
		state, err := l.ports.States.State(ctx, runner)
		if err != nil || state.Host == host || !time.Now().Before(state.LockedUntil) {
			return state, err
		}
		l.pause(ctx, maxRetryDelay)
	}
}

// terminateUnknownHost terminates a host that no runner needs, unless it has a task by
// now: events may be late.
func (l *Launcher) terminateUnknownHost(ctx context.Context, cluster string, instance Instance) error {
	now, err := l.ports.Cluster.Instance(ctx, cluster, instance.Host)
	switch {
	case errors.Is(err, ErrNotRegistered):
	case err != nil:
		return fmt.Errorf("ask the cluster for the host %s: %w", instance.Host, err)
	case now.Tasks > 0:
		tasks, err := l.ports.Cluster.StartedBy(ctx, cluster, startedBy(instance.Host))
		if err != nil || len(tasks) > 0 {
			return err
		}
	}
	return l.endHost(ctx, instance.Runner, cluster, instance.Host)
}

// HostEnded handles the event of an EC2 instance that stops or has ended: it checks the
// runners whose host it is.
func (l *Launcher) HostEnded(ctx context.Context, host string) error {
	names, err := l.ports.States.RunnersOnHost(ctx, host)
	if err != nil {
		return fmt.Errorf("look for the runner of the host %s: %w", host, err)
	}
	var problems []error
	for _, name := range names {
		problems = append(problems, l.removeHostThat(ctx, name, func(v *view) bool {
			v.machine = machineGone
			return v.state.Host == host // else a start has put another one in its place
		}))
	}
	return errors.Join(problems...)
}

// ExecutionEnded handles hosts that never register, for which there is no event: the
// steps that wait for them fail by their heartbeats, and so does the execution. When
// an execution ends, it terminates every overdue host and fails the steps that still
// wait for one.
func (l *Launcher) ExecutionEnded(ctx context.Context) error {
	names, err := l.ports.States.BootingRunners(ctx)
	if err != nil {
		return fmt.Errorf("look for hosts that are overdue: %w", err)
	}
	var problems []error
	for _, name := range names {
		problems = append(problems, l.removeOverdueHost(ctx, name))
	}
	return errors.Join(problems...)
}

func (l *Launcher) removeOverdueHost(ctx context.Context, name string) error {
	return l.removeHostThat(ctx, name, func(*view) bool { return true })
}

// removeHostThat is removeOverdueHost for a host of which something is known. known
// returns false if it is not that host.
func (l *Launcher) removeHostThat(ctx context.Context, name string, known func(*view) bool) error {
	state, err := l.ports.States.State(ctx, name)
	switch {
	case errors.Is(err, ErrNoRunner):
		return nil
	case err != nil:
		return fmt.Errorf("read the runner's state: %w", err)
	case !state.isBooting():
		return nil
	}
	r, err := l.loadRunner(ctx, name, state.HostConfiguration)
	var final *message.Failure
	switch {
	case errors.As(err, &final): // it can never go on
		return l.removeUnusedHost(ctx, name, state.Host)
	case err != nil:
		return err
	}
	v := &view{runner: r, state: state}
	if !known(v) {
		return nil
	}
	phase, err := l.observeHost(ctx, v)
	if err != nil {
		return err
	}
	switch phase {
	case hostReady: // its event was lost
		return l.continueStart(ctx, name, state)
	case hostBooting:
		return nil
	}
	reason := l.hostStopReason(ctx, state.Host)
	forgotten, err := l.forgetUnusedHost(ctx, name, state.Host)
	if err != nil || !forgotten { // the jobs wait for the host in its place
		return err
	}
	if err := l.failWaitingJobs(ctx, r, l.registrationFailure(r, state.Host, reason, 1)); errors.As(err, &final) {
		return nil
	}
	return err
}
