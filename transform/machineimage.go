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
	host := runner.Ec2Configuration
	result := machineImage{node: x.chooseIn(host.Node, "Ami", x.imageID)}
	if !host.Ami.Known {
		return result
	}
	id := host.Ami.Literal
	if alias, isAlias := compat.AliasNamed(id); isAlias {
		result.alias = alias.Name
		id, result.parameter = x.facts.aliased(alias)
		result.node = imageNode(id, result.parameter)
	}
	image := x.facts.Images[id]
	result.rootDevice, result.rootVolumeGiB = image.RootDevice, image.RootVolumeGiB
	return result
}

// imageID picks the id of an Ami as it is written: of an alias, and of the
// default where it is absent, the AMI that it stands for.
func (x *expansion) imageID(n *cfn.Node) *cfn.Node {
	name := schema.DefaultAmi
	if n != nil {
		values, all := x.known.Values(n)
		if !all || len(values) != 1 || !values[0].IsString() {
			return n
		}
		name = values[0].Text
	}
	alias, isAlias := compat.AliasNamed(name)
	if !isAlias {
		return n
	}
	return imageNode(x.facts.aliased(alias))
}

// imageNode is an AMI's id or, where the account was not asked, a reference to
// the parameter that CloudFormation looks it up in.
func imageNode(id, parameter string) *cfn.Node {
	if id == "" {
		return cfn.Str("{{resolve:ssm:" + parameter + "}}")
	}
	return cfn.Str(id)
}

// aliased finds the AMI that an alias stands for, and the parameter that holds
// its id; "" for an AMI that is not known.
func (f *facts) aliased(alias compat.Alias) (id, parameter string) {
	if id, parameter, found := alias.Resolve(f.Parameters); found {
		return id, parameter
	}
	return "", alias.Parameters[0]
}
