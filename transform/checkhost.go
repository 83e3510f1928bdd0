package transform

import (
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// hostOf is what is known of a Runner's host; what is not is nil.
func (f *facts) hostOf(runner *schema.Runner) compat.Host {
	var host compat.Host
	if kind := runner.Ec2Configuration.InstanceType; kind.Known {
		host.TypeName = kind.Literal
		if known, found := f.types[kind.Literal]; found {
			host.Type = &known
		}
	}
	ami := runner.Ec2Configuration.Ami
	if !ami.Known {
		return host
	}
	id := ami.Literal
	if alias, isAlias := compat.AliasNamed(ami.Literal); isAlias {
		host.Alias = &alias
		id, _, _ = alias.Resolve(f.parameters)
	}
	if image, found := f.images[id]; found {
		host.Image = &image
	}
	return host
}

// checkHost reports what is wrong with the EC2 host of a Runner. What was not
// asked is not checked.
func (f *facts) checkHost(runner *schema.Runner, definition compat.TaskDefinition) problem.List {
	if runner.Ec2Configuration == nil {
		return nil
	}
	host := f.hostOf(runner)
	problems := append(compat.CheckAmi(runner), compat.CheckHost(runner, definition, host)...)
	if host.TypeName != "" && f.types != nil && host.Type == nil {
		problems.Add(compat.UnknownInstanceType(runner, nil))
	}
	if host.Alias != nil && f.parameters != nil {
		if _, _, found := host.Alias.Resolve(f.parameters); !found {
			problems.Add(compat.UnknownAlias(runner, *host.Alias, f.parameters))
		}
	}
	if host.Alias == nil && f.images != nil && host.Image == nil && runner.Ec2Configuration.Ami.Known {
		problems.Add(compat.UnknownAmi(runner))
	}
	return problems
}
