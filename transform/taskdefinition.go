package transform

import (
	"cmp"
	"strconv"

	"github.com/awslabs/goformation/v7/cloudformation/ecs"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/schema"
)

const (
	containerName = "Container"
	dockerSocket  = "/var/run/docker.sock"
)

func taskDefinitionID(runner *schema.Runner) string { return runner.Name + "TaskDefinition" }

// needsTaskDefinition says so of a Runner whose conditions are decided: Image
// asks for one; EC2 needs one of its own kind.
func needsTaskDefinition(runner *schema.Runner) bool {
	return runner.Image.Given() || runner.Ec2Configuration != nil && !runner.TaskDefinitionArn.Given()
}

// defaultRole is the role of a Runner without RoleArn (section RoleArn).
func defaultRole() *cfn.Node {
	return cfn.Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/attini/attini-default-runner-role-${AWS::Region}")
}

func (x *expansion) taskDefinition(runner *schema.Runner) *cfn.Node {
	host := x.shapeOf(runner).host
	if host.node == nil {
		return x.taskDefinitionFor(runner, host.isAlways())
	}
	return x.onHost(runner, x.taskDefinitionFor(runner, true), x.taskDefinitionFor(runner, false))
}

func (x *expansion) taskDefinitionFor(runner *schema.Runner, onHost bool) *cfn.Node {
	t := new(typed)
	properties := runner.Resource.Get("Properties")
	role := x.choose(properties.Get("RoleArn"), or(defaultRole()))
	image := properties.Get("Image")
	if x.shapeOf(runner).host.isNever() { // then there is none without an image
		image = x.present(image)
	}
	image = x.choose(image, or(cfn.Str(cmp.Or(x.defaultImage, schema.DefaultImage))))
	container := ecs.TaskDefinition_ContainerDefinition{
		Name:  containerName,
		Image: t.placeholder(image),
		LogConfiguration: &ecs.TaskDefinition_LogConfiguration{
			LogDriver: "awslogs",
			Options: map[string]string{
				"awslogs-group":         t.placeholder(cfn.Ref(logGroupID(runner))),
				"awslogs-region":        t.placeholder(cfn.Ref("AWS::Region")),
				"awslogs-stream-prefix": "logs",
				// ECS drops lines when its buffer is full unless told to
				// wait; a deployment's log is worth the wait.
				"mode": "blocking",
			},
		},
	}
	definition := &ecs.TaskDefinition{
		Cpu:                     new(strconv.Itoa(schema.TaskCPU)),
		Memory:                  new(strconv.Itoa(schema.TaskMemory)),
		NetworkMode:             new("awsvpc"),
		RequiresCompatibilities: []string{"FARGATE"},
		ExecutionRoleArn:        new(t.placeholder(role)),
		TaskRoleArn:             new(t.placeholder(role)),
	}
	if onHost {
		useEC2Host(definition, &container, t)
		x.useAccelerators(runner, &container)
	}
	definition.ContainerDefinitions = []ecs.TaskDefinition_ContainerDefinition{container}
	return t.resource(definition)
}

// useAccelerators gives the container the accelerators of its host: ECS and Docker give
// them to no container that does not ask. It does nothing where the template leaves the
// host's type or AMI to the deployment.
func (x *expansion) useAccelerators(runner *schema.Runner, container *ecs.TaskDefinition_ContainerDefinition) {
	if runner.Ec2Configuration == nil { // only the deployment knows it
		return
	}
	kind, ami := runner.Ec2Configuration.InstanceType.Node, runner.Ec2Configuration.Ami.Node
	fallbacks := runner.Ec2Configuration.FallbackInstanceTypes
	alias, isAlias := compat.AliasOf(runner)
	if !isAlias || !kind.IsString() || !ami.IsString() || fallbacks.Given() && !fallbacks.Known {
		return
	}
	host := x.facts.Types[kind.Text]
	gpus, neurons := host.GPUs, host.NeuronDevices
	for _, name := range fallbacks.Literal { // the task fits each
		gpus, neurons = min(gpus, x.facts.Types[name].GPUs), min(neurons, x.facts.Types[name].NeuronDevices)
	}
	switch {
	case alias.Accelerator == compat.GPU && gpus > 0:
		container.ResourceRequirements = []ecs.TaskDefinition_ResourceRequirement{{Type: "GPU", Value: strconv.Itoa(gpus)}}
	case alias.Accelerator == compat.Neuron && neurons > 0:
		container.LinuxParameters = &ecs.TaskDefinition_LinuxParameters{}
		for i := range neurons {
			device := "/dev/neuron" + strconv.Itoa(i)
			container.LinuxParameters.Devices = append(container.LinuxParameters.Devices, ecs.TaskDefinition_Device{
				HostPath: &device, ContainerPath: &device, Permissions: []string{"read", "write"},
			})
		}
	}
}

// useEC2Host makes the task definition one for an EC2 host: the host's network,
// and the host's docker socket so that jobs can build images.
func useEC2Host(definition *ecs.TaskDefinition, container *ecs.TaskDefinition_ContainerDefinition, t *typed) {
	const volume = "dockersock"
	definition.NetworkMode = new("bridge")
	definition.RequiresCompatibilities = []string{"EC2"}
	definition.Volumes = []ecs.TaskDefinition_Volume{{
		Name: new(volume),
		Host: &ecs.TaskDefinition_HostVolumeProperties{SourcePath: new(dockerSocket)},
	}}
	container.Privileged = new(false)
	container.MountPoints = []ecs.TaskDefinition_MountPoint{{
		SourceVolume: new(volume), ContainerPath: new(dockerSocket),
	}}
	// An ECS agent before 1.104 does not tell containers their region.
	container.Environment = []ecs.TaskDefinition_KeyValuePair{{
		Name: new("AWS_DEFAULT_REGION"), Value: new(t.placeholder(cfn.Ref("AWS::Region"))),
	}}
}
