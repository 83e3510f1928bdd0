package transform

import (
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
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
		if id, result.parameter, isAlias = alias.Resolve(x.facts.Parameters); isAlias {
			result.node = cfn.Str(id)
		}
	}
	image := x.facts.Images[id]
	result.rootDevice, result.rootVolumeGiB = image.RootDevice, image.RootVolumeGiB
	return result
}
