package launch

import (
	"context"
	"errors"
	"fmt"
	"github.com/attini-go/runner/internal/launch/message"
	"slices"
	"time"
)

// hostState is what a look at a runner's host comes to.
type hostState int

const (
	// hostReady: the cluster can place a task on it.
	hostReady hostState = iota + 1
	// hostBooting: it is to register, which comes as an event.
	hostBooting
	// hostFailed: it will not register, or not any more.
	hostFailed
)

// hostCheckDelay is how long nobody asks about a host that was just started, unless
// an event says that it has registered.
const hostCheckDelay = 15 * time.Second

// bootState says how far the runner's newest host is.
func (l *Launcher) bootState(ctx context.Context, r runner, state State) (hostState, error) {
	booting := !state.HostBootedAt.IsZero()
	age := time.Since(state.HostBootedAt)
	if booting && age < hostCheckDelay && r.registered != state.Host {
		return hostBooting, nil
	}
	instance, err := l.ports.Cluster.Instance(ctx, r.configuration.Task.Cluster, state.Host)
	ready := err == nil && instance.Ready
	switch {
	case err != nil && !errors.Is(err, ErrNotRegistered):
		return 0, fmt.Errorf("ask the cluster for the runner's host: %w", err)
	case ready && booting:
		return hostReady, nil
	case !ready && (!booting || age >= registrationTimeout):
		return hostFailed, nil
	}
	// The cluster does not say at once that a host is being terminated.
	status, err := l.ports.Hosts.Host(ctx, state.Host)
	switch {
	case errors.Is(err, ErrNoHost) && booting && age < consistencyTime:
		return hostBooting, nil
	case errors.Is(err, ErrNoHost), err == nil && status.isGone():
		return hostFailed, nil
	case err != nil:
		return 0, fmt.Errorf("ask for the runner's host: %w", err)
	case ready:
		return hostReady, nil
	}
	return hostBooting, nil
}

// ensureHost sees to the host of a start: one that is there and free is used again,
// else another is started. ready says that the task can be run on the state's
// host; if not, the lock is released, and the host's registration goes on with
// the start. Errors are as start's.
func (l *Launcher) ensureHost(ctx context.Context, s *start) (ready bool, err error) {
	occupied := s.state.Task != "" && s.state.TaskHost == s.state.Host
	switch {
	case s.state.Host == "", occupied:
		// A task that drains ends its host itself.
	case s.state.HostConfiguration != s.id:
		if err := l.removeHost(ctx, s.runner, s.state.Host, s.owner, false); err != nil {
			return false, err
		}
	default:
		status, err := l.bootState(ctx, s.runner, s.state)
		switch {
		case err != nil:
			return false, err
		case status == hostReady:
			return true, nil
		case status == hostBooting:
			return false, l.ports.States.Release(ctx, s.name, s.owner, false)
		}
		if err := l.replaceHost(ctx, s); err != nil {
			return false, err
		}
	}
	return false, l.runHost(ctx, s)
}

// replaceHost lets go of a host that is of no use any more. A *Failure says that
// this has happened too often.
func (l *Launcher) replaceHost(ctx context.Context, s *start) error {
	failed := !s.state.HostBootedAt.IsZero()
	reason := l.hostStopReason(ctx, s.state.Host)
	host := s.state.Host
	if err := l.removeHost(ctx, s.runner, host, s.owner, failed); err != nil {
		return err
	}
	if failed && s.state.StartFailures+1 >= maxStartFailures {
		return l.abortStart(ctx, s, "", l.registrationFailure(s.runner, host, reason, s.state.StartFailures+1))
	}
	return nil
}

// removeHost ends a host and removes it from the state. In this order: a host
// that nobody knows would cost money for ever.
func (l *Launcher) removeHost(ctx context.Context, r runner, host, owner string, failed bool) error {
	if err := l.ports.Hosts.Terminate(ctx, host); err != nil {
		return fmt.Errorf("terminate the runner's host %s: %w", host, err)
	}
	l.logger.Info("a host is terminated", "runner", r.name, "host", host)
	_, err := l.ports.States.ForgetHost(ctx, r.name, host, owner, failed)
	if err != nil && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrNoRunner) {
		return fmt.Errorf("remove the host %s from the runner's state: %w", host, err)
	}
	return nil
}

// runHost starts a host in one of the runner's subnets and records it, which
// releases the lock.
func (l *Launcher) runHost(ctx context.Context, s *start) error {
	host, err := l.requestHost(ctx, s)
	var final *message.Failure
	switch {
	case errors.As(err, &final):
		return l.abortStart(ctx, s, "", final)
	case err != nil:
		return err
	}
	err = l.ports.States.RecordHost(ctx, s.name, s.owner, HostRecord{Host: host, Configuration: s.id, BootedAt: time.Now()})
	switch {
	case errors.Is(err, ErrNoRunner):
		if err := l.ports.Hosts.Terminate(ctx, host); err != nil {
			return fmt.Errorf("terminate the host %s of a runner that was deleted: %w", host, err)
		}
		return message.ConfigurationFailure("Runner %q: %s", s.configuration.RunnerName, ErrNoRunner)
	case err != nil:
		return fmt.Errorf("record the runner's host %s: %w", host, err)
	}
	l.logger.Info("a host is started", "runner", s.name, "host", host, "configuration", s.id)
	return nil
}

// requestHost asks for an instance in one subnet after the other. Its errors are
// insist's.
func (l *Launcher) requestHost(ctx context.Context, s *start) (host string, err error) {
	template, subnets := s.configuration.Host, slices.Clone(s.configuration.Network.Subnets)
	attempted := fmt.Sprintf("run the runner's EC2 host (%s, launch template %s version %s) in %v",
		template.InstanceType, template.LaunchTemplateID, template.LaunchTemplateVersion, subnets)
	err = l.retryStart(ctx, s, message.ErrorHost, attempted, func(try int) (retryAction, string, error) {
		var worst error
		verdict, advice := fatal, ""
		for _, subnet := range subnets {
			host, err = l.ports.Hosts.Run(ctx, HostRequest{
				Token:          token(s.attempt, s.id, subnet, try),
				LaunchTemplate: template.LaunchTemplateID, TemplateVersion: template.LaunchTemplateVersion, Subnet: subnet,
			})
			if err == nil {
				return 0, "", nil
			}
			var refusal *Refusal
			if !errors.As(err, &refusal) {
				return retryUnknown, noReplyAdvice, err
			}
			worst = err
			if verdict, advice = refusal.classify(hostRules()); verdict != tryNextSubnet {
				return verdict, advice, err
			}
		}
		return retrySame, advice, worst
	})
	return host, err
}

// hostStopReason is why EC2 ended a host; "" when it did not, or does not say.
func (l *Launcher) hostStopReason(ctx context.Context, host string) string {
	status, err := l.ports.Hosts.Host(ctx, host)
	if err != nil || !status.isGone() {
		return ""
	}
	return status.State + ": " + status.Reason
}

// registrationFailure is the failure of a host that did not come into its cluster.
func (l *Launcher) registrationFailure(r runner, host, reason string, failures int) *message.Failure {
	cause := fmt.Sprintf("the runner's EC2 host %s did not register in the cluster %s within %s", host, r.configuration.Task.Cluster, registrationTimeout)
	if reason != "" {
		cause = fmt.Sprintf("the runner's EC2 host %s ended before it registered in the cluster %s (%s)", host, r.configuration.Task.Cluster, reason)
	}
	if failures > 1 {
		cause += fmt.Sprintf(", and neither did those before (%d in a row)", failures)
	}
	cause += "; it was terminated. What to do: check that its Ami has the ECS agent enabled, that its subnet reaches ECS, and that its instance profile may register it"
	return &message.Failure{Name: message.ErrorHost, Cause: cause + l.hostLogHint(r)}
}

// hostLogHint tells where the log of a runner's host is.
func (l *Launcher) hostLogHint(r runner) string {
	if r.configuration.Host == nil || r.configuration.Host.LogGroup == "" {
		return ""
	}
	return ". The host's log: " + logGroupLink(l.settings.Region, r.configuration.Host.LogGroup)
}
