package transform

import (
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// machineImage is the AMI of a host as far as it is known.
type machineImage struct {
	node *cfn.Node
	// rootDevice is "" for an AMI that only the deployment knows.
	rootDevice    string
	rootVolumeGiB int
	// alias and parameter say where an AMI was found that the template names
	// by an alias.
	alias, parameter string
}

// machineImage finds the AMI of a Runner with Ec2Configuration. An alias is
// pinned to the AMI that it stands for now, so that a change set shows when
// that is another one.
func (x *expansion) machineImage(runner *schema.Runner) machineImage {
	ami := runner.Ec2Configuration.Ami
	if !ami.Known {
		return machineImage{node: x.values.ResolveIf(ami.Node)}
	}
	result, id := machineImage{node: x.values.ResolveIf(ami.Node)}, ami.Literal
	if alias, isAlias := compat.AliasNamed(ami.Literal); isAlias {
		result.alias = alias.Name
		if id, result.parameter, isAlias = alias.Resolve(x.facts.parameters); isAlias {
			result.node = cfn.Str(id)
		}
	}
	image := x.facts.images[id]
	result.rootDevice, result.rootVolumeGiB = image.RootDevice, image.RootVolumeGiB
	return result
}

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
