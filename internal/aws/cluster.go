package aws

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/attini-go/runner/internal/launch"
)

// RunnerAttribute is the attribute of a container instance that names its
// runner, as the macro's launch template sets it.
const RunnerAttribute = "runnerResourceName"

// Cluster is ECS.
type Cluster struct{ client *ecs.Client }

var _ launch.Cluster = (*Cluster)(nil)

// NewCluster returns the ports of ECS.
func NewCluster(config aws.Config) *Cluster {
	return &Cluster{client: ecs.NewFromConfig(config)}
}

// Run implements launch.Cluster.
func (c *Cluster) Run(ctx context.Context, request launch.TaskRequest) (launch.TaskStatus, error) {
	// The launcher retries itself.
	output, err := c.client.RunTask(ctx, runTask(request), func(o *ecs.Options) { o.RetryMaxAttempts = 1 })
	switch {
	case err != nil:
		return launch.TaskStatus{}, refusalOf(ctx, "ecs:RunTask", err)
	case len(output.Tasks) == 0:
		refused := &launch.Refusal{}
		for _, f := range output.Failures {
			refused.Failures = append(refused.Failures, launch.RunFailure{Reason: aws.ToString(f.Reason), Detail: aws.ToString(f.Detail)})
		}
		return launch.TaskStatus{}, refused
	}
	return taskStatus(output.Tasks[0]), nil
}

func runTask(request launch.TaskRequest) *ecs.RunTaskInput {
	input := &ecs.RunTaskInput{
		ClientToken: &request.Token, Cluster: &request.Cluster, TaskDefinition: &request.Definition,
		LaunchType: types.LaunchType(request.LaunchType), Group: &request.Group, StartedBy: &request.StartedBy,
		PropagateTags: types.PropagateTagsTaskDefinition, Overrides: overrides(request.Overrides),
		EnableECSManagedTags: request.LaunchType == string(types.LaunchTypeEc2),
	}
	if network := request.Network; network != nil {
		input.NetworkConfiguration = &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: network.Subnets, SecurityGroups: network.SecurityGroups, AssignPublicIp: types.AssignPublicIp(network.AssignPublicIP),
		}}
	}
	for _, expression := range request.Constraints {
		input.PlacementConstraints = append(input.PlacementConstraints, types.PlacementConstraint{
			Type: types.PlacementConstraintTypeMemberOf, Expression: &expression,
		})
	}
	return input
}

func overrides(given launch.Overrides) *types.TaskOverride {
	all := &types.TaskOverride{Cpu: stringPtr(given.CPU), Memory: stringPtr(given.Memory), TaskRoleArn: stringPtr(given.TaskRoleARN)}
	for _, container := range given.Containers {
		override := types.ContainerOverride{Name: &container.Name, Command: container.Command}
		for _, variable := range container.Environment {
			override.Environment = append(override.Environment, types.KeyValuePair{Name: &variable.Name, Value: &variable.Value})
		}
		all.ContainerOverrides = append(all.ContainerOverrides, override)
	}
	return all
}

func taskStatus(task types.Task) launch.TaskStatus {
	status := launch.TaskStatus{
		ARN: aws.ToString(task.TaskArn), Cluster: aws.ToString(task.ClusterArn), Group: aws.ToString(task.Group), StartedBy: aws.ToString(task.StartedBy),
		LastStatus: aws.ToString(task.LastStatus), DesiredStatus: aws.ToString(task.DesiredStatus),
		StopCode: string(task.StopCode), StopReason: aws.ToString(task.StoppedReason), CreatedAt: aws.ToTime(task.CreatedAt),
	}
	for _, container := range task.Containers {
		status.Containers = append(status.Containers, launch.ContainerStatus{
			Name: aws.ToString(container.Name), Ended: container.ExitCode != nil, ExitCode: int(aws.ToInt32(container.ExitCode)),
			Reason: aws.ToString(container.Reason),
		})
	}
	return status
}

// Task implements launch.Cluster.
func (c *Cluster) Task(ctx context.Context, cluster, task string) (launch.TaskStatus, error) {
	output, err := c.client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: []string{task}})
	switch {
	case isAbsent(err), err == nil && len(output.Tasks) == 0:
		return launch.TaskStatus{}, launch.ErrNoTask
	case err != nil:
		return launch.TaskStatus{}, wrapError(ctx, "ecs:DescribeTasks", err)
	}
	return taskStatus(output.Tasks[0]), nil
}

// isAbsent reports whether what a call names does not exist: the cluster, or
// something in it.
func isAbsent(err error) bool {
	var invalid *types.InvalidParameterException
	var gone *types.ClusterNotFoundException
	return errors.As(err, &invalid) || errors.As(err, &gone)
}

// Stop implements launch.Cluster.
func (c *Cluster) Stop(ctx context.Context, cluster, task, reason string) error {
	_, err := c.client.StopTask(ctx, &ecs.StopTaskInput{Cluster: stringPtr(cluster), Task: &task, Reason: &reason})
	if err == nil || isAbsent(err) {
		return nil
	}
	return wrapError(ctx, "ecs:StopTask", err)
}

// Instance implements launch.Cluster. A host that has registered twice counts as its
// registration that is ready.
func (c *Cluster) Instance(ctx context.Context, cluster, host string) (launch.Instance, error) {
	registrations, err := c.registrations(ctx, cluster, host)
	if err != nil {
		return launch.Instance{}, err
	}
	output, err := c.client.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{
		Cluster: &cluster, ContainerInstances: registrations,
	})
	switch {
	case isAbsent(err), err == nil && len(output.ContainerInstances) == 0:
		return launch.Instance{}, launch.ErrNotRegistered
	case err != nil:
		return launch.Instance{}, wrapError(ctx, "ecs:DescribeContainerInstances", err)
	}
	var best launch.Instance
	tasks := 0
	for i, found := range output.ContainerInstances {
		one := instance(found)
		tasks += one.Tasks
		if i == 0 || one.Ready {
			best = one
		}
	}
	best.Tasks = tasks
	return best, nil
}

// registrations are the container instances of a host; ErrNotRegistered without any.
func (c *Cluster) registrations(ctx context.Context, cluster, host string) ([]string, error) {
	listed, err := c.client.ListContainerInstances(ctx, &ecs.ListContainerInstancesInput{
		Cluster: &cluster, Filter: aws.String(fmt.Sprintf("ec2InstanceId == %s", host)),
	})
	switch {
	case isAbsent(err), err == nil && len(listed.ContainerInstanceArns) == 0:
		return nil, launch.ErrNotRegistered
	case err != nil:
		return nil, wrapError(ctx, "ecs:ListContainerInstances", err)
	}
	return listed.ContainerInstanceArns, nil
}

// Deregister implements launch.Cluster.
func (c *Cluster) Deregister(ctx context.Context, cluster, host string) error {
	registrations, err := c.registrations(ctx, cluster, host)
	if errors.Is(err, launch.ErrNotRegistered) {
		return nil
	}
	problems := []error{err}
	for _, registration := range registrations {
		_, err := c.client.DeregisterContainerInstance(ctx, &ecs.DeregisterContainerInstanceInput{
			Cluster: &cluster, ContainerInstance: &registration, Force: aws.Bool(true),
		})
		if err != nil && !isAbsent(err) {
			problems = append(problems, wrapError(ctx, "ecs:DeregisterContainerInstance", err))
		}
	}
	return errors.Join(problems...)
}

// StartedBy implements launch.Cluster. A page has at most 100 tasks, as many as
// DescribeTasks takes.
func (c *Cluster) StartedBy(ctx context.Context, cluster, startedBy string) ([]launch.TaskStatus, error) {
	var tasks []launch.TaskStatus
	pages := ecs.NewListTasksPaginator(c.client, &ecs.ListTasksInput{Cluster: &cluster, StartedBy: &startedBy})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		switch {
		case isAbsent(err):
			return tasks, nil
		case err != nil:
			return nil, wrapError(ctx, "ecs:ListTasks", err)
		case len(page.TaskArns) == 0:
			continue
		}
		output, err := c.client.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: page.TaskArns})
		switch {
		case isAbsent(err):
			continue
		case err != nil:
			return nil, wrapError(ctx, "ecs:DescribeTasks", err)
		}
		for _, found := range output.Tasks {
			if task := taskStatus(found); task.LastStatus != "STOPPED" {
				tasks = append(tasks, task)
			}
		}
	}
	return tasks, nil
}

func instance(found types.ContainerInstance) launch.Instance {
	result := launch.Instance{
		Host: aws.ToString(found.Ec2InstanceId), Ready: aws.ToString(found.Status) == "ACTIVE" && found.AgentConnected,
		Tasks: int(found.RunningTasksCount + found.PendingTasksCount),
	}
	for _, attribute := range found.Attributes {
		if aws.ToString(attribute.Name) == RunnerAttribute {
			result.Runner = aws.ToString(attribute.Value)
		}
	}
	return result
}

// stringPtr returns a pointer to a text; nil for "".
func stringPtr(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}
