package leastprivilege_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/authz"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
	"github.com/attini-go/runner/internal/test/leastprivilege"
)

const (
	deployer    = "deployer"
	deployerARN = "arn:aws:iam::" + fakeaws.Account + ":user/" + deployer
)

// TestDeployersPolicy: who deploys stacks with Runners needs each permission of
// the documented policy, and has no other.
func TestDeployersPolicy(t *testing.T) {
	t.Parallel()
	i := documented(t, deployer, "attini-runner-deployer-policy")
	recording, err := authz.ReadRecording(filepath.Join(root, "testdata", "requests", "system.jsonl"))
	require.NoError(t, err)
	var cases []leastprivilege.Case
	for _, asked := range recording {
		if asked.Role == deployerARN {
			cases = append(cases, caseOf(deployer, asked))
		}
	}
	require.NotEmpty(t, cases)
	cases = slices.Concat(cases, deployersNeeds(), deployersAttacks())
	assert.Empty(t, strings.Join(i.Wrong(cases), "\n"), "the policy answers otherwise")
	results := slices.DeleteFunc(i.Try(cases), func(r leastprivilege.Result) bool { return r.Mutants == 0 })
	report(t, results, len(cases))
}

// documented has one user, with one of the documented policies.
func documented(t *testing.T, user, policy string) *leastprivilege.Installation {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", "policies", policy+".json"))
	require.NoError(t, err)
	document, err := iam.Parse([]byte(strings.NewReplacer(
		"${AWS::Partition}", "aws", "${AWS::Region}", fakeaws.Region, "${AWS::AccountId}", fakeaws.Account,
	).Replace(string(text))))
	require.NoError(t, err)
	return &leastprivilege.Installation{
		Variant: leastprivilege.Variant{Partition: "aws", Account: fakeaws.Account},
		Roles: map[string]*leastprivilege.Role{user: {
			ID: user, ARN: "arn:aws:iam::" + fakeaws.Account + ":user/" + user, Policies: []leastprivilege.Policy{{Name: policy, Document: document}},
		}},
	}
}

// TestReportersPolicy: who makes reports of executions reads them and the logs of their
// jobs, and nothing else.
func TestReportersPolicy(t *testing.T) {
	t.Parallel()
	const reporter = "reporter"
	i := documented(t, reporter, "attini-runner-report-policy")
	execution := arn("states", "execution:shop-AttiniDeploymentPlanSfnPlan-1X:x1")
	bucket := "arn:aws:s3:::attini-artifact-store-" + fakeaws.Region + "-" + fakeaws.Account
	log := bucket + "/attini/deployment/logs/runner/dev/shop/7c9e/Build/x1"
	needs := table{allowed: true}
	needs.add("the history", reporter, "states:GetExecutionHistory", execution, nil)
	needs.add("the graph", reporter, "states:DescribeStateMachineForExecution", execution, nil)
	needs.add("a log", reporter, "s3:GetObject", log, nil)
	needs.add("that a log is missing", reporter, "s3:ListBucket", bucket, nil)
	attacks := table{}
	attacks.add("another's execution", reporter, "states:GetExecutionHistory", arn("states", "execution:orders:x1"), nil)
	attacks.add("a stop", reporter, "states:StopExecution", execution, nil)
	attacks.add("a distribution", reporter, "s3:GetObject", bucket+"/dev/shop/7c9e/distribution-origin/shop.zip", nil)
	attacks.add("another bucket", reporter, "s3:ListBucket", "arn:aws:s3:::orders", nil)
	attacks.add("a change of a log", reporter, "s3:PutObject", log, nil)
	attacks.add("another account's bucket", reporter, "s3:GetObject", log, context{"aws:ResourceAccount": {"999999999999"}})
	attacks.add("another account's bucket", reporter, "s3:ListBucket", bucket, context{"aws:ResourceAccount": {"999999999999"}})
	cases := slices.Concat(needs.cases, attacks.cases)
	assert.Empty(t, strings.Join(i.Wrong(cases), "\n"), "the policy answers otherwise")
	report(t, i.Try(cases), len(cases))
}

// deployersNeeds are the requests of a deployment by change set, and of another
// host, which the end-to-end tests do without.
func deployersNeeds() []leastprivilege.Case {
	n := table{allowed: true}
	stack := arn("cloudformation", "stack/shop/*")
	for _, action := range []string{"CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet"} {
		n.add("change set", deployer, "cloudformation:"+action, stack, nil)
	}
	n.add("change set", deployer, "cloudformation:GetTemplateSummary", "*", nil)
	n.add("another InstanceType", deployer, "ec2:CreateLaunchTemplateVersion", arn("ec2", "launch-template/lt-1"), nil)
	return n.cases
}

func deployersAttacks() []leastprivilege.Case {
	n := table{}
	for action, resource := range map[string]string{
		"lambda:InvokeFunction": arn("lambda", "function:orders"), "sqs:CreateQueue": arn("sqs", "orders"),
		"states:CreateStateMachine": arn("states", "stateMachine:orders"), "events:PutRule": arn("events", "rule/orders"),
		"logs:DeleteLogGroup": arn("logs", "log-group:orders"), "cloudformation:DeleteStack": "arn:aws:cloudformation:" + fakeaws.Region + ":999999999999:stack/shop/*",
		"cloudformation:CreateChangeSet": "arn:aws:cloudformation:" + fakeaws.Region + ":aws:transform/Include",
		"ec2:DeleteSecurityGroup":        "arn:aws:ec2:" + fakeaws.Region + ":999999999999:security-group/sg-1",
		"ec2:DeleteLaunchTemplate":       "arn:aws:ec2:" + fakeaws.Region + ":999999999999:launch-template/lt-1",
		"ecs:RegisterTaskDefinition":     "arn:aws:ecs:" + fakeaws.Region + ":999999999999:task-definition/a:*",
	} {
		n.add("what is another's", deployer, action, resource, nil)
	}
	n.add("another role", deployer, "iam:PassRole", roleARN("admin"), context{"iam:PassedToService": {"ecs-tasks.amazonaws.com"}})
	n.add("a role for a function", deployer, "iam:PassRole", roleARN("attini/attini-default-runner-role-"+fakeaws.Region), context{"iam:PassedToService": {"lambda.amazonaws.com"}})
	return n.cases
}
