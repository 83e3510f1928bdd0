package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/problem"
)

// Runner is the lifecycle function's part of a runner item (docs/wire.md).
type Runner struct {
	StackID string
	// Replaces is the id of a deleted stack of the same name, whose runner this one
	// takes the place of; "" if there is none.
	Replaces string
	// ConfigurationID is the id of the current version of Configuration.
	ConfigurationID string
	Configuration   configuration.Configuration
	// Origin is where the distribution comes from. An empty value leaves the item's.
	Origin Origin
	// AgentVersion is the agent's version; "" is left out.
	AgentVersion string
}

// PutRunner checks a Runner with its resolved values and makes its configuration the
// current one. It returns the configuration's id, with the capability that its steps
// show to the launcher. If anything is wrong with the Runner,
// it returns a *problem.Invalid with all problems, and writes nothing.
func (l *Lifecycle) PutRunner(ctx context.Context, request RunnerRequest) (configurationID string, err error) {
	replaces, err := l.admitRunner(ctx, request)
	if err != nil {
		return "", err
	}
	configuration, problems := l.check(ctx, request)
	for _, p := range problems {
		// Do not log the message: it may quote the value of a parameter.
		l.logger.Info("problem", "runner", request.PhysicalID(), "severity", p.Severity, "rule", p.Rule, "path", p.Path)
	}
	if err := problems.Err(); err != nil {
		return "", err
	}
	id, err := configuration.ID()
	if err != nil {
		return "", err
	}
	origin, err := l.ports.Plans.StackOrigin(ctx, request.StackName)
	if err != nil {
		return "", fmt.Errorf("read the item of the stack %s: %w", request.StackName, err)
	}
	// First the version, then the item that names it.
	if err := l.ports.Configurations.PutConfiguration(ctx, configuration); err != nil {
		return "", fmt.Errorf("keep the configuration of Runner %q: %w", request.RunnerName, err)
	}
	runner := Runner{
		StackID: request.StackID, Replaces: replaces, ConfigurationID: id, Configuration: configuration,
		Origin: origin, AgentVersion: l.settings.AgentVersion,
	}
	if err := l.ports.Runners.PutRunner(ctx, runner); err != nil {
		return "", fmt.Errorf("keep the item of Runner %q: %w", request.RunnerName, err)
	}
	l.logger.Info("a runner is deployed", "runner", configuration.ResourceName(), "configuration", id)
	if !request.WithCapability {
		return id, nil
	}
	secret, err := l.ports.Secrets.EnsureSecret(ctx, configuration.ResourceName())
	if err != nil {
		return "", fmt.Errorf("keep the secret of Runner %q: %w", request.RunnerName, err)
	}
	return secret.WithCapability(id), nil
}

// admitRunner refuses a request that is not the stack's own, or whose runner belongs to
// another stack. It returns the id of the deleted stack of the same name that had the
// runner before, if there was one.
func (l *Lifecycle) admitRunner(ctx context.Context, request RunnerRequest) (replaces string, err error) {
	if request.problem != nil {
		return "", request.problem
	}
	err = l.verify(ctx, request.StackID, map[string]string{"QueueUrl": request.QueueURL, "LaunchTemplateId": request.LaunchTemplateID})
	if err != nil {
		return "", err
	}
	name := configuration.ResourceName(request.StackName, request.RunnerName)
	switch owner, err := l.ports.Runners.StackOf(ctx, name); {
	case errors.Is(err, launch.ErrNoRunner):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read the item of Runner %q: %w", request.RunnerName, err)
	case owner == "" || owner == request.StackID:
		return "", nil
	// A name belongs to one living stack, and this is it: the other was deleted.
	case StackNameOf(owner) == request.StackName:
		return owner, nil
	default:
		return "", fmt.Errorf("Runner %q: the runner %s belongs to the stack %s; give the stack or the Runner another name", request.RunnerName, name, StackNameOf(owner))
	}
}

// RemoveRunner removes the runner of a physical id. It does nothing for a runner of
// another stack of the same name, or for an id that names no runner: CloudFormation
// makes up an id for a resource whose creation never answered.
func (l *Lifecycle) RemoveRunner(ctx context.Context, stackID, physicalID string) error {
	stack, name, ok := runnerOfPhysicalID(physicalID)
	if !ok || stack != StackNameOf(stackID) {
		l.logger.Info("nothing is to be removed", "physicalId", physicalID)
		return nil
	}
	if err := l.verify(ctx, stackID, nil); err != nil {
		return err
	}
	runner := configuration.ResourceName(stack, name)
	owner, err := l.ports.Runners.StackOf(ctx, runner)
	switch {
	case errors.Is(err, launch.ErrNoRunner): // but it may have configurations
	case err != nil:
		return fmt.Errorf("read the item of Runner %q: %w", name, err)
	case owner != "" && owner != stackID:
		l.logger.Warn("a runner belongs to another stack of the same name", "runner", runner)
		return nil
	}
	if err := l.ports.Remover.Remove(ctx, runner); err != nil {
		return err
	}
	if err := l.ports.Plans.RemoveRunner(ctx, stack, name); err != nil {
		return fmt.Errorf("take Runner %q out of the item of its stack: %w", name, err)
	}
	return nil
}

// Problems returns the problems of a *problem.Invalid; ok is false for another error.
func Problems(err error) (problems problem.List, ok bool) {
	invalid, ok := errors.AsType[*problem.Invalid](err)
	if !ok {
		return nil, false
	}
	return invalid.Problems, true
}
