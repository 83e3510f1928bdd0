package system_test

import (
	"os"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/authz"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/fakecfn"
	"github.com/attini-go/runner/internal/test/fakeecs"
	"github.com/attini-go/runner/internal/test/iam"
)

// enforce has every call judged by the policies of who makes it.
func (a *account) enforce() error {
	administrator, err := iam.Managed("arn:aws:iam::aws:policy/AdministratorAccess")
	if err != nil {
		return err
	}
	a.authority = authz.New(authz.Config{
		Cloud: a.cloud, Region: a.region, Record: a.record,
		InstanceTags: func(id string) map[string]string { return a.ecsFake.InstanceTags(id) },
		StackTags:    func(stack string) map[string]string { return a.cfnFake.Tags(stack) },
	})
	a.authority.AddUser(keyTests, "administrator", administrator)
	deployer, err := a.documentedPolicy("deployer")
	if err != nil {
		return err
	}
	a.authority.AddRecordedUser(keyDeployer, "deployer", deployer)
	operator, err := a.documentedPolicy("operator")
	if err != nil {
		return err
	}
	a.authority.AddUser(keyOperator, "operator", operator)
	a.authority.AddUser(keyECS, "ecs", administrator)
	a.authority.AddUser(keyStates, "states", administrator) // its events; tasks have sessions
	for key, service := range a.services() {
		a.authority.AddService(key, service)
	}
	return nil
}

// documentedPolicy is the policy of docs/policies for a deployer or an operator.
func (a *account) documentedPolicy(who string) (iam.Document, error) {
	text, err := policyText(who, a.region)
	if err != nil {
		return iam.Document{}, err
	}
	return iam.Parse([]byte(text))
}

// policyText is a policy of docs/policies in a region.
func policyText(name, region string) (string, error) {
	text, err := os.ReadFile("../../docs/policies/attini-runner-" + name + "-policy.json")
	return strings.NewReplacer(
		"${AWS::Partition}", fakeaws.Partition(region), "${AWS::Region}", region, "${AWS::AccountId}", fakeaws.Account,
	).Replace(string(text)), err
}

// permits asks whether who calls CloudFormation may do what it does for that.
func (a *account) permits(c fakecfn.Change) error {
	_, credential, _ := strings.Cut(c.Authorization, "Credential=")
	key, _, _ := strings.Cut(credential, "/")
	change := authz.Change{AccessKey: key, Operation: c.Operation, Stack: c.Stack, Transforms: c.Transforms}
	for _, function := range c.Functions {
		change.Functions = append(change.Functions, a.arn("lambda", "function:"+function))
	}
	if c.Template == nil {
		return a.authority.Permits(change)
	}
	evaluator, _ := cfn.NewEvaluator(c.Template, cfn.Values{Pseudo: map[string]string{
		"AWS::Partition": fakeaws.Partition(a.region), "AWS::Region": a.region, "AWS::AccountId": fakeaws.Account, "AWS::StackName": c.Stack, "AWS::URLSuffix": fakeaws.Suffix(a.region),
	}})
	text := func(n *cfn.Node) string {
		if value, problems := evaluator.Evaluate(n, cfn.NewPath("Resources")); len(problems) == 0 && value.IsString() {
			return value.Text
		}
		return "" // of the template's own making
	}
	for _, field := range c.Resources() {
		properties := field.Value.Get("Properties")
		made := authz.Resource{ID: field.Key, Type: field.Value.Get("Type").Text, Service: "ecs-tasks.amazonaws.com"}
		if token := properties.Get("ServiceToken"); token != nil {
			change.Functions = append(change.Functions, text(token))
		}
		for _, role := range []string{"Role", "TaskRoleArn", "ExecutionRoleArn"} {
			if properties.Has(role) {
				made.Roles = append(made.Roles, text(properties.Get(role)))
			}
		}
		if made.Type == "AWS::Serverless::StateMachine" {
			made.Service = "states.amazonaws.com"
		}
		change.Resources = append(change.Resources, made)
	}
	return a.authority.Permits(change)
}

// services are those that take roles, with the context that they send: Lambda and
// EC2 document none.
func (a *account) services() map[string]authz.Service {
	source := func(arn string) iam.Context {
		return iam.Context{"aws:SourceAccount": {fakeaws.Account}, "aws:SourceArn": {arn}}
	}
	all := map[string]authz.Service{
		a.key(keyAgent): {Name: "ecs-tasks.amazonaws.com", Context: source(a.arn("ecs", "*"))},
		keyStates:       {Name: "states.amazonaws.com", Context: source(a.arn("states", "stateMachine:plan"))},
	}
	for _, name := range []string{"attini-runner-macro", "attini-deployment-plan-setup", launcherName, "attini-runner-releases"} {
		all[a.key(keyOf(name))] = authz.Service{Name: "lambda.amazonaws.com"}
	}
	return all
}

// use is what ECS and EC2 do with roles.
func (a *account) use(u fakeecs.Use) error {
	service := authz.Service{Name: u.Service}
	if u.Service == "ecs-tasks.amazonaws.com" {
		service = a.services()[a.key(keyAgent)]
	}
	role := u.Role
	if u.Profile != "" {
		role = a.authority.ProfileRole(u.Profile)
	}
	var requests []iam.Request
	for _, action := range u.Actions {
		requests = append(requests, iam.Request{Action: action, Resource: u.Resource})
	}
	return a.authority.Use(role, service, requests...)
}

// checkFunction is what Lambda does with a function's role: it sees that events
// that fail have a queue where they are to have one, and writes the logs.
func (a *account) checkFunction(key string, c fakeaws.FunctionConfiguration, deadLetters bool) error {
	var requests []iam.Request
	if deadLetters {
		requests = append(requests, iam.Request{Action: "sqs:SendMessage", Resource: a.arn("sqs", a.deadEvents)})
	}
	if len(c.Subnets) > 0 { // Lambda makes network interfaces with the role
		requests = append(requests, iam.Request{Action: "ec2:CreateNetworkInterface", Resource: "*"})
	}
	stream := a.arn("logs", "log-group:"+c.LogGroup+":log-stream:2026/01/01/[$LATEST]0")
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		requests = append(requests, iam.Request{Action: action, Resource: stream})
	}
	return a.authority.Use(c.Role, a.services()[key], requests...)
}
