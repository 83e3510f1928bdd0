package launch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/internal/launch/message"
)

// hostCheckDelay is how long after its start a host is not asked about, unless its
// registration is known from an event.
const hostCheckDelay = 15 * time.Second

// replaceHost removes a host that failed. A *message.Failure means that this has
// happened too often.
func (l *Launcher) replaceHost(ctx context.Context, v *view) error {
	host, booting, failures := v.state.Host, v.state.isBooting(), v.state.StartFailures+1
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
	if err := l.forgetHost(ctx, v.name, v.state.Host, v.owner, failed); err != nil {
		return err
	}
	v.state.Host = ""
	return nil
}

// forgetHost terminates a host and removes it from the state, in this order: a host
// that the state does not name would cost money for ever.
func (l *Launcher) forgetHost(ctx context.Context, runner, host, owner string, failed bool) error {
	if err := l.terminateHost(ctx, runner, host); err != nil {
		return err
	}
	_, err := l.ports.States.ForgetHost(ctx, runner, host, owner, failed)
	if err != nil && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrNoRunner) {
		return fmt.Errorf("remove the host %s from the runner's state: %w", host, err)
	}
	return nil
}

// terminateHost terminates a host without a task; "" is none.
func (l *Launcher) terminateHost(ctx context.Context, runner, host string) error {
	if host == "" {
		return nil
	}
	if err := l.ports.Hosts.Terminate(ctx, host); err != nil {
		return fmt.Errorf("terminate the host %s of the runner %s: %w", host, runner, err)
	}
	l.logger.Info("a host without a task is terminated", "runner", runner, "host", host)
	return nil
}

// removeUnusedHost terminates a host of a runner unless the runner's task is on it.
func (l *Launcher) removeUnusedHost(ctx context.Context, runner, host string) error {
	if host == "" {
		return nil
	}
	owner, state, err := l.acquireLock(ctx, runner)
	switch {
	case errors.Is(err, ErrNoRunner):
		return l.terminateHost(ctx, runner, host)
	case err != nil:
		return fmt.Errorf("take the runner's start lock, to see whether it needs the host %s: %w", host, err)
	case state.Task != "" && state.TaskHost == host: // it is in use
	case state.Host == host:
		err = l.forgetHost(ctx, runner, host, owner, false)
	default:
		err = l.terminateHost(ctx, runner, host)
	}
	if err != nil {
		return err
	}
	return l.ports.States.Release(ctx, runner, owner, false)
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
	err = l.ports.States.RecordHost(ctx, v.name, v.owner, HostRecord{Host: host, Configuration: v.id, BootedAt: time.Now()})
	switch {
	case errors.Is(err, ErrNoRunner):
		if err := l.terminateHost(ctx, v.name, host); err != nil {
			return err
		}
		return message.ConfigurationFailure("Runner %q: %s", v.configuration.RunnerName, ErrNoRunner)
	case err != nil:
		return fmt.Errorf("record the runner's host %s: %w", host, err)
	}
	l.logger.Info("a host is started", "runner", v.name, "host", host, "configuration", v.id)
	return nil
}

// requestHost asks for an instance in one subnet after another. Its errors are
// retryStart's.
func (l *Launcher) requestHost(ctx context.Context, v *view) (host string, err error) {
	template, subnets := v.configuration.Host, v.configuration.Network.Subnets
	attempted := fmt.Sprintf("run the runner's EC2 host (%s, launch template %s version %s) in %v",
		template.InstanceType, template.LaunchTemplateID, template.LaunchTemplateVersion, subnets)
	err = l.retryStart(ctx, v, message.ErrorHost, attempted, func(try int) (refusalRule, error) {
		var worst error
		var rule refusalRule
		for _, subnet := range subnets {
			host, err = l.ports.Hosts.Run(ctx, HostRequest{
				Token:          token(v.state.Attempt, v.id, subnet, try),
				LaunchTemplate: template.LaunchTemplateID, TemplateVersion: template.LaunchTemplateVersion, Subnet: subnet,
			})
			if err == nil {
				return refusalRule{}, nil
			}
			var refusal *Refusal
			if !errors.As(err, &refusal) {
				return noReply(), err
			}
			worst = err
			if rule = refusal.classify(hostRules()); rule.action != tryNextSubnet {
				return rule, err
			}
		}
		rule.action = retrySame
		return rule, worst
	})
	return host, err
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
