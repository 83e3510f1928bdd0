package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/attini-go/runner/internal/test/authz"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
)

const (
	// agentRole has the policy that the documentation names; planRole is that of
	// state machines.
	agentRole = "arn:aws:iam::" + fakeaws.Account + ":role/agent"
	planRole  = "arn:aws:iam::" + fakeaws.Account + ":role/plan"

	keyInstaller = "AKIAINSTALLER"
	// keyStates is the stand-in's, for the tasks of state machines.
	keyStates = "AKIASTATES"
)

// enforce has every call judged by the policies of who makes it: agents' by the
// documented one.
func (a *account) enforce(ctx context.Context) error {
	a.record = authz.NewRecord()
	a.authority = authz.New(authz.Config{
		Cloud: a.cloud, Record: a.record,
		InstanceTags: func(string) map[string]string { return map[string]string{"AttiniResourceType": "RunnerInstance"} },
	})
	for _, key := range []string{keyInstaller, keyStates} {
		if err := a.addAdministrator(key); err != nil {
			return err
		}
	}
	a.authority.AddService(keyStates, authz.Service{Name: "states.amazonaws.com"})
	a.cloud.SetJudge(a.requests.Judging(a.authority))
	return a.makeRoles(ctx)
}

// tasksService is ECS, which takes tasks' roles.
func tasksService() authz.Service {
	return authz.Service{Name: "ecs-tasks.amazonaws.com", Context: iam.Context{
		"aws:SourceAccount": {fakeaws.Account}, "aws:SourceArn": {"arn:aws:ecs:" + fakeaws.Region + ":" + fakeaws.Account + ":*"},
	}}
}

// addAdministrator makes a user who may do everything.
func (a *account) addAdministrator(key string) error {
	everything, err := iam.Managed("arn:aws:iam::aws:policy/AdministratorAccess")
	if err == nil {
		a.authority.AddUser(key, "administrator", everything)
	}
	return err
}

// makeRoles deploys the roles. Most tests have tables and a bucket of their own, whose
// names go on behind those of the policy.
func (a *account) makeRoles(ctx context.Context) error {
	text, err := os.ReadFile("../docs/policies/attini-runner-basic-execution-policy.json")
	if err != nil {
		return err
	}
	policy := strings.NewReplacer(
		"${AWS::AccountId}/", fakeaws.Account+"*/",
		"${AWS::Partition}", "aws", "${AWS::Region}", fakeaws.Region, "${AWS::AccountId}", fakeaws.Account,
		`table/AttiniResourceStatesV1"`, `table/AttiniResourceStatesV1-*"`, `table/AttiniDeployDataV1"`, `table/AttiniDeployDataV1-*"`,
	).Replace(string(text))
	role := func(name, service, policy string) map[string]any {
		return map[string]any{"Type": "AWS::IAM::Role", "Properties": map[string]any{
			"RoleName":                 name,
			"AssumeRolePolicyDocument": json.RawMessage(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"` + service + `"}}}`),
			"Policies":                 []any{map[string]any{"PolicyName": "work", "PolicyDocument": json.RawMessage(policy)}},
		}}
	}
	body, err := json.Marshal(map[string]any{"Resources": map[string]any{
		"Agent": role("agent", "ecs-tasks.amazonaws.com", policy),
		"Plan":  role("plan", "states.amazonaws.com", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"*"}}`),
	}})
	if err != nil {
		return err
	}
	config, closes := configurationOf(a.cloud, keyInstaller)
	defer closes()
	stacks := cloudformation.NewFromConfig(config)
	if _, err := stacks.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: aws.String("roles"), TemplateBody: aws.String(string(body))}); err != nil {
		return err
	}
	waiter := cloudformation.NewStackCreateCompleteWaiter(stacks, func(o *cloudformation.StackCreateCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = tick, time.Second
	})
	if err := waiter.Wait(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String("roles")}, soon); err != nil {
		return fmt.Errorf("make the roles: %w", err)
	}
	return nil
}
