package transform

import (
	"github.com/awslabs/goformation/v7/cloudformation/ec2"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/schema"
)

// rootVolumeGiB has room for the images that jobs build; an AMI with a larger
// root volume gets its own size.
const rootVolumeGiB = 50

// machineImage is what a launch template has of a host's AMI.
type machineImage struct {
	id *cfn.Node
	// devices is AWS::NoValue for an AMI of which the root volume is not known.
	devices *cfn.Node
	// origin says where an AMI was found that the template names by an alias;
	// AWS::NoValue for one that it names itself.
	origin *cfn.Node
}

// machineImage finds the AMI of a host. An alias is pinned to the AMI that it
// names now, so that a change set shows when that is another one. wish is
// how conditions that choose the AMI are named.
func (x *expansion) machineImage(host *cfn.Node, wish string) machineImage {
	each := func(pick func(ami) *cfn.Node) *cfn.Node {
		return x.chooseIn(host, "Ami", func(n *cfn.Node) *cfn.Node { return x.eachAmi(n, wish, pick) })
	}
	return machineImage{
		id:      each(func(a ami) *cfn.Node { return a.node }),
		devices: each(func(a ami) *cfn.Node { return x.devices(a.id) }),
		origin:  each(ami.origin),
	}
}

// ami is one of the AMIs that a host may have.
type ami struct {
	// node is the ImageId.
	node *cfn.Node
	// id is "" for an AMI that only the deployment knows.
	id string
	// alias names it, and parameter holds its id; "" without.
	alias, parameter string
}

// eachAmi finds what an Ami as it is written, nil for the default, may be,
// and returns what pick makes of it. What depends on a parameter may become
// an alias, which CloudFormation does not know: then a condition chooses.
func (x *expansion) eachAmi(n *cfn.Node, wish string, pick func(ami) *cfn.Node) *cfn.Node {
	if n == nil {
		n = cfn.Str(schema.DefaultAmi)
	}
	if values, all := x.chooser.known.Values(n); all && len(values) == 1 && values[0].IsString() {
		return pick(x.amiNamed(values[0].Text, n))
	}
	result := pick(ami{node: n})
	choose := func(name, text string, one ami) {
		result = x.either(equals(n, text), wish+"Is"+name, pick(one), result)
	}
	if id, known := x.currentImage(n); known {
		choose("Known", id, ami{node: n, id: id})
	}
	for _, alias := range x.possibleAliases(n) {
		choose(letters(alias.Name), alias.Name, x.amiNamed(alias.Name, n))
	}
	return result
}

// amiNamed is the AMI of an alias or, as it is written in n, of an id.
func (x *expansion) amiNamed(text string, n *cfn.Node) ami {
	alias, isAlias := compat.AliasNamed(text)
	if !isAlias {
		return ami{node: n, id: text}
	}
	id, parameter := x.facts.aliased(alias)
	return ami{node: imageNode(id, parameter), id: id, alias: alias.Name, parameter: parameter}
}

// currentImage is the id that a value has with today's parameters, if the AMI
// is known: the root volume of another is not.
func (x *expansion) currentImage(n *cfn.Node) (id string, known bool) {
	values, all := x.known.Values(n)
	if !all || len(values) != 1 || !values[0].IsString() || !x.chooser.known.InConditions(n) {
		return "", false
	}
	_, known = x.facts.Images[values[0].Text]
	_, isAlias := compat.AliasNamed(values[0].Text)
	return values[0].Text, known && !isAlias
}

// possibleAliases are the aliases that a value may be.
func (c chooser) possibleAliases(n *cfn.Node) []compat.Alias {
	var possible []compat.Alias
	if !c.known.InConditions(n) {
		return nil
	}
	for _, alias := range compat.Aliases() {
		if c.known.MayBe(n, alias.Name) {
			possible = append(possible, alias)
		}
	}
	return possible
}

// letters are a name's letters and digits, which the names of conditions have.
func letters(name string) string {
	var kept []byte
	for i := range len(name) {
		if c := name[i]; c != '_' {
			kept = append(kept, c)
		}
	}
	return string(kept)
}

// devices is the root volume of an AMI.
func (x *expansion) devices(id string) *cfn.Node {
	image := x.facts.Images[id]
	if image.RootDevice == "" {
		return noValue()
	}
	volume := new(typed).resource(&ec2.LaunchTemplate{LaunchTemplateData: &ec2.LaunchTemplate_LaunchTemplateData{
		BlockDeviceMappings: []ec2.LaunchTemplate_BlockDeviceMapping{{
			DeviceName: new(image.RootDevice),
			Ebs: &ec2.LaunchTemplate_Ebs{
				VolumeType: new("gp3"), VolumeSize: new(max(rootVolumeGiB, image.RootVolumeGiB)),
				Encrypted: new(true), DeleteOnTermination: new(true),
			},
		}},
	}})
	return volume.At("Properties", "LaunchTemplateData", "BlockDeviceMappings")
}

// origin tells people where the AMI of an alias was found.
func (a ami) origin() *cfn.Node {
	if a.alias == "" {
		return noValue()
	}
	return cfn.Obj(cfn.F("Alias", cfn.Str(a.alias)), cfn.F("Parameter", cfn.Str(a.parameter)))
}

// imageNode is an AMI's id or, where the account was not asked, a reference to
// the parameter that CloudFormation looks it up in.
func imageNode(id, parameter string) *cfn.Node {
	if id == "" {
		return cfn.Str("{{resolve:ssm:" + parameter + "}}")
	}
	return cfn.Str(id)
}

// aliased finds the AMI that an alias names, and the parameter that holds
// its id; "" for an AMI that is not known.
func (f *facts) aliased(alias compat.Alias) (id, parameter string) {
	if id, parameter, found := alias.Resolve(f.Parameters); found {
		return id, parameter
	}
	return "", alias.Parameters[0]
}
