package fakeecs

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/uuid"
)

// maxOverrides is how many characters all overrides may have together.
const maxOverrides = 8192

// runTaskInput is a RunTask request; the parts that are played.
type runTaskInput struct {
	Cluster, TaskDefinition, LaunchType, ClientToken, StartedBy, Group string
	NetworkConfiguration                                               *struct {
		AwsvpcConfiguration struct {
			Subnets, SecurityGroups []string
			AssignPublicIp          string
		}
	}
	PlacementConstraints []struct{ Type, Expression string }
	Overrides            json.RawMessage
}

// taskOverrides are what a request puts over the task definition's.
type taskOverrides struct {
	TaskRoleArn, ExecutionRoleArn string

	ContainerOverrides []struct {
		Name        string
		Command     []string
		Environment []struct{ Name, Value string }
	}
}

// request is what a client token was used for.
type request struct {
	body string
	task *task
}

func (f *Service) runTask(ctx context.Context, body []byte) (any, error) {
	var input runTaskInput
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, err
	}
	var overrides taskOverrides
	if input.Overrides != nil {
		if utf8.RuneCount(input.Overrides) > maxOverrides {
			return nil, invalid(fmt.Sprintf("Container Overrides length must be at most %d", maxOverrides))
		}
		if err := json.Unmarshal(input.Overrides, &overrides); err != nil {
			return nil, err
		}
	}
	definition, err := f.definition(ctx, input.TaskDefinition)
	if err != nil {
		return nil, err
	}
	if err := fits(input, overrides, definition); err != nil {
		return nil, err
	}
	if err := f.takeRoles(overrides, definition); err != nil {
		return nil, err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if known := f.requests[input.ClientToken]; known != nil && input.ClientToken != "" {
		if known.body != string(body) {
			return nil, &Refusal{"ConflictException", "The clientToken was used with other parameters."}
		}
		return started(known.task.view), nil
	}
	instance := ""
	if input.LaunchType == string(types.LaunchTypeEc2) {
		host, reason := f.place(input)
		if host == nil {
			return map[string]any{"tasks": []any{}, "failures": []map[string]string{{"reason": reason}}}, nil
		}
		instance = host.view.InstanceArn
	}
	t := f.newTask(input, overrides, definition, instance)
	f.tasks = append(f.tasks, t)
	f.requests[input.ClientToken] = &request{string(body), t}
	f.running.Go(func() { f.run(t) })
	return started(t.view), nil
}

// tasksService is who takes tasks' roles.
const tasksService = "ecs-tasks.amazonaws.com"

// takeRoles has ECS take a task's roles.
func (f *Service) takeRoles(overrides taskOverrides, definition *types.TaskDefinition) error {
	for _, role := range []string{taskRole(overrides, definition), executionRole(overrides, definition)} {
		if f.use(Use{Service: tasksService, Role: role}) != nil {
			return &Refusal{"ClientException", "ECS was unable to assume the role '" + role + "' that was provided for this task. Please verify that the role being passed has " +
				"the proper trust relationship and permissions and that your IAM user has permissions to pass this role."}
		}
	}
	return nil
}

func taskRole(overrides taskOverrides, definition *types.TaskDefinition) string {
	return cmp.Or(overrides.TaskRoleArn, aws.ToString(definition.TaskRoleArn))
}

func executionRole(overrides taskOverrides, definition *types.TaskDefinition) string {
	return cmp.Or(overrides.ExecutionRoleArn, aws.ToString(definition.ExecutionRoleArn))
}

func started(view Task) any {
	return map[string]any{"tasks": []Task{view.clone()}, "failures": []any{}}
}

func (f *Service) definition(ctx context.Context, name string) (*types.TaskDefinition, error) {
	found, err := f.definitions.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &name})
	if err != nil || found.TaskDefinition == nil {
		return nil, &Refusal{"ClientException", "Unable to find task definition " + name}
	}
	return found.TaskDefinition, nil
}

// fits reports what ECS refuses of a request.
func fits(input runTaskInput, overrides taskOverrides, definition *types.TaskDefinition) error {
	for _, override := range overrides.ContainerOverrides {
		if containerOf(definition, override.Name) < 0 {
			return invalid("Override for container named " + override.Name + " is not a container in the TaskDefinition.")
		}
	}
	named := input.NetworkConfiguration != nil && len(input.NetworkConfiguration.AwsvpcConfiguration.Subnets) > 0
	inVPC := definition.NetworkMode == types.NetworkModeAwsvpc
	switch {
	case inVPC && !named:
		return invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	case !inVPC && input.NetworkConfiguration != nil:
		return invalid("Network Configuration is not valid for the given networkMode of this task definition.")
	case input.LaunchType == string(types.LaunchTypeEc2) && inVPC && input.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp == string(types.AssignPublicIpEnabled):
		return invalid("Assign public IP is not supported for this launch type.")
	case input.LaunchType == string(types.LaunchTypeFargate) && !slices.Contains(definition.RequiresCompatibilities, types.CompatibilityFargate):
		return invalid("Task definition does not support launch_type FARGATE.")
	}
	return nil
}

func containerOf(definition *types.TaskDefinition, name string) int {
	return slices.IndexFunc(definition.ContainerDefinitions, func(c types.ContainerDefinition) bool { return aws.ToString(c.Name) == name })
}

// newTask is a task that has not begun.
func (f *Service) newTask(input runTaskInput, overrides taskOverrides, definition *types.TaskDefinition, instance string) *task {
	id := strings.ReplaceAll(uuid.NewString(), "-", "")
	arn := f.arn("task", clusterName(input.Cluster)+"/"+id)
	t := &task{
		view: Task{
			TaskArn: arn, ClusterArn: f.arn("cluster", clusterName(input.Cluster)), TaskDefinitionArn: aws.ToString(definition.TaskDefinitionArn),
			ContainerInstanceArn: instance, Group: input.Group, StartedBy: input.StartedBy, LaunchType: input.LaunchType,
			LastStatus: "PROVISIONING", DesiredStatus: "RUNNING", Overrides: input.Overrides, Version: 1, CreatedAt: unixTime{time.Now()},
			Role: taskRole(overrides, definition), ExecutionRole: executionRole(overrides, definition),
		},
		log: &log{}, stop: make(chan struct{}), kill: make(chan struct{}),
	}
	if network := input.NetworkConfiguration; network != nil {
		t.view.Subnets, t.view.SecurityGroups = network.AwsvpcConfiguration.Subnets, network.AwsvpcConfiguration.SecurityGroups
	}
	for _, container := range definition.ContainerDefinitions {
		t.view.Containers = append(t.view.Containers, Container{Name: aws.ToString(container.Name), TaskArn: arn, LastStatus: "PENDING"})
	}
	if len(overrides.ContainerOverrides) > 0 {
		t.container = containerOf(definition, overrides.ContainerOverrides[0].Name)
	}
	container := definition.ContainerDefinitions[t.container]
	if logs := container.LogConfiguration; logs != nil && logs.LogDriver == types.LogDriverAwslogs {
		t.logGroup = logs.Options["awslogs-group"]
	}
	arguments := container.Command
	var environment []string
	for _, variable := range container.Environment {
		environment = append(environment, aws.ToString(variable.Name)+"="+aws.ToString(variable.Value))
	}
	for _, override := range overrides.ContainerOverrides {
		if override.Name != aws.ToString(container.Name) {
			continue
		}
		if override.Command != nil {
			arguments = override.Command
		}
		for _, variable := range override.Environment {
			environment = append(environment, variable.Name+"="+variable.Value)
		}
	}
	t.command = command{
		mark:        "FLEET_TASK=" + id,
		arguments:   append(slices.Clone(container.EntryPoint), arguments...),
		environment: slices.Concat(environment, f.config.Environment(t.view.clone()), []string{"ECS_CONTAINER_METADATA_URI_V4=" + f.metadata.URL + "/v4/" + id}),
	}
	return t
}
