package lifecycle

import (
	"context"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// checkHost reports what is wrong with the EC2 host of a Runner, as the macro
// does where it knows the values.
func (l *Lifecycle) checkHost(ctx context.Context, runner *schema.Runner, definition compat.TaskDefinition) problem.List {
	host := runner.Ec2Configuration
	if host == nil {
		return nil
	}
	h := hostCheck{runner: runner, account: l.ports.Account}
	problems := compat.CheckAmi(runner)
	if host.InstanceType.Known {
		problems.Add(h.fetchInstanceType(ctx, host.InstanceType.Literal)...)
	}
	if host.Ami.Known {
		problems.Add(h.fetchImage(ctx, host.Ami)...)
	}
	return append(problems, compat.CheckHost(runner, definition, h.host)...)
}

// hostCheck gathers what is known of a Runner's host.
type hostCheck struct {
	runner  *schema.Runner
	account Account
	host    compat.Host
}

func (h *hostCheck) reportAWSError(key string, err error) problem.List {
	at := string(h.runner.Path.Keys("Properties", "Ec2Configuration", key))
	return problem.List{awsProblem(RunnerRequest{RunnerName: h.runner.Name}, at, err)}
}

func (h *hostCheck) fetchInstanceType(ctx context.Context, name string) problem.List {
	types, err := h.account.InstanceTypes(ctx, []string{name})
	if err != nil {
		return h.reportAWSError("InstanceType", err)
	}
	h.host.TypeName = name
	found, exists := types[name]
	if !exists {
		return problem.List{compat.UnknownInstanceType(h.runner, nil)}
	}
	h.host.Type = &found
	return nil
}

func (h *hostCheck) fetchImage(ctx context.Context, ami schema.Value[string]) problem.List {
	id := ami.Literal
	if alias, isAlias := compat.AliasNamed(ami.Literal); isAlias {
		h.host.Alias = &alias
		parameters, err := h.account.Parameters(ctx, compat.AliasParameters())
		if err != nil {
			return h.reportAWSError("Ami", err)
		}
		resolved, _, found := alias.Resolve(parameters)
		if !found {
			return problem.List{compat.UnknownAlias(h.runner, alias, parameters)}
		}
		id = resolved
	}
	images, err := h.account.Images(ctx, []string{id})
	if err != nil {
		return h.reportAWSError("Ami", err)
	}
	if image, found := images[id]; found {
		h.host.Image = &image
		return nil
	}
	if h.host.Alias != nil {
		return nil // EC2 finds it under its parameter
	}
	return problem.List{compat.UnknownAmi(h.runner)}
}
