package leastprivilege_test

import (
	"maps"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/leastprivilege"
)

// attacks are requests that no role may make, by what bounds them.
func attacks() []leastprivilege.Case {
	n := table{}
	foreignResources(&n)
	hosts(&n)
	passedRoles(&n)
	trusts(&n)
	events(&n)
	buckets(&n)
	jobs(&n)
	return n.cases
}

// foreignResources are what is not the system's.
func foreignResources(n *table) {
	other := arn("dynamodb", "table/Orders")
	for _, role := range []string{"DefaultRunnerRole", "LauncherRole", "LifecycleRole"} {
		for _, action := range []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"} {
			n.add("another table", role, action, other, nil)
		}
		n.add("another queue", role, "sqs:ReceiveMessage", arn("sqs", "orders"), nil)
	}
	n.add("the wrong table", "LauncherRole", "dynamodb:UpdateItem", arn("dynamodb", "table/AttiniDeployDataV1"), nil)
	n.add("the wrong table", "DefaultRunnerRole", "dynamodb:UpdateItem", arn("dynamodb", "table/AttiniDeployDataV1"), nil)
	n.add("the dead letters", "LauncherRole", "sqs:ReceiveMessage", arn("sqs", "attini-runner-DeadEvents-x"), nil)
	for _, role := range []string{"LifecycleRole", "DefaultRunnerRole", "DefaultPlanRole"} {
		n.add("the timer", role, "sqs:SendMessage", arn("sqs", "attini-runner-Checks-x"), nil)
	}
	for _, role := range []string{"LauncherRole", "LifecycleRole"} {
		n.add("a far cluster", role, "ecs:ListContainerInstances", "arn:aws:ecs:us-east-1:999999999999:cluster/a", nil)
		n.add("a far cluster", role, "ecs:DeregisterContainerInstance", "arn:aws:ecs:us-east-1:999999999999:cluster/a", nil)
		n.add("a far cluster", role, "ecs:ListTasks", "arn:aws:ecs:us-east-1:999999999999:container-instance/a/*", nil)
		n.add("another queue", role, "sqs:SendMessage", arn("sqs", "orders"), nil)
	}
	for _, role := range []string{"MacroRole", "LifecycleRole", "LauncherRole", "ReleasesRole"} {
		n.add("another log", role, "logs:PutLogEvents", arn("logs", "log-group:orders:log-stream:x"), nil)
	}
	for _, role := range []string{"MacroRole", "LifecycleRole"} {
		n.add("the account's parameters", role, "ssm:GetParameters", arn("ssm", "parameter/password"), nil)
		n.add("other parameters of AWS", role, "ssm:GetParameters", "arn:aws:ssm:"+fakeaws.Region+"::parameter/aws/service/ami-windows-latest", nil)
	}
	for _, action := range []string{"cloudformation:DescribeStacks", "cloudformation:ListStackResources"} {
		n.add("a far stack", "LifecycleRole", action, "arn:aws:cloudformation:us-east-1:999999999999:stack/a/1", nil)
	}
	n.add("another state machine", "LifecycleRole", "states:StartExecution", arn("states", "stateMachine:orders"), nil)
	n.add("another function", "DefaultPlanRole", "lambda:InvokeFunction", arn("lambda", "function:orders"), nil)
	n.add("another function", "DefaultPlanRole", "lambda:InvokeFunction", arn("lambda", "function:orders:live"), nil)
	n.add("another bucket", "ReleasesRole", "s3:ListBucket", "arn:aws:s3:::orders", nil)
	n.add("another bucket", "ReleasesRole", "s3:GetObject", "arn:aws:s3:::orders/x", nil)
	n.add("another bucket", "DefaultRunnerRole", "s3:ListBucket", "arn:aws:s3:::orders", nil)
	n.add("another bucket", "DefaultRunnerRole", "s3:GetObject", "arn:aws:s3:::orders/x", nil)
	n.add("another bucket", "DefaultRunnerRole", "s3:PutObject", "arn:aws:s3:::orders/x", nil)
	// ECS's own, of another region and account.
	far := func(resource string) string { return "arn:aws:ecs:us-east-1:999999999999:" + resource }
	for _, role := range []string{"LauncherRole", "LifecycleRole"} {
		n.add("a far task", role, "ecs:StopTask", far("task/a/1"), nil)
	}
	n.add("a far task definition", "LauncherRole", "ecs:RunTask", far("task-definition/a:1"), context{"ecs:cluster": {arn("ecs", "cluster/attini-default")}})
	n.add("a far cluster", "LauncherRole", "ecs:ListContainerInstances", far("cluster/a"), nil)
	n.add("a far instance", "LauncherRole", "ecs:DescribeContainerInstances", far("container-instance/a/1"), nil)
	n.add("tags of a service", "LauncherRole", "ecs:TagResource", arn("ecs", "service/a/b"), context{"ecs:CreateAction": {"RunTask"}})
	n.add("tags of a running task", "LauncherRole", "ecs:TagResource", arn("ecs", "task/a/1"), nil)
}

// jobs are what a job could do to other runners and deployments with its runner's
// role, if that had no more than the basic policy.
func jobs(n *table) {
	const role = "DefaultRunnerRole"
	states := arn("dynamodb", "table/AttiniResourceStatesV1")
	update := func(why, partition string, attributes ...string) {
		n.add(why, role, "dynamodb:UpdateItem", states, context{"dynamodb:LeadingKeys": {partition}, "dynamodb:Attributes": append(attributes, "name", "resourceType")})
	}
	for _, attribute := range []string{
		"startupCommands", "configurationId", "stackId", "sqsQueueUrl", "roleArn", "taskDefinitionArn", "cluster", "subnets", "ec2Configuration", "sharedWith", "deleted",
		"latestEc2InstanceId", "hostConfigurationId", "hostBootedAt", "taskEc2InstanceId", "taskCluster", "taskConfigurationId", "startOwner", "startUntil", "startAttempt", "shutdownHookDisabled",
	} {
		update("what a runner is started from", "Runner", attribute)
		update("with an attribute of its own", "Runner", "started", "taskId", attribute)
	}
	for _, partition := range []string{"RunnerConfiguration", "RunnerSecret", "DeploymentPlan", "DeploymentPlanStart", "InitDeployCloudformationStack", "Runnerclaim-a", "RunnerClaim"} {
		keys := context{"dynamodb:LeadingKeys": {partition}}
		for _, action := range []string{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"} {
			n.add("an item that is not the agent's", role, action, states, keys)
		}
		if partition != "RunnerConfiguration" {
			n.add("an item that is not the agent's", role, "dynamodb:GetItem", states, keys)
			n.add("an item that is not the agent's, beside its own", role, "dynamodb:BatchGetItem", states, context{"dynamodb:LeadingKeys": {"Runner", partition}})
		}
	}
	n.add("a runner", role, "dynamodb:PutItem", states, context{"dynamodb:LeadingKeys": {"Runner"}, "dynamodb:Attributes": {"name", "resourceType", "started"}})
	n.add("all runners", role, "dynamodb:Query", states, context{"dynamodb:LeadingKeys": {"Runner"}})
	n.add("the whole table", role, "dynamodb:Scan", states, nil)
	n.add("a transaction of two partitions", role, "dynamodb:PutItem", states, context{"dynamodb:LeadingKeys": {"RunnerClaim-a", "Runner"}})
	n.add("a deployed CDK stack's change", role, "dynamodb:UpdateItem", states, context{"dynamodb:LeadingKeys": {"CloudformationStack"}})
	n.add("a claim read by key", role, "dynamodb:GetItem", states, context{"dynamodb:LeadingKeys": {"RunnerClaim-a"}})
	n.add("a deployment's item", role, "dynamodb:PutItem", arn("dynamodb", "table/AttiniDeployDataV1"), nil)
	for _, key := range []string{"/dev/shop/7c9e/distribution-origin/shop.zip", "/a/distribution-origin/x", "/dev/shop/7c9e/distribution-origin/deep/er/x"} {
		n.add("another's distribution", role, "s3:PutObject", artifactStore+key, nil)
		n.add("a distribution's deletion", role, "s3:DeleteObject", artifactStore+key, nil)
	}
	for _, action := range []string{"s3:GetObject", "s3:PutObject"} {
		n.add("a bucket of the name in another account", role, action, artifactStore+"/x", context{"aws:ResourceAccount": {"999999999999"}})
	}
	n.add("a bucket of the name in another account", role, "s3:ListBucket", artifactStore, context{"aws:ResourceAccount": {"999999999999"}})
	n.add("a job for another runner", role, "sqs:SendMessage", arn("sqs", "dev-shop-AttiniRunnerQueueBuild.fifo"), nil)
	n.add("a plan", role, "states:StartExecution", arn("states", "stateMachine:dev-AttiniDeploymentPlanSfnPlan"), nil)
	n.add("a step's request", role, "lambda:InvokeFunction", arn("lambda", "function:attini-action"), nil)
	n.add("a custom resource", role, "lambda:InvokeFunction", arn("lambda", "function:attini-deployment-plan-setup"), nil)
	for _, action := range []string{"ecs:RunTask", "ecs:StopTask", "ecs:TagResource", "iam:PassRole", "ec2:RunInstances", "ec2:CreateTags"} {
		n.add("a task, a host or a role", role, action, "*", nil)
	}
	for _, cluster := range []string{arn("ecs", "cluster/production"), "arn:aws:ecs:us-east-1:999999999999:cluster/team-a"} {
		n.add("a host in another cluster", "DefaultHostRole", "ecs:RegisterContainerInstance", cluster, nil)
	}
	n.add("another cluster", "LauncherRole", "ecs:RunTask", arn("ecs", "task-definition/a:1"), context{"ecs:cluster": {arn("ecs", "cluster/production")}})
	n.add("a far cluster", "LauncherRole", "ecs:RunTask", arn("ecs", "task-definition/a:1"), context{"ecs:cluster": {"arn:aws:ecs:us-east-1:999999999999:cluster/team-a"}})
	n.add("no cluster", "LauncherRole", "ecs:RunTask", arn("ecs", "task-definition/a:1"), nil)
}

// hosts are instances that the launcher has not started, or not as it must.
func hosts(n *table) {
	for _, role := range []string{"DefaultRunnerRole", "LauncherRole", "LifecycleRole"} {
		n.add("another's instance", role, "ec2:TerminateInstances", arn("ec2", "instance/i-1"), context{"aws:ResourceTag/Name": {"orders"}})
		n.add("an instance elsewhere", role, "ec2:TerminateInstances", "arn:aws:ec2:us-east-1:999999999999:instance/i-1", tagged())
	}
	template := context{"ec2:LaunchTemplate": {arn("ec2", "launch-template/lt-1")}}
	both := context{"aws:RequestTag/AttiniResourceType": {"RunnerInstance"}}
	maps.Copy(both, template)
	run := func(why, resource string, keys context) {
		n.add(why, "LauncherRole", "ec2:RunInstances", resource, keys)
	}
	run("an instance without the tag", arn("ec2", "instance/*"), template)
	run("an instance without a launch template", arn("ec2", "instance/*"), context{"aws:RequestTag/AttiniResourceType": {"RunnerInstance"}})
	run("an instance elsewhere", "arn:aws:ec2:us-east-1:999999999999:instance/*", both)
	for _, resource := range []string{"key-pair/root", "capacity-reservation/cr-1", "placement-group/pg", "snapshot/snap-1"} {
		run("what a Runner cannot name", arn("ec2", resource), template)
	}
	create := context{"ec2:CreateAction": {"RunInstances"}}
	n.add("tags of a running instance", "LauncherRole", "ec2:CreateTags", arn("ec2", "instance/i-1"), tagged())
	n.add("tags of a network interface", "LauncherRole", "ec2:CreateTags", arn("ec2", "network-interface/*"), create)
}

func tagged() context { return context{"aws:ResourceTag/AttiniResourceType": {"RunnerInstance"}} }

// passedRoles are roles given to others than ECS's tasks and EC2's instances, and
// roles outside of RunnerRolePath.
func passedRoles(n *table) {
	n.add("a role for a function", "LauncherRole", "iam:PassRole", roleARN(rolePath+"admin"), context{"iam:PassedToService": {"lambda.amazonaws.com"}})
	for _, service := range []string{"ecs-tasks.amazonaws.com", "ec2.amazonaws.com"} {
		n.add("a role outside of RunnerRolePath", "LauncherRole", "iam:PassRole", roleARN("admin"), context{"iam:PassedToService": {service}})
		n.add("a role of another account", "LauncherRole", "iam:PassRole", "arn:aws:iam::999999999999:role/admin", context{"iam:PassedToService": {service}})
	}
}

// trusts are services that may not take a role, or not for another account.
func trusts(n *table) {
	for _, role := range []string{"MacroRole", "LifecycleRole", "LauncherRole", "ReleasesRole", "DefaultHostRole"} {
		n.add("another service", "glue.amazonaws.com", "sts:AssumeRole", role, nil)
	}
	for role, of := range map[string][2]string{
		"DefaultRunnerRole": {"ecs-tasks.amazonaws.com", "ecs"}, "DefaultPlanRole": {"states.amazonaws.com", "states"},
	} {
		resource := map[string]string{"ecs": "*", "states": "stateMachine:a"}[of[1]]
		own := arn(of[1], resource)
		n.add("another service", "glue.amazonaws.com", "sts:AssumeRole", role, source(fakeaws.Account, own))
		n.add("another account", of[0], "sts:AssumeRole", role, source("999999999999", own))
		n.add("another account's resource", of[0], "sts:AssumeRole", role, source(fakeaws.Account, "arn:aws:"+of[1]+":"+fakeaws.Region+":999999999999:"+resource))
	}
}

// events are those of others than the system's rules.
func events(n *table) {
	for _, function := range []string{"attini-action", "attini-deployment-plan-setup"} {
		target := arn("lambda", "function:"+function)
		n.add("another rule", "events.amazonaws.com", "lambda:InvokeFunction", target, source(fakeaws.Account, arn("events", "rule/orders")))
		for _, rule := range []string{"attini-runner-StackChanged-x", "attini-runner-StackAtRest-x", "attini-runner-TaskStopped-x", "attini-runner-InstanceChanged-x", "attini-runner-HostEnded-x", "attini-runner-StepUnanswered-x", "shop-AttiniPostExecutionPlan-x"} {
			from := arn("events", "rule/"+rule)
			n.add("another account", "events.amazonaws.com", "lambda:InvokeFunction", target, source("999999999999", from))
			n.add("another service", "sns.amazonaws.com", "lambda:InvokeFunction", target, source(fakeaws.Account, from))
		}
	}
	n.add("a call without the address", "", "lambda:InvokeFunction", arn("lambda", "function:attini-runner-releases"), nil)
	dead := arn("sqs", "attini-runner-DeadEvents-x")
	rule := arn("events", "rule/attini-runner-StackChanged-x")
	n.add("another rule", "events.amazonaws.com", "sqs:SendMessage", dead, source(fakeaws.Account, arn("events", "rule/orders")))
	n.add("another account", "events.amazonaws.com", "sqs:SendMessage", dead, source("999999999999", rule))
	n.add("another service", "sns.amazonaws.com", "sqs:SendMessage", dead, source(fakeaws.Account, rule))
	plain := source(fakeaws.Account, rule)
	plain["aws:SecureTransport"] = []string{"false"}
	n.add("without TLS", "events.amazonaws.com", "sqs:SendMessage", dead, plain)
	n.add("without TLS", leastprivilege.Administrator, "sqs:SendMessage", arn("sqs", "attini-runner-Checks-x"), context{"aws:SecureTransport": {"false"}})
	n.add("without TLS", leastprivilege.Administrator, "sqs:SendMessage", dead, context{"aws:SecureTransport": {"false"}})
}

// buckets are requests without TLS, also of those who may do everything.
func buckets(n *table) {
	plain := context{"aws:SecureTransport": {"false"}}
	for _, bucket := range []string{artifactStore, releaseStore} {
		n.add("without TLS", leastprivilege.Administrator, "s3:ListBucket", bucket, plain)
		n.add("without TLS", leastprivilege.Administrator, "s3:GetObject", bucket+"/x", plain)
	}
}
