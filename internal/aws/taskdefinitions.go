package aws

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/lifecycle"
)

// TaskDefinitions are the account's ECS task definitions.
type TaskDefinitions struct{ client *ecs.Client }

// NewTaskDefinitions returns the ports of ECS.
func NewTaskDefinitions(config aws.Config) *TaskDefinitions {
	return &TaskDefinitions{client: ecs.NewFromConfig(config)}
}

// TaskDefinition implements lifecycle.Account.
func (t *TaskDefinitions) TaskDefinition(ctx context.Context, name string) (compat.TaskDefinition, error) {
	output, err := t.client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &name})
	switch c := code(err); {
	// ECS has no specific error for a missing task definition.
	case c == "ClientException", c == "InvalidParameterException":
		return compat.TaskDefinition{}, lifecycle.ErrNoTaskDefinition
	case err != nil:
		return compat.TaskDefinition{}, wrapError(ctx, "ecs:DescribeTaskDefinition", err)
	case output.TaskDefinition == nil || output.TaskDefinition.Status != types.TaskDefinitionStatusActive:
		return compat.TaskDefinition{}, lifecycle.ErrNoTaskDefinition
	}
	return definitionOf(*output.TaskDefinition), nil
}

func definitionOf(found types.TaskDefinition) compat.TaskDefinition {
	definition := compat.TaskDefinition{
		Name:        "task definition " + strconv.Quote(aws.ToString(found.Family)+":"+strconv.Itoa(int(found.Revision))),
		Complete:    len(found.ContainerDefinitions) > 0,
		CPU:         sizeOf(found.Cpu),
		Memory:      sizeOf(found.Memory),
		NetworkMode: compat.Known(string(found.NetworkMode)),
	}
	for _, container := range found.ContainerDefinitions {
		definition.Containers = append(definition.Containers, compat.Container{
			Name: compat.Known(aws.ToString(container.Name)), EntryPoint: compat.Known(len(container.EntryPoint) > 0),
		})
	}
	// What it requires or, without that, what ECS found that it supports.
	compatibilities := found.RequiresCompatibilities
	if len(compatibilities) == 0 {
		compatibilities = found.Compatibilities
	}
	if len(compatibilities) > 0 {
		names := make([]string, len(compatibilities))
		for i, compatibility := range compatibilities {
			names[i] = string(compatibility)
		}
		definition.Compatibilities = compat.Known(names)
	}
	return definition
}

// sizeOf reads a task's size, in CPU units or MiB.
func sizeOf(text *string) compat.Fact[int] {
	size, err := strconv.Atoi(aws.ToString(text))
	return compat.Fact[int]{Value: size, Known: err == nil && size > 0}
}
