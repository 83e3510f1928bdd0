package authz

import (
	"maps"
	"slices"
	"strings"
)

// Change is what is done with a stack, by whom.
type Change struct {
	AccessKey string
	// Operation is CreateStack, UpdateStack or DeleteStack.
	Operation, Stack string
	// Functions are those of its macros and custom resources, which CloudFormation
	// calls as the caller, by ARN.
	Functions []string
	// Transforms are AWS's own.
	Transforms []string
	Resources  []Resource
}

// Resource is one of a template, before SAM.
type Resource struct {
	ID, Type string
	// Roles that it gives away, by ARN, and the service that gets them.
	Roles   []string
	Service string
}

// resourceActions are what CloudFormation calls as the caller for a type: when it
// makes, updates and deletes it. The actions whose resource is "*" have none.
type resourceActions struct {
	create, update, remove []string
	// resource is what follows the account in the ARN; NAME is the physical name.
	service, resource string
	// plain are actions without a resource.
	plain []string
}

// actionsOf are those of the types that the macro emits ("handlers" of the types'
// schemas). What else is in a template is its author's matter.
func actionsOf(kind string) (resourceActions, bool) {
	all := map[string]resourceActions{
		"AWS::SQS::Queue": {
			service: "sqs", resource: "NAME", create: []string{"sqs:CreateQueue", "sqs:GetQueueAttributes"},
			update: []string{"sqs:SetQueueAttributes"}, remove: []string{"sqs:DeleteQueue"},
		},
		"AWS::Serverless::StateMachine": {
			service: "states", resource: "stateMachine:NAME", create: []string{"states:CreateStateMachine", "states:DescribeStateMachine", "states:TagResource"},
			update: []string{"states:UpdateStateMachine"}, remove: []string{"states:DeleteStateMachine"},
		},
		"AWS::Events::Rule": {
			service: "events", resource: "rule/NAME", create: []string{"events:PutRule", "events:DescribeRule", "events:PutTargets"},
			update: []string{"events:PutRule"}, remove: []string{"events:RemoveTargets", "events:DeleteRule"},
		},
		"AWS::Logs::LogGroup": {
			service: "logs", resource: "log-group:NAME", create: []string{"logs:CreateLogGroup", "logs:PutRetentionPolicy"},
			remove: []string{"logs:DeleteLogGroup"}, plain: []string{"logs:DescribeLogGroups"},
		},
		"AWS::ECS::TaskDefinition": {
			service: "ecs", resource: "task-definition/NAME:*", create: []string{"ecs:RegisterTaskDefinition"},
			update: []string{"ecs:RegisterTaskDefinition"}, plain: []string{"ecs:DescribeTaskDefinition", "ecs:DeregisterTaskDefinition"},
		},
		"AWS::EC2::SecurityGroup": {
			service: "ec2", resource: "security-group/sg-x", create: []string{"ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress"},
			remove: []string{"ec2:DeleteSecurityGroup"}, plain: []string{"ec2:DescribeSecurityGroups"},
		},
		"AWS::EC2::LaunchTemplate": {
			service: "ec2", resource: "launch-template/lt-x", create: []string{"ec2:CreateLaunchTemplate"},
			update: []string{"ec2:CreateLaunchTemplateVersion"}, remove: []string{"ec2:DeleteLaunchTemplate"}, plain: []string{"ec2:DescribeLaunchTemplates"},
		},
	}
	actions, known := all[kind]
	return actions, known
}

// Permits asks whether a caller may change a stack; the error is nil, or AWS's
// words. What the call itself needs has been asked before.
func (a *Authority) Permits(change Change) error {
	q := &question{place: a.place}
	for _, function := range change.Functions {
		q.askFor("lambda:InvokeFunction", function, nil)
	}
	for _, transform := range change.Transforms {
		q.askFor("cloudformation:CreateChangeSet", q.arnIn("cloudformation", "aws", "transform/"+strings.TrimPrefix(transform, "AWS::")), nil)
	}
	for _, resource := range change.Resources {
		q.resource(change, resource)
	}
	no, who, err := a.decide(change.AccessKey, "", q.asked)
	switch {
	case err != nil:
		return err
	case no != nil:
		return denied(no.decision.Words(who.name, no.request))
	}
	return nil
}

// denied is a refusal in AWS's words.
type denied string

// Error implements error.
func (d denied) Error() string { return string(d) }

func (q *question) resource(change Change, resource Resource) {
	actions, known := actionsOf(resource.Type)
	if !known {
		return
	}
	arn := q.arn(actions.service, strings.Replace(actions.resource, "NAME", change.Stack+"-"+resource.ID+"-X", 1))
	list := map[string][]string{"CreateStack": actions.create, "UpdateStack": slices.Concat(actions.create, actions.update), "DeleteStack": actions.remove}
	for _, action := range list[change.Operation] {
		q.askFor(action, arn, nil)
		if action == "ec2:CreateSecurityGroup" {
			q.askFor(action, q.arn("ec2", "vpc/vpc-x"), nil)
		}
	}
	for _, action := range actions.plain {
		q.askFor(action, none, nil)
	}
	if change.Operation != "DeleteStack" {
		roles := map[string]bool{}
		for _, role := range resource.Roles {
			roles[role] = true
		}
		q.passRole(resource.Service, slices.Sorted(maps.Keys(roles))...)
	}
}
