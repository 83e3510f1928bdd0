package transform_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem/problemtest"
	"github.com/attini-go/runner/transform"
)

// TestConditionsByHand expands random Runners with conditions that are not known:
// for every combination of values that these can have, what CloudFormation
// makes of the expansion is the expansion of the Runner with the values put in
// by hand. An Error is there just if one of those has one.
func TestConditionsByHand(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(20, 1))
	sound := 0
	for range 1000 {
		choices := make([]byte, 120)
		for i := range choices {
			choices[i] = byte(random.IntN(256))
		}
		if checkByHand(t, choices) {
			sound++
		}
	}
	assert.Greater(t, sound, 300, "Runners without an Error")
}

func FuzzConditionsByHand(f *testing.F) {
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, choices []byte) { checkByHand(t, choices) })
}

const byHandSections = `
Parameters:
  P: {Type: String}
  Q: {Type: String, AllowedValues: [a, b]}
  Size: {Type: Number}
Conditions:
  PisA: !Equals [!Ref P, a]
  PisB: !Equals [!Ref P, b]
  QisA: !Equals [!Ref Q, a]
  QisB: !Equals [b, !Ref Q]
  NotPisA: !Not [!Condition PisA]
  Both: !And [!Condition PisA, !Condition QisA]
  Either: !Or [!Condition PisB, !Condition QisA]
  Shop: !Equals [!Ref AWS::StackName, shop]
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: {ContainerDefinitions: [{Name: main, Image: a}], RequiresCompatibilities: [FARGATE, EC2], Cpu: 1024, Memory: 2048, NetworkMode: awsvpc}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties: {DeploymentPlan: [{Name: Job, Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}}]}
`

// assignment is what a deployment knows.
type assignment struct{ p, q, stack string }

func (a assignment) values() cfn.Values {
	values := pseudo()
	values.Pseudo["AWS::StackName"] = a.stack
	values.Parameters = map[string]string{"P": a.p, "Q": a.q, "Size": "1"}
	return values
}

func checkByHand(t *testing.T, choices []byte) (sound bool) {
	t.Helper()
	g := &conditionalRunner{choices: choices}
	template := read(t, byHandSections)
	template.Get("Resources").Set("R", g.runner())
	expanded, problems := expand(t, template)
	wrong := false
	alone := byHand{}
	for _, p := range []string{"a", "b", "c"} {
		for _, q := range []string{"a", "b"} {
			for _, stack := range []string{"shop", "other"} {
				wrong = alone.compare(t, template, expanded, assignment{p, q, stack}) || wrong
			}
		}
	}
	if problems.HasErrors() != wrong {
		require.Failf(t, "an Error of a case, or of none", "%s\n%s", marshal(t, template.At("Resources", "R")), problemtest.Words(problems))
	}
	return !wrong
}

// byHand has what Runners expand to alone, by their properties; nil for an Error.
type byHand map[string]*cfn.Node

func (b byHand) expand(t *testing.T, template, properties *cfn.Node) *cfn.Node {
	t.Helper()
	text := marshal(t, properties)
	alone, done := b[text]
	if !done {
		template = template.Clone()
		template.At("Resources", "R").Set("Properties", properties)
		alone, _ = expand(t, template)
		b[text] = alone
	}
	return alone
}

// compare compares the expansion with that of the template with the values put
// in by hand, and reports whether the latter has an Error.
func (b byHand) compare(t *testing.T, template, expanded *cfn.Node, a assignment) (wrong bool) {
	t.Helper()
	deployed := deployment(t, template, a)
	runner := template.At("Resources", "R")
	if own := runner.Get("Condition"); own != nil && !deployed.holds(own.Text) {
		return false // it is not there
	}
	alone := b.expand(t, template, deployed.resolve(runner.Get("Properties")))
	if alone == nil || expanded == nil {
		return alone == nil
	}
	want := deployment(t, alone, a).resources(alone)
	got := deployment(t, expanded, a).resources(expanded)
	if marshal(t, want) != marshal(t, got) {
		require.JSONEqf(t, marshal(t, want), marshal(t, got), "%+v %s", a, marshal(t, runner))
	}
	return false
}

// deployed plays CloudFormation: it knows what conditions come to.
type deployed struct {
	t         *testing.T
	evaluator *cfn.Evaluator
}

func deployment(t *testing.T, template *cfn.Node, a assignment) deployed {
	t.Helper()
	evaluator, problems := cfn.NewEvaluator(template, a.values())
	require.NoError(t, problems.Err())
	return deployed{t, evaluator}
}

func (d deployed) holds(condition string) bool {
	value, problems := d.evaluator.Condition(condition, cfn.Path{})
	require.NoError(d.t, problems.Err())
	return value
}

// resources are those that are there, sorted, without what the conditions
// decide: Fn::If, AWS::NoValue and the Condition of a resource. The digest is
// left out, and an object that is empty.
func (d deployed) resources(template *cfn.Node) *cfn.Node {
	resources := map[string]any{}
	for _, field := range template.Get("Resources").Fields {
		resource := field.Value.Clone()
		if own := resource.Get("Condition"); own != nil && !d.holds(own.Text) {
			continue
		}
		resource.Delete("Condition")
		resource.Get("Properties").Delete("TemplateDigest")
		resource = d.resolve(resource)
		if metadata := resource.Get("Metadata"); metadata != nil && len(metadata.Fields) == 0 {
			resource.Delete("Metadata")
		}
		resources[field.Key] = resource.Value()
	}
	sorted, err := cfn.FromValue(resources)
	require.NoError(d.t, err)
	return sorted
}

func (d deployed) resolve(n *cfn.Node) *cfn.Node {
	if name, argument, _ := cfn.Intrinsic(n); name == "Fn::If" {
		if d.holds(argument.Items[0].Text) {
			return d.resolve(argument.Items[1])
		}
		return d.resolve(argument.Items[2])
	}
	result := *n
	result.Items, result.Fields = nil, nil
	for _, item := range n.Items {
		if resolved := d.resolve(item); !cfn.IsNoValue(resolved) {
			result.Items = append(result.Items, resolved)
		}
	}
	for _, field := range n.Fields {
		if resolved := d.resolve(field.Value); !cfn.IsNoValue(resolved) {
			result.Fields = append(result.Fields, cfn.F(field.Key, resolved))
		}
	}
	return &result
}

// TestOutputHasNoParameterValues: the expanded template is the same whatever
// values the parameters have now, since CloudFormation may keep it for an
// update with others.
func TestOutputHasNoParameterValues(t *testing.T) {
	t.Parallel()
	const template = `
Parameters:
  Env: {Type: String}
  Alias: {Type: String, AllowedValues: [AmazonLinux2023, AmazonLinux2]}
  Groups: {Type: CommaDelimitedList}
  Type: {Type: String}
Mappings:
  Ami: {dev: {Name: AmazonLinux2023}, prod: {Name: AmazonLinux2}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
Resources:
  Host:
    Type: Attini::Deploy::Runner
    Properties:
      Image: !If [Prod, a, b]
      RoleArn: !If [Prod, 'arn:aws:iam::111122223333:role/a', !Ref AWS::NoValue]
      EcsCluster: !If [Prod, a, b]
      Memory: 4096
      Ec2Configuration: {InstanceType: !If [Prod, m5.large, m5.xlarge], Ami: !Ref Alias}
      AwsVpcConfiguration: {Subnets: subnet-1, SecurityGroups: !If [Prod, !Ref Groups, [sg-2]]}
  Mapped:
    Type: Attini::Deploy::Runner
    Properties:
      Memory: 4096
      Ec2Configuration: {InstanceType: m5.large, Ami: !FindInMap [Ami, !Ref Env, Name]}
  Maybe:
    Type: Attini::Deploy::Runner
    Properties:
      Image: !If [Prod, a, !Ref AWS::NoValue]
      TaskDefinitionArn: !If [Prod, !Ref AWS::NoValue, !Ref Task]
      Ec2Configuration: !If [Prod, {InstanceType: m5.large, Ami: AmazonLinux2023}, !Ref AWS::NoValue]
      AwsVpcConfiguration: !If [Prod, {Subnets: subnet-1}, !Ref AWS::NoValue]
      Memory: !If [Prod, 4096, !Ref AWS::NoValue]
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: {NetworkMode: awsvpc, ContainerDefinitions: [{Name: !Ref Env, Image: a}]}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - {Name: A, Type: AttiniRunnerJob, Properties: {Runner: Host, Commands: [!Sub "${Env}"]}}
        - {Name: B, Type: AttiniRunnerJob, Properties: {Runner: Mapped, Commands: [!If [Prod, a, b]]}}
        - {Name: C, Type: AttiniRunnerJob, Properties: {Runner: Maybe, Commands: [ls]}}
`
	var first string
	for _, parameters := range []map[string]string{
		{"Env": "prod", "Alias": "AmazonLinux2", "Groups": "sg-1", "Type": "m5.large"},
		{"Env": "dev", "Alias": "AmazonLinux2023", "Groups": "sg-3,sg-4", "Type": "m5.xlarge"},
		nil,
	} {
		values := pseudo()
		values.Parameters = parameters
		expanded, problems := transform.Expand(t.Context(), transform.Request{Template: read(t, template), Values: values, Account: facts(t).Account()})
		require.NoError(t, problems.Err())
		if first == "" {
			first = marshal(t, expanded)
		}
		assert.Equal(t, first, marshal(t, expanded))
	}
	assert.Contains(t, first, `{"Fn::If":["HostAmiIsAmazonLinux2023","ami-0a23000000000000a"`)
}
