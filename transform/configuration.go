package transform

import (
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

// The functions' names are the original framework's, so that a live stack that
// moves here keeps its trigger: CloudFormation does not let a custom resource
// change its ServiceToken. template.yaml gives them.
const (
	lifecycleFunction = "attini-deployment-plan-setup"
	launcherFunction  = "attini-action"
)

// configuration is the Runner as CloudFormation resolves it: its lifecycle
// function checks the values, keeps them as one version and answers with
// ConfigurationId. So every intrinsic function works in every property, and
// no configuration travels through a state machine as text.
//
// Configuration holds the documented properties, with what the macro made in
// their places; a reader of it needs nothing but schema.Read.
func (x *expansion) configuration(runner *schema.Runner) *cfn.Node {
	properties := runner.Resource.Get("Properties").Clone()
	if properties == nil {
		properties = cfn.Obj()
	}
	shape, wish := x.shapeOf(runner), runner.Name+"MakesTaskDefinition"
	container := x.container(properties)
	setUnlessAbsent(properties, "TaskDefinitionArn",
		x.either(shape.definition, wish, cfn.Ref(taskDefinitionID(runner)), orNothing(properties.Get("TaskDefinitionArn"))))
	setUnlessAbsent(properties, "ContainerName", x.either(shape.definition, wish, cfn.Str(containerName), container))
	properties.Delete("Image") // with one, a task definition is made
	if !shape.network.isAlways() {
		properties.Set("AwsVpcConfiguration", x.choose(properties.Get("AwsVpcConfiguration"), or(x.defaultNetwork(runner))))
	}
	fields := []cfn.Field{
		cfn.F("ServiceToken", functionARN(lifecycleFunction)),
		cfn.F("StackName", cfn.Ref("AWS::StackName")),
		cfn.F("RunnerName", cfn.Str(runner.Name)),
		cfn.F("QueueUrl", cfn.Ref(queueID(runner))),
		cfn.F("Configuration", properties),
		// A new property calls the function at the next deployment, also of a stack whose
		// Runner is as it was.
		cfn.F("Capability", cfn.Str("true")),
	}
	if x.installation != "" {
		fields = append(fields, cfn.F("Installation", cfn.Str(x.installation)))
	}
	if !shape.host.isNever() {
		ofHost := func(value *cfn.Node) *cfn.Node { return x.onHost(runner, value, noValue()) }
		fields = append(
			fields,
			cfn.F("EcsClientLogGroup", ofHost(cfn.Ref(ecsClientLogGroupID(runner)))),
			cfn.F("LaunchTemplateId", ofHost(cfn.Ref(launchTemplateID(runner)))),
			// A new version makes a new configuration, and so a new host.
			cfn.F("LaunchTemplateVersion", ofHost(cfn.GetAtt(launchTemplateID(runner), "LatestVersionNumber"))),
		)
	}
	resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.ConfigurationType)), cfn.F("Properties", cfn.Obj(fields...)))
	copyAttributes(resource, runner.Resource, "DependsOn", "Metadata")
	return resource
}

// defaultNetwork is what AwsVpcConfiguration says when the template does not:
// the default VPC's subnets, the new security group, a public address. Tasks
// on an EC2 host use the host's network, where ECS refuses AssignPublicIp.
func (x *expansion) defaultNetwork(runner *schema.Runner) *cfn.Node {
	network := cfn.Obj()
	if x.facts.subnets != nil {
		network.Set("Subnets", stringList(x.facts.subnets))
	}
	network.Set("SecurityGroups", cfn.Seq(cfn.GetAtt(securityGroupID(runner), "GroupId")))
	setUnlessAbsent(network, "AssignPublicIp", x.onHost(runner, noValue(), cfn.Str("ENABLED")))
	return network
}

// container is the container that runs the jobs, of a task definition that the
// Runner names: the one it names or, where there is only one, that.
func (x *expansion) container(properties *cfn.Node) *cfn.Node {
	return x.choose(properties.Get("ContainerName"), func(n *cfn.Node) *cfn.Node {
		if n != nil {
			return n
		}
		return x.choose(properties.Get("TaskDefinitionArn"), func(definition *cfn.Node) *cfn.Node {
			id, found := definedIn(definition)
			if !found {
				return noValue()
			}
			return orNothing(onlyContainer(x.resources[id], x.chooser.known))
		})
	})
}

// onlyContainer is the name of the container of a task definition that has one,
// as it is written there; nil where that is not known.
func onlyContainer(resource *cfn.Node, known *cfn.StaticValues) *cfn.Node {
	if !isTaskDefinition(resource) {
		return nil
	}
	containers := known.ResolveIf(resource.At("Properties", "ContainerDefinitions"))
	if !containers.IsList() || len(containers.Items) != 1 {
		return nil
	}
	container := known.ResolveIf(containers.Items[0])
	if !isObject(container) {
		return nil
	}
	return container.Get("Name")
}

// setUnlessAbsent sets a property that has a value, and removes it otherwise.
func setUnlessAbsent(object *cfn.Node, property string, value *cfn.Node) {
	if cfn.IsNoValue(value) {
		object.Delete(property)
		return
	}
	object.Set(property, value)
}

func stringList(values []string) *cfn.Node {
	list := cfn.Seq()
	for _, value := range values {
		list.Items = append(list.Items, cfn.Str(value))
	}
	return list
}

// functionARN names one of our functions in the stack's own account.
func functionARN(name string) *cfn.Node {
	return cfn.Sub("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:" + name)
}
