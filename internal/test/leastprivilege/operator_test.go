package leastprivilege_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
	"github.com/attini-go/runner/internal/test/leastprivilege"
)

const operator = "operator"

// TestOperatorsPolicy: who looks at deployed plans needs each permission of the
// documented policy, can change nothing, and can read no task token.
func TestOperatorsPolicy(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs", "policies", "attini-runner-operator-policy.json"))
	require.NoError(t, err)
	document, err := iam.Parse([]byte(strings.NewReplacer(
		"${AWS::Partition}", "aws", "${AWS::Region}", fakeaws.Region, "${AWS::AccountId}", fakeaws.Account,
	).Replace(string(text))))
	require.NoError(t, err)
	i := &leastprivilege.Installation{Roles: map[string]*leastprivilege.Role{operator: {
		ID: operator, ARN: "arn:aws:iam::" + fakeaws.Account + ":user/" + operator, Policies: []leastprivilege.Policy{{Name: "attini-runner-operator-policy", Document: document}},
	}}}
	cases := slices.Concat(operatorsNeeds(), operatorsAttacks())
	assert.Empty(t, strings.Join(i.Wrong(cases), "\n"), "the policy answers otherwise")
	results := slices.DeleteFunc(i.Try(cases), func(r leastprivilege.Result) bool { return r.Mutants == 0 })
	report(t, results, len(cases))
}

// logsBucket is the artifact store's name.
const logsBucket = "attini-artifact-store-" + fakeaws.Region + "-" + fakeaws.Account

// claims are the keys of a query of claims, for the given attributes.
func claims(attributes ...string) context {
	return context{"dynamodb:LeadingKeys": {"RunnerClaim-shop-Build"}, "dynamodb:Select": {"SPECIFIC_ATTRIBUTES"}, "dynamodb:Attributes": append(attributes, "resourceType")}
}

func operatorsNeeds() []leastprivilege.Case {
	n := table{allowed: true}
	add := func(why, resource string, actions ...string) {
		for _, action := range actions {
			n.add(why, operator, action, resource, nil)
		}
	}
	state := arn("dynamodb", "table/AttiniResourceStatesV1")
	add("stacks", arn("cloudformation", "stack/shop/*"), "cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents", "cloudformation:ListStackResources", "cloudformation:GetTemplate")
	add("the stack of a state machine", "*", "cloudformation:DescribeStackResources")
	add("runs", arn("states", "stateMachine:shop-AttiniDeploymentPlanSfnPlan-1"), "states:ListExecutions")
	add("an execution", arn("states", "execution:shop-AttiniDeploymentPlanSfnPlan-1:x"), "states:DescribeExecution", "states:GetExecutionHistory")
	for _, kind := range []string{"Runner", "RunnerConfiguration"} {
		n.add("state", operator, "dynamodb:GetItem", state, context{"dynamodb:LeadingKeys": {kind}})
	}
	add("the deployment", arn("dynamodb", "table/AttiniDeployDataV1"), "dynamodb:GetItem")
	n.add("claims", operator, "dynamodb:Query", state, claims("finished", "stepName", "taskId", "claimedAt"))
	for _, queue := range []string{"shop-AttiniRunnerQueueBuild-1.fifo", "shop-AttiniRunnerDeadLetterQueueBuild-1.fifo", "attini-runner-DeadEvents-1"} {
		add("queues", arn("sqs", queue), "sqs:GetQueueAttributes")
	}
	cluster := arn("ecs", "cluster/attini-default")
	add("tasks", arn("ecs", "task/attini-default/1"), "ecs:DescribeTasks")
	add("tasks", "*", "ecs:ListTasks", "ecs:DescribeTaskDefinition", "ec2:DescribeInstances", "ec2:DescribeSubnets", "ec2:DescribeRouteTables", "ec2:DescribeVpcEndpoints", "ec2:DescribeSecurityGroups")
	add("images", arn("ecr", "repository/build"), "ecr:DescribeImages")
	add("images of another account and region", "arn:aws:ecr:us-east-1:999999999999:repository/build", "ecr:DescribeImages")
	add("hosts", cluster, "ecs:ListContainerInstances", "ecs:DescribeContainerInstances")
	add("roles", roleARN("attini/build"), "iam:GetRole", "iam:SimulatePrincipalPolicy")
	for _, function := range []string{"attini-runner-macro", "attini-deployment-plan-setup", "attini-action"} {
		add("functions", arn("lambda", "function:"+function), "lambda:GetFunctionConfiguration", "lambda:GetFunctionConcurrency")
	}
	add("a container's log", arn("logs", "log-group:shop-BuildLogGroup-1:log-stream:logs/runner/1"), "logs:GetLogEvents")
	const prefix = "attini/deployment/logs/runner/dev/shop/7c9e/"
	n.add("logs", operator, "s3:ListBucket", "arn:aws:s3:::"+logsBucket, context{"s3:prefix": {prefix}})
	add("logs", "arn:aws:s3:::"+logsBucket+"/"+prefix+"Step/x", "s3:GetObject")
	return n.cases
}

func operatorsAttacks() []leastprivilege.Case {
	n := table{}
	state := arn("dynamodb", "table/AttiniResourceStatesV1")
	n.add("a task token", operator, "dynamodb:Query", state, claims("token"))
	whole := claims()
	maps.DeleteFunc(whole, func(key string, _ []string) bool { return key != "dynamodb:LeadingKeys" })
	n.add("whole claims", operator, "dynamodb:Query", state, whole)
	n.add("a whole claim", operator, "dynamodb:GetItem", state, context{"dynamodb:LeadingKeys": {"RunnerClaim-shop-Build"}})
	n.add("every item", operator, "dynamodb:Scan", state, nil)
	n.add("another's state", operator, "dynamodb:GetItem", state, context{"dynamodb:LeadingKeys": {"DeploymentPlan"}})
	plans := claims("finished")
	plans["dynamodb:LeadingKeys"] = []string{"DeploymentPlan"}
	n.add("another's state", operator, "dynamodb:Query", state, plans)
	orders := arn("dynamodb", "table/orders")
	n.add("another table", operator, "dynamodb:GetItem", orders, context{"dynamodb:LeadingKeys": {"Runner"}})
	n.add("another table", operator, "dynamodb:Query", orders, claims("finished"))
	n.add("another account's role", operator, "iam:GetRole", "arn:aws:iam::999999999999:role/build", nil)
	n.add("another account's stack", operator, "cloudformation:GetTemplate", "arn:aws:cloudformation:"+fakeaws.Region+":999999999999:stack/shop/*", nil)
	n.add("another bucket", operator, "s3:ListBucket", "arn:aws:s3:::orders", context{"s3:prefix": {"attini/deployment/logs/runner/x"}})
	n.add("another prefix", operator, "s3:ListBucket", "arn:aws:s3:::"+logsBucket, context{"s3:prefix": {"dev/"}})
	for action, resource := range map[string]string{
		"s3:GetObject": "arn:aws:s3:::" + logsBucket + "/dev/shop/7c9e/distribution-origin/shop.zip", "s3:PutObject": "arn:aws:s3:::" + logsBucket + "/attini/deployment/logs/runner/x",
		"sqs:ReceiveMessage": arn("sqs", "shop-AttiniRunnerQueueBuild-1.fifo"), "sqs:SendMessage": arn("sqs", "shop-AttiniRunnerQueueBuild-1.fifo"), "sqs:GetQueueAttributes": arn("sqs", "orders"),
		"states:StopExecution": arn("states", "execution:shop-AttiniDeploymentPlanSfnPlan-1:x"), "states:SendTaskSuccess": "*", "states:DescribeExecution": arn("states", "execution:orders:x"),
		"dynamodb:UpdateItem": state, "ecs:StopTask": arn("ecs", "task/attini-default/1"), "ecs:RunTask": arn("ecs", "task-definition/a:1"), "ec2:TerminateInstances": arn("ec2", "instance/i-1"),
		"logs:GetLogEvents": arn("logs", "log-group:orders:log-stream:x"), "logs:DeleteLogGroup": arn("logs", "log-group:shop-BuildLogGroup-1"),
		"ecr:BatchGetImage": arn("ecr", "repository/build"), "iam:PassRole": roleARN("attini/build"), "lambda:InvokeFunction": arn("lambda", "function:attini-action"), "lambda:GetFunctionConfiguration": arn("lambda", "function:orders"),
		"cloudformation:DeleteStack": arn("cloudformation", "stack/shop/*"),
	} {
		n.add("a change, or what is another's", operator, action, resource, nil)
	}
	return n.cases
}
