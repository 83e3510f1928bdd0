package leastprivilege_test

import (
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
	"github.com/attini-go/runner/internal/test/leastprivilege"
)

// arn is the ARN of something in the account of the tests.
func arn(service, resource string) string {
	return "arn:aws:" + service + ":" + fakeaws.Region + ":" + fakeaws.Account + ":" + resource
}

func roleARN(name string) string { return "arn:aws:iam::" + fakeaws.Account + ":role/" + name }

// Names of an installation.
const (
	releaseStore  = "arn:aws:s3:::attini-runner-releasestore-x"
	artifactStore = "arn:aws:s3:::attini-artifact-store-" + fakeaws.Region + "-" + fakeaws.Account
)

// rolePath is a RunnerRolePath that is not the default roles'.
const rolePath = "team/"

type context = iam.Context

// table makes cases of one answer.
type table struct {
	allowed bool
	cases   []leastprivilege.Case
}

func (t *table) add(why, caller, action, resource string, keys context) {
	t.cases = append(t.cases, leastprivilege.Case{Caller: caller, Allowed: t.allowed, Why: why, Request: iam.Request{Action: action, Resource: resource, Context: keys}})
}

// source is the context of a service that acts for a resource.
func source(account, arn string) context {
	return context{"aws:SourceAccount": {account}, "aws:SourceArn": {arn}}
}

// needs are the requests of what the end-to-end tests do not deploy or play: the
// information API, dead letters, and the events' ways to functions.
func needs() []leastprivilege.Case {
	n := table{allowed: true}
	n.add("catalogue", "ReleasesRole", "s3:ListBucket", releaseStore, nil)
	n.add("download", "ReleasesRole", "s3:GetObject", releaseStore+"/2.1.0/linux/amd64/attini-runner", nil)
	stream := arn("logs", "log-group:/aws/cloudformation/attini-runner/ReleasesLogGroup:log-stream:2026/01/01/[$LATEST]0")
	n.add("logs", "ReleasesRole", "logs:CreateLogStream", stream, nil)
	n.add("logs", "ReleasesRole", "logs:PutLogEvents", stream, nil)
	n.add("start", "lambda.amazonaws.com", "sts:AssumeRole", "ReleasesRole", nil)
	n.add("download", "", "lambda:InvokeFunction", arn("lambda", "function:attini-runner-releases"), context{"lambda:InvokedViaFunctionUrl": {"true"}})
	n.add("a plan that names the launcher's version", "DefaultPlanRole", "lambda:InvokeFunction", arn("lambda", "function:attini-action:live"), nil)
	n.add("a shared subnet", "LauncherRole", "ec2:RunInstances", "arn:aws:ec2:"+fakeaws.Region+":999999999999:subnet/subnet-1", nil)
	n.add("a shared security group", "LauncherRole", "ec2:RunInstances", "arn:aws:ec2:"+fakeaws.Region+":999999999999:security-group/sg-1", nil)
	for rule, function := range map[string]string{
		"StackChanged": "attini-deployment-plan-setup", "TaskStopped": "attini-action", "InstanceChanged": "attini-action", "HostEnded": "attini-action", "StepUnanswered": "attini-action",
	} {
		from := source(fakeaws.Account, arn("events", "rule/attini-runner-"+rule+"-x"))
		n.add("event", "events.amazonaws.com", "lambda:InvokeFunction", arn("lambda", "function:"+function), from)
		n.add("dead letter", "events.amazonaws.com", "sqs:SendMessage", arn("sqs", "attini-runner-DeadEvents-x"), from)
	}
	checks := arn("sqs", "attini-runner-Checks-x")
	for _, action := range []string{"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"} {
		n.add("a check", "LauncherRole", action, checks, nil)
	}
	for _, role := range []string{"LauncherRole", "LifecycleRole"} {
		n.add("a host that leaves", role, "ecs:ListContainerInstances", arn("ecs", "cluster/a"), nil)
		n.add("a host that leaves", role, "ecs:DeregisterContainerInstance", arn("ecs", "cluster/a"), nil)
		n.add("tasks that no item names", role, "ecs:ListTasks", arn("ecs", "container-instance/a/*"), context{"ecs:cluster": {arn("ecs", "cluster/a")}})
	}
	n.add("a plan's end", "events.amazonaws.com", "lambda:InvokeFunction", arn("lambda", "function:attini-action"),
		source(fakeaws.Account, arn("events", "rule/shop-AttiniPostExecutionPlan-x")))
	for _, action := range []string{"cloudformation:DescribeStacks", "cloudformation:ListStackResources"} {
		n.add("a custom resource's stack", "LifecycleRole", action, arn("cloudformation", "stack/shop/1"), nil)
	}
	n.add("a host in a team's cluster", "DefaultHostRole", "ecs:RegisterContainerInstance", arn("ecs", "cluster/team-a"), nil)
	n.add("a team's cluster", "LauncherRole", "ecs:RunTask", arn("ecs", "task-definition/a:1"), context{"ecs:cluster": {arn("ecs", "cluster/team-a")}})
	n.add("a CDK step's stacks", "DefaultRunnerRole", "dynamodb:PutItem", arn("dynamodb", "table/AttiniResourceStatesV1"), context{"dynamodb:LeadingKeys": {"CloudformationStack"}})
	n.add("a configuration's startup commands", "DefaultRunnerRole", "dynamodb:GetItem", arn("dynamodb", "table/AttiniResourceStatesV1"), context{"dynamodb:LeadingKeys": {"RunnerConfiguration"}})
	n.add("a host's status checks", "LauncherRole", "ec2:DescribeInstanceStatus", "*", nil)
	n.add("an older agent's deployment", "DefaultRunnerRole", "dynamodb:GetItem", arn("dynamodb", "table/AttiniDeployDataV1"), nil)
	n.add("a missing distribution", "DefaultRunnerRole", "s3:ListBucket", artifactStore, nil)
	for _, service := range []string{"ecs-tasks.amazonaws.com", "ec2.amazonaws.com"} {
		n.add("a team's role", "LauncherRole", "iam:PassRole", roleARN(rolePath+"builder"), context{"iam:PassedToService": {service}})
	}
	n.add("an image of ECR", "DefaultRunnerRole", "ecr:GetAuthorizationToken", "*", nil)
	for _, role := range []string{"LauncherRole", "LifecycleRole"} {
		n.add("dead letter", role, "sqs:SendMessage", arn("sqs", "attini-runner-DeadEvents-x"), nil)
	}
	return n.cases
}

// variantNeeds are those of functions in a VPC, and of runners and plans that may
// do everything.
func variantNeeds() []leastprivilege.Case {
	n := table{allowed: true}
	for _, role := range []string{"MacroRole", "LifecycleRole", "LauncherRole"} {
		n.add("network interface", role, "ec2:CreateNetworkInterface", "*", nil)
	}
	n.add("everything", "DefaultRunnerRole", "ec2:CreateVpc", "*", nil)
	n.add("everything", "DefaultPlanRole", "ec2:CreateVpc", "*", nil)
	n.add("everything", "DefaultStackRole", "ec2:CreateVpc", "*", nil)
	n.add("a stack's operation", "cloudformation.amazonaws.com", "sts:AssumeRole", "DefaultStackRole", nil)
	return n.cases
}
