package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/internal/launch/message"
)

// hostCheckDelay is how long after its start a host is not asked about, unless its
// registration is known from an event.
const hostCheckDelay = 15 * time.Second

// reconnectTime is enough for an ECS agent that connects again.
const reconnectTime = 10 * time.Second

// lockLostError means that the start lock could not be renewed during a start.
type lockLostError struct{ cause error }

func (e *lockLostError) Error() string { return "renew the runner's start lock: " + e.cause.Error() }

func (e *lockLostError) Unwrap() error { return e.cause }

// replaceHost removes a host that failed. A *message.Failure means that this has
// happened too often.
func (l *Launcher) replaceHost(ctx context.Context, v *view) error {
	host, booting, failures := v.state.Host, v.state.isBooting(), v.state.StartFailures+1
	if !booting && !v.second && v.machine != machineGone {
		// An ECS agent connects again several times an hour.
		l.pause(ctx, reconnectTime)
		v.second, v.instance, v.machine = true, instanceNotAsked, machineNotAsked
		return nil
	}
	reason := l.hostStopReason(ctx, host)
	if err := l.dropHost(ctx, v, booting); err != nil {
		return err
	}
	if booting && (failures >= maxStartFailures || hostEndRule(reason).action == fatal) {
		return l.abortStart(ctx, v, "", l.registrationFailure(v.runner, host, reason, failures))
	}
	return nil
}

// dropHost removes the view's host.
func (l *Launcher) dropHost(ctx context.Context, v *view, failed bool) error {
	if err := l.forgetHost(ctx, v.name, v.state, v.owner, failed); err != nil {
		return err
	}
	v.state.Host, v.state.HostBootedAt = "", time.Time{}
	v.instance, v.machine = instanceNotAsked, machineNotAsked
	return nil
}

// forgetHost terminates the state's host and removes it from the state, in this order:
// a host that the state does not name is found late.
func (l *Launcher) forgetHost(ctx context.Context, runner string, state State, owner string, failed bool) error {
	host := state.Host
	if err := l.endHost(ctx, runner, hostCluster(state), host); err != nil {
		return err
	}
	_, err := l.ports.States.ForgetHost(ctx, runner, host, owner, failed)
	if err != nil && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrNoRunner) {
		return fmt.Errorf("remove the host %s from the runner's state: %w", host, err)
	}
	return nil
}

// hostCluster is the cluster of the state's host.
func hostCluster(state State) string { return cmp.Or(state.HostCluster, state.RunnerCluster) }

// endHost terminates a host without a task; "" is none. It removes the host from its
// cluster before that: ECS does not remove a host whose agent is not connected, and a
// cluster that has one cannot be deleted.
func (l *Launcher) endHost(ctx context.Context, runner, cluster, host string) error {
	if host == "" {
		return nil
	}
	if cluster != "" {
		if err := l.ports.Cluster.Deregister(ctx, cluster, host); err != nil {
			l.logger.Warn("remove a host from its cluster; ECS does it unless the host hangs", "runner", runner, "host", host, "error", err)
		}
	}
	if err := l.ports.Hosts.Terminate(ctx, host); err != nil {
		return fmt.Errorf("terminate the host %s of the runner %s: %w", host, runner, err)
	}
	l.logger.Info("a host without a task is terminated", "runner", runner, "host", host)
	return nil
}

// removeUnusedHost terminates a host of a runner unless the runner's task is on it.
func (l *Launcher) removeUnusedHost(ctx context.Context, runner, host string) error {
	_, err := l.forgetUnusedHost(ctx, runner, host)
	return err
}

// forgetUnusedHost is removeUnusedHost. It also reports whether the state still named
// the host: a start may have put another one in its place.
func (l *Launcher) forgetUnusedHost(ctx context.Context, runner, host string) (forgotten bool, err error) {
	if host == "" {
		return false, nil
	}
	owner, state, err := l.acquireLock(ctx, runner)
	switch {
	case errors.Is(err, ErrNoRunner):
		return false, l.endHost(ctx, runner, "", host)
	case err != nil:
		return false, fmt.Errorf("take the runner's start lock, to see whether it needs the host %s: %w", host, err)
	case state.Task != "" && state.TaskHost == host: // it is in use
	case state.Host == host:
		forgotten, err = true, l.forgetHost(ctx, runner, state, owner, false)
	default:
		err = l.endHost(ctx, runner, state.RunnerCluster, host)
	}
	if err != nil {
		return false, err
	}
	return forgotten, l.ports.States.Release(ctx, runner, owner, false)
}

// startHost starts a host in one of the runner's subnets and records it, which
// releases the lock.
func (l *Launcher) startHost(ctx context.Context, v *view) error {
	host, err := l.requestHost(ctx, v)
	var final *message.Failure
	switch {
	case errors.As(err, &final):
		return l.abortStart(ctx, v, "", final)
	case err != nil:
		return err
	}
	err = l.ports.States.RecordHost(ctx, v.name, v.owner, HostRecord{
		Host: host, Configuration: v.id, Cluster: v.configuration.Task.Cluster, BootedAt: time.Now(),
	})
	switch {
	case errors.Is(err, ErrNoRunner):
		if err := l.endHost(ctx, v.name, v.configuration.Task.Cluster, host); err != nil {
			return err
		}
		return message.ConfigurationFailure("Runner %q: %s", v.configuration.RunnerName, ErrNoRunner)
	case err != nil:
		return fmt.Errorf("record the runner's host %s: %w", host, err)
	}
	l.logger.Info("a host is started", "runner", v.name, "host", host, "configuration", v.id)
	return nil
}

// isImpaired asks EC2 for a host whose ECS agent is connected nevertheless. Without an
// answer, the agent's own sign of life decides.
func (l *Launcher) isImpaired(ctx context.Context, name, host string) bool {
	impaired, err := l.ports.Hosts.IsImpaired(ctx, host)
	if err != nil {
		l.logger.Warn("ask EC2 for the status checks of a host", "runner", name, "host", host, "error", err)
	}
	return impaired
}

// hostStopReason returns why EC2 ended a host; "" if it did not, or gives no reason.
func (l *Launcher) hostStopReason(ctx context.Context, host string) string {
	status, err := l.ports.Hosts.Host(ctx, host)
	if err != nil || !status.isGone() {
		return ""
	}
	return status.State + ": " + status.Reason
}

// registrationFailure is the failure of a host that did not register in its cluster.
func (l *Launcher) registrationFailure(r runner, host, reason string, failures int) *message.Failure {
	cause := fmt.Sprintf("the runner's EC2 host %s did not register in the cluster %s within %s", host, r.configuration.Task.Cluster, registrationTimeout)
	if reason != "" {
		cause = fmt.Sprintf("the runner's EC2 host %s ended before it registered in the cluster %s (%s)", host, r.configuration.Task.Cluster, reason)
	}
	if failures > 1 {
		cause += fmt.Sprintf(", and neither did those before (%d in a row)", failures)
	}
	rule := hostEndRule(reason)
	cause += "; it was terminated. What to do: " + rule.advice
	return &message.Failure{Name: message.ErrorHost, ByCause: rule.cause, Cause: cause + l.hostLogHint(r)}
}

// hostLogHint says where the log of a runner's host is.
func (l *Launcher) hostLogHint(r runner) string {
	if r.configuration.Host == nil || r.configuration.Host.LogGroup == "" {
		return ""
	}
	return ". The host's log: " + logGroupLink(l.settings.Region, r.configuration.Host.LogGroup)
}
