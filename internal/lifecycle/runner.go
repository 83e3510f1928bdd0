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
	// ConfigurationID is the id of the current version of Configuration.
	ConfigurationID string
	Configuration   configuration.Configuration
	// Origin is where the distribution comes from. An empty value leaves the item's.
	Origin Origin
	// AgentVersion is the agent's version; "" is left out.
	AgentVersion string
}

// PutRunner checks a Runner with its resolved values and makes its configuration the
// current one. It returns the configuration's id. If anything is wrong with the Runner,
// it returns a *problem.Invalid with all problems, and writes nothing.
func (l *Lifecycle) PutRunner(ctx context.Context, request RunnerRequest) (configurationID string, err error) {
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
		StackID: request.StackID, ConfigurationID: id, Configuration: configuration,
		Origin: origin, AgentVersion: l.settings.AgentVersion,
	}
	if err := l.ports.Runners.PutRunner(ctx, runner); err != nil {
		return "", fmt.Errorf("keep the item of Runner %q: %w", request.RunnerName, err)
	}
	l.logger.Info("a runner is deployed", "runner", configuration.ResourceName(), "configuration", id)
	return id, nil
}

// RemoveRunner removes the runner of a physical id. It does nothing for a runner of
// another stack of the same name, or for an id that names no runner: CloudFormation
// makes up an id for a resource whose creation never answered.
func (l *Lifecycle) RemoveRunner(ctx context.Context, stackID, physicalID string) error {
	stack, name, ok := runnerOfPhysicalID(physicalID)
	if !ok {
		l.logger.Info("nothing is to be removed", "physicalId", physicalID)
		return nil
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
