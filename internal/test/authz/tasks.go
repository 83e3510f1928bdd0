package authz

import (
	"cmp"
	"strings"

	"github.com/attini-go/runner/internal/test/iam"
)

// taskInput is what the calls of ECS have, as far as IAM looks at it.
type taskInput struct {
	Cluster, TaskDefinition, Family, PropagateTags string
	EnableECSManagedTags                           bool
	Tags                                           []struct{ Key, Value string }
	Task                                           string
	Tasks, ContainerInstances                      []string
	Overrides                                      struct{ TaskRoleArn, ExecutionRoleArn string }
	TaskRoleArn, ExecutionRoleArn                  string
}

func (q *question) ecs() {
	var input taskInput
	q.input(&input)
	cluster := cmp.Or(input.Cluster[strings.LastIndex(input.Cluster, "/")+1:], "default")
	inCluster := func() iam.Context { return iam.Context{"ecs:cluster": {q.arn("ecs", "cluster/"+cluster)}} }
	switch q.call.Operation {
	case "RunTask":
		q.runTask(input, cluster, inCluster())
	case "StopTask":
		q.ask(q.inCluster("task", cluster, input.Task), inCluster())
	case "DescribeTasks", "UpdateTaskProtection", "GetTaskProtection":
		for _, task := range input.Tasks {
			q.ask(q.inCluster("task", cluster, task), inCluster())
		}
	case "ListTasks":
		q.ask(q.arn("ecs", "container-instance/"+cluster+"/*"), inCluster())
	case "ListContainerInstances", "DescribeClusters", "DeregisterContainerInstance":
		q.ask(q.arn("ecs", "cluster/"+cluster), nil)
	case "DescribeContainerInstances":
		for _, instance := range input.ContainerInstances {
			q.ask(q.inCluster("container-instance", cluster, instance), inCluster())
		}
	case "RegisterTaskDefinition":
		q.ask(q.arn("ecs", "task-definition/"+input.Family+":*"), nil)
		q.passRole("ecs-tasks.amazonaws.com", input.TaskRoleArn, input.ExecutionRoleArn)
	}
}

// inCluster is the ARN of a task or a container instance, by ARN or id.
func (q *question) inCluster(kind, cluster, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return q.arn("ecs", kind+"/"+cluster+"/"+name)
}

func (q *question) runTask(input taskInput, cluster string, context iam.Context) {
	definition := q.facts.TaskDefinition(input.TaskDefinition)
	if definition.ARN == "" {
		definition.ARN = q.arn("ecs", "task-definition/"+input.TaskDefinition[strings.LastIndex(input.TaskDefinition, "/")+1:])
	}
	q.ask(definition.ARN, context)
	if len(input.Tags) > 0 || input.EnableECSManagedTags || input.PropagateTags != "" && input.PropagateTags != "NONE" {
		tagging := iam.Context{"ecs:CreateAction": {"RunTask"}}
		for _, tag := range input.Tags {
			tagging["aws:RequestTag/"+tag.Key] = []string{tag.Value}
			tagging["aws:TagKeys"] = append(tagging["aws:TagKeys"], tag.Key)
		}
		q.askFor("ecs:TagResource", q.arn("ecs", "task/"+cluster+"/*"), tagging)
	}
	q.passRole("ecs-tasks.amazonaws.com",
		cmp.Or(input.Overrides.TaskRoleArn, definition.TaskRole), cmp.Or(input.Overrides.ExecutionRoleArn, definition.ExecutionRole))
}

// passRole asks whether roles may be given to a service.
func (q *question) passRole(service string, roles ...string) {
	asked := map[string]bool{}
	for _, role := range roles {
		if role != "" && !asked[role] {
			asked[role] = true
			q.askFor("iam:PassRole", role, iam.Context{"iam:PassedToService": {service}})
		}
	}
}
