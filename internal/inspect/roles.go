package inspect

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/doctor"
)

const tasksService = "ecs-tasks.amazonaws.com"

// readDefinition reads the task definition, and what depends on it: logs, images and roles.
func (o *observation) readDefinition(ctx context.Context, r *doctor.Runner, state runnerItem, queue string) error {
	definition, err := o.tasks.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(r.Definition)})
	if hasCode(err, "ClientException") {
		o.Statements = append(o.Statements, doctor.Statement{By: doctor.SourceTask, About: "runner " + r.Name, Text: "Unable to describe task definition " + r.Definition})
		return nil
	}
	if err != nil {
		return asked(ctx, "ecs:DescribeTaskDefinition", err)
	}
	d := definition.TaskDefinition
	if string(d.Status) == "INACTIVE" {
		o.Statements = append(o.Statements, doctor.Statement{By: doctor.SourceTask, About: "runner " + r.Name, Text: "TaskDefinition is inactive: " + r.Definition})
	}
	return errors.Join(o.readLogs(ctx, r, d), o.readImages(ctx, r, d), o.readRoles(ctx, r, d, state, queue))
}

// readRoles reads the task's role and its execution role, and simulates what the agent
// needs.
func (o *observation) readRoles(ctx context.Context, r *doctor.Runner, d *ecstypes.TaskDefinition, state runnerItem, queue string) error {
	taskRole := state.text(protocol.AttrRoleARN)
	if taskRole == "" {
		taskRole = aws.ToString(d.TaskRoleArn)
	}
	var errs []error
	for _, role := range []doctor.Role{{ARN: taskRole, Purpose: "task role"}, {ARN: aws.ToString(d.ExecutionRoleArn), Purpose: "execution role"}} {
		if role.ARN == "" {
			continue
		}
		if err := o.readRole(ctx, &role, tasksService); err != nil {
			errs = append(errs, err)
		} else if role.Purpose == "task role" && !role.Missing && queue != "" {
			role.Denied, err = o.denied(ctx, role.ARN, queue)
			errs = append(errs, err)
		}
		r.Roles = append(r.Roles, role)
	}
	return errors.Join(errs...)
}

// readRole reads whether a role exists and trusts a service.
func (o *observation) readRole(ctx context.Context, role *doctor.Role, service string) error {
	output, err := o.roles.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(role.ARN[strings.LastIndexByte(role.ARN, '/')+1:])})
	if hasCode(err, "NoSuchEntity", "NoSuchEntityException") {
		role.Missing = true
		return nil
	}
	if err != nil {
		return asked(ctx, "iam:GetRole", err)
	}
	if trust, err := url.QueryUnescape(aws.ToString(output.Role.AssumeRolePolicyDocument)); err == nil && trust != "" && !strings.Contains(trust, service) && !strings.Contains(trust, `"*"`) {
		role.Untrusted = service
	}
	return nil
}

// denied are the actions of the agent that a simulation refuses. It does not see what
// endpoints' and resources' policies say.
func (o *observation) denied(ctx context.Context, role, queue string) ([]string, error) {
	account := accountOf(role)
	var refused []string
	for _, question := range []struct {
		resource string
		actions  []string
	}{
		{queueARN(queue, role), []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}},
		{"*", []string{"states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"}},
		{partition(role) + ":dynamodb:" + o.region + ":" + account + ":table/" + stateTable, []string{"dynamodb:GetItem"}},
	} {
		output, err := o.roles.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
			PolicySourceArn: &role, ActionNames: question.actions, ResourceArns: []string{question.resource},
			ContextEntries: []types.ContextEntry{{ContextKeyName: aws.String("dynamodb:LeadingKeys"), ContextKeyType: types.ContextKeyTypeEnumStringList, ContextKeyValues: []string{protocol.TypeRunner}}},
		})
		if err != nil {
			return refused, asked(ctx, "iam:SimulatePrincipalPolicy", err)
		}
		for _, result := range output.EvaluationResults {
			if result.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed {
				refused = append(refused, aws.ToString(result.EvalActionName))
			}
		}
	}
	return refused, nil
}

func accountOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 4 {
		return parts[4]
	}
	return ""
}

// partition is the beginning of an ARN, as in arn:aws.
func partition(arn string) string {
	parts := strings.Split(arn, ":")
	return strings.Join(parts[:min(2, len(parts))], ":")
}

// queueARN is the ARN of a queue's URL, in the partition of another ARN.
func queueARN(address, other string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return "*"
	}
	path := strings.Split(strings.Trim(parsed.Path, "/"), "/")
	host := strings.Split(parsed.Host, ".")
	if len(path) != 2 || len(host) < 2 {
		return "*"
	}
	return partition(other) + ":sqs:" + host[1] + ":" + path[0] + ":" + path[1]
}
