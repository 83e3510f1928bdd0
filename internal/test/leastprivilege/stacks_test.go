package leastprivilege_test

import (
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

// ofStep are the tags of a stack that a step deploys.
func ofStep(kind string) context {
	return context{"aws:" + kind + "Tag/AttiniResourceType": {"cloudformation-stack"}}
}

// stackNeeds are the launcher's for steps that wait for stacks and people.
func stackNeeds() []leastprivilege.Case {
	n := table{allowed: true}
	const launcher = "LauncherRole"
	for _, region := range []string{fakeaws.Region, "us-west-2"} {
		stack := "arn:aws:cloudformation:" + region + ":" + fakeaws.Account + ":stack/shop-db/1"
		n.add("create", launcher, "cloudformation:CreateStack", stack, ofStep("Request"))
		for _, action := range []string{"UpdateStack", "DeleteStack", "UpdateTerminationProtection"} {
			n.add("change", launcher, "cloudformation:"+action, stack, ofStep("Resource"))
		}
		for _, action := range []string{"DescribeStacks", "DescribeStackEvents"} {
			n.add("look", launcher, "cloudformation:"+action, stack, nil)
		}
	}
	tagged := func(action string) context { return context{"cloudformation:CreateAction": {action}} }
	for _, region := range []string{fakeaws.Region, "us-west-2"} {
		stack := "arn:aws:cloudformation:" + region + ":" + fakeaws.Account + ":stack/shop-db/1"
		n.add("tags", launcher, "cloudformation:TagResource", stack, tagged("CreateStack"))
		n.add("tags", launcher, "cloudformation:TagResource", stack, tagged("UpdateStack"))
		n.add("tags", launcher, "cloudformation:UntagResource", stack, tagged("UpdateStack"))
	}
	n.add("template", launcher, "cloudformation:GetTemplateSummary", "*", nil)
	n.add("service role", launcher, "iam:PassRole", roleARN("attini-stacks/shop"), context{"iam:PassedToService": {"cloudformation.amazonaws.com"}})
	n.add("file", launcher, "s3:GetObject", artifactStore+"/dev/shop/7/distribution-origin/db.yaml", nil)
	n.add("missing file", launcher, "s3:ListBucket", artifactStore, nil)
	n.add("large template", launcher, "s3:PutObject", artifactStore+"/dev/shop/7/.templates/ab", nil)
	n.add("value", launcher, "ssm:GetParameter", arn("ssm", "parameter/shop/size"), nil)
	n.add("answer", launcher, "states:SendTaskSuccess", "*", nil)
	waiting := arn("dynamodb", "table/AttiniWaitingStepsV1")
	n.add("item", launcher, "dynamodb:GetItem", waiting, nil)
	n.add("item", launcher, "dynamodb:UpdateItem", waiting, nil)
	from := source(fakeaws.Account, arn("events", "rule/attini-runner-StackAtRest-x"))
	n.add("event", "events.amazonaws.com", "lambda:InvokeFunction", arn("lambda", "function:attini-action"), from)
	n.add("dead letter", "events.amazonaws.com", "sqs:SendMessage", arn("sqs", "attini-runner-DeadEvents-x"), from)
	return n.cases
}

// stackAttacks are what these permissions must not open.
func stackAttacks() []leastprivilege.Case {
	n := table{}
	stepStack := arn("cloudformation", "stack/shop-db/1")
	const launcher = "LauncherRole"
	n.add("a stack without the tag", launcher, "cloudformation:CreateStack", stepStack, nil)
	n.add("another kind of stack", launcher, "cloudformation:CreateStack", stepStack, context{"aws:RequestTag/AttiniResourceType": {"other"}})
	for _, action := range []string{"UpdateStack", "DeleteStack", "UpdateTerminationProtection"} {
		n.add("another's stack", launcher, "cloudformation:"+action, stepStack, nil)
		n.add("another account's", launcher, "cloudformation:"+action, "arn:aws:cloudformation:eu-west-1:999999999999:stack/a/1", ofStep("Resource"))
		n.add("no stack", launcher, "cloudformation:"+action, arn("cloudformation", "changeSet/a"), ofStep("Resource"))
	}
	for _, action := range []string{"TagResource", "UntagResource"} {
		of := context{"cloudformation:CreateAction": {"CreateStack"}}
		n.add("tags alone", launcher, "cloudformation:"+action, stepStack, nil)
		n.add("of a change set", launcher, "cloudformation:"+action, stepStack, context{"cloudformation:CreateAction": {"CreateChangeSet"}})
		n.add("another account's", launcher, "cloudformation:"+action, "arn:aws:cloudformation:eu-west-1:999999999999:stack/a/1", of)
		n.add("no stack", launcher, "cloudformation:"+action, arn("cloudformation", "changeSet/a"), of)
	}
	n.add("another account's", launcher, "cloudformation:CreateStack", "arn:aws:cloudformation:eu-west-1:999999999999:stack/a/1", ofStep("Request"))
	n.add("no stack", launcher, "cloudformation:CreateStack", arn("cloudformation", "changeSet/a"), ofStep("Request"))
	for _, action := range []string{"DescribeStacks", "DescribeStackEvents"} {
		n.add("another account's", launcher, "cloudformation:"+action, "arn:aws:cloudformation:eu-west-1:999999999999:stack/a/1", nil)
		n.add("no stack", launcher, "cloudformation:"+action, arn("cloudformation", "changeSet/a"), nil)
	}
	n.add("an admin's role", launcher, "iam:PassRole", roleARN("admin"), context{"iam:PassedToService": {"cloudformation.amazonaws.com"}})
	n.add("to another service", launcher, "iam:PassRole", roleARN("attini-stacks/shop"), context{"iam:PassedToService": {"lambda.amazonaws.com"}})
	n.add("another account's role", launcher, "iam:PassRole", "arn:aws:iam::999999999999:role/attini-stacks/shop", context{"iam:PassedToService": {"cloudformation.amazonaws.com"}})
	n.add("another bucket", launcher, "s3:GetObject", releaseStore+"/x", nil)
	n.add("another bucket", launcher, "s3:ListBucket", releaseStore, nil)
	n.add("a distribution", launcher, "s3:PutObject", artifactStore+"/dev/shop/7/distribution-origin/shop.zip", nil)
	n.add("another bucket", launcher, "s3:PutObject", releaseStore+"/a/.templates/b", nil)
	n.add("another account's value", launcher, "ssm:GetParameter", "arn:aws:ssm:eu-west-1:999999999999:parameter/a", nil)
	n.add("another region's value", launcher, "ssm:GetParameter", "arn:aws:ssm:us-west-2:"+fakeaws.Account+":parameter/a", nil)
	n.add("no parameter", launcher, "ssm:GetParameter", arn("ssm", "document/a"), nil)
	waiting := arn("dynamodb", "table/AttiniWaitingStepsV1")
	for _, role := range []string{"DefaultRunnerRole", "LifecycleRole", "MacroRole", "DefaultHostRole", "DefaultPlanRole"} {
		for _, action := range []string{"GetItem", "Query", "Scan", "UpdateItem", "PutItem"} {
			n.add("a token of an approval", role, "dynamodb:"+action, waiting, nil)
		}
	}
	return n.cases
}

// variantAttacks are on the role that an installation with administrators has besides.
func variantAttacks() []leastprivilege.Case {
	n := table{}
	n.add("another service", "glue.amazonaws.com", "sts:AssumeRole", "DefaultStackRole", nil)
	return n.cases
}

// TestStackParameters: the roles that an installation names can be given and taken, no others.
func TestStackParameters(t *testing.T) {
	t.Parallel()
	own := roleARN("shop/deployer")
	i := install(t, here(map[string]string{"DefaultStackRoleArn": own, "StackExecutionRoles": "arn:aws:iam::*:role/attini-deploy-*", "StackRolePath": "team/"}))
	yes, no := table{allowed: true}, table{}
	toFormation := context{"iam:PassedToService": {"cloudformation.amazonaws.com"}}
	yes.add("the default", "LauncherRole", "iam:PassRole", own, toFormation)
	yes.add("a team's", "LauncherRole", "iam:PassRole", roleARN("team/a"), toFormation)
	no.add("another path's", "LauncherRole", "iam:PassRole", roleARN("attini-stacks/a"), toFormation)
	no.add("to another service", "LauncherRole", "iam:PassRole", own, context{"iam:PassedToService": {"lambda.amazonaws.com"}})
	assert.Empty(t, strings.Join(i.Wrong(slices.Concat(yes.cases, no.cases)), "\n"))
	assert.Equal(t, []string{"arn:aws:iam::*:role/attini-deploy-*"}, taken(i))
	assert.Empty(t, taken(install(t, here(nil))), "by default no role can be taken")
}

// taken are the roles that the launcher may take.
func taken(i *leastprivilege.Installation) (roles []string) {
	for _, policy := range i.Roles["LauncherRole"].Policies {
		for _, statement := range policy.Document.Statements {
			if slices.Contains(statement.Actions, "sts:AssumeRole") {
				roles = append(roles, statement.Resources...)
			}
		}
	}
	return roles
}

// TestApproversPolicy: approvers read the items of approvals alone, and need all that the
// documented policy has.
func TestApproversPolicy(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs", "policies", "attini-runner-approver-policy.json"))
	require.NoError(t, err)
	document, err := iam.Parse([]byte(strings.NewReplacer(
		"${AWS::Partition}", "aws", "${AWS::Region}", fakeaws.Region, "${AWS::AccountId}", fakeaws.Account,
	).Replace(string(text))))
	require.NoError(t, err)
	const approver = "approver"
	i := &leastprivilege.Installation{Roles: map[string]*leastprivilege.Role{approver: {
		ID: approver, ARN: "arn:aws:iam::" + fakeaws.Account + ":user/approver", Policies: []leastprivilege.Policy{{Name: "attini-runner-approver-policy", Document: document}},
	}}}
	yes, no := table{allowed: true}, table{}
	waiting, of := arn("dynamodb", "table/AttiniWaitingStepsV1"), func(kind string) context { return context{"dynamodb:LeadingKeys": {kind}} }
	yes.add("find", approver, "dynamodb:Query", waiting, of("Approval"))
	yes.add("forget", approver, "dynamodb:DeleteItem", waiting, of("Approval"))
	yes.add("approve", approver, "states:SendTaskSuccess", "*", nil)
	yes.add("reject", approver, "states:SendTaskFailure", "*", nil)
	for _, action := range []string{"Query", "DeleteItem"} {
		no.add("tokens of stacks", approver, "dynamodb:"+action, waiting, of("StackOperation"))
		no.add("all", approver, "dynamodb:"+action, waiting, nil)
		no.add("jobs", approver, "dynamodb:"+action, arn("dynamodb", "table/AttiniResourceStatesV1"), of("Approval"))
	}
	cases := slices.Concat(yes.cases, no.cases)
	assert.Empty(t, strings.Join(i.Wrong(cases), "\n"))
	report(t, slices.DeleteFunc(i.Try(cases), func(r leastprivilege.Result) bool { return r.Mutants == 0 }), len(cases))
}
