package transform_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

// FuzzRunner expands whole Runners: each property is absent, present,
// AWS::NoValue, or chosen by a condition that is known or not known here, and so
// is each object around it. Whatever they are, nothing panics, and nothing that
// is emitted lacks a value; with the account's facts and without them.
func FuzzRunner(f *testing.F) {
	f.Add([]byte{})
	for form := range byte(forms) {
		top := []byte{absent, absent, form, form, form, absent, absent} // up to Ec2Configuration
		// each property of a host in the form; its network's too
		f.Add(append(top, present, present, form, form, present, present, form, present, present, form))
		// a host in the form, with the defaults of all but InstanceType; then a network in it
		host := bytes.Repeat([]byte{present, absent, absent}, 3)
		f.Add(append(append(make([]byte, 7), form), host...))
		f.Add(append(append(make([]byte, 7), present, present, absent, absent, form), bytes.Repeat([]byte{present, present, absent}, 3)...))
	}
	known := facts(f).Account()
	f.Fuzz(func(t *testing.T, choices []byte) {
		r := &randomRunner{choices: choices}
		template := read(t, sections)
		template.Get("Resources").Set("R", cfn.Obj(cfn.F("Type", cfn.Str("Attini::Deploy::Runner")), cfn.F("Properties", r.runner())))
		before := marshal(t, template)
		for _, account := range []transform.Account{nil, known} {
			request := transform.Request{Template: template, Values: pseudo(), Account: account}
			expanded, problems := transform.Expand(t.Context(), request)
			require.Equal(t, before, marshal(t, template), "the template was changed")
			checkSound(t, expanded, problems)
			again, _ := transform.Expand(t.Context(), request)
			require.Equal(t, marshal(t, expanded), marshal(t, again))
		}
	})
}

const sections = `
Parameters:
  Given: {Type: String, Default: a}
  Open: {Type: String}
Conditions:
  Yes: !Equals [!Ref Given, a]
  No: !Equals [!Ref Given, b]
  Unknown: !Equals [!Ref Open, a]
  Stack: !Equals [!Ref AWS::StackName, shop]
Resources:
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties: {DeploymentPlan: [{Name: Job, Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}}]}
`

// checkSound fails for an expansion that has an empty place, or none without an
// Error.
func checkSound(t *testing.T, expanded *cfn.Node, problems problem.List) {
	t.Helper()
	for _, p := range problems {
		assert.NotEmpty(t, p.Rule)
		assert.NotEmpty(t, p.Message)
	}
	if problems.HasErrors() {
		require.Nil(t, expanded)
		return
	}
	complete(t, expanded, cfn.Path{})
	if data := expanded.At("Resources", "RLaunchTemplate", "Properties", "LaunchTemplateData"); data != nil {
		assert.NotNil(t, data.Get("ImageId"))
		assert.NotNil(t, data.Get("InstanceType"))
	}
}

func complete(t *testing.T, n *cfn.Node, at cfn.Path) {
	t.Helper()
	require.NotNil(t, n, at)
	for i, item := range n.Items {
		complete(t, item, at.Index(i))
	}
	for _, field := range n.Fields {
		complete(t, field.Value, at.Key(field.Key))
	}
}

// The forms of a property.
const (
	absent byte = iota
	present
	other
	noValue
	ifYes
	ifNo
	ifUnknown
	ifStackOrNothing
	nothingOrIfStack
	ifNested
	reference
	forms = reference + 1
)

// randomRunner takes its choices from bytes; what these lack is absent.
type randomRunner struct{ choices []byte }

func (r *randomRunner) next() byte {
	if len(r.choices) == 0 {
		return absent
	}
	choice := r.choices[0] % forms
	r.choices = r.choices[1:]
	return choice
}

// property is a property in the chosen form, of two values that it may have;
// nil when it is absent.
func (r *randomRunner) property(one, two func() *cfn.Node) *cfn.Node {
	nothing := cfn.Ref("AWS::NoValue")
	choose := func(condition string, yes, no *cfn.Node) *cfn.Node {
		return cfn.Obj(cfn.F("Fn::If", cfn.Seq(cfn.Str(condition), yes, no)))
	}
	switch r.next() {
	case present:
		return one()
	case other:
		return two()
	case noValue:
		return nothing
	case ifYes:
		return choose("Yes", one(), nothing)
	case ifNo:
		return choose("No", one(), nothing)
	case ifUnknown:
		return choose("Unknown", one(), two())
	case ifStackOrNothing:
		return choose("Stack", one(), nothing)
	case nothingOrIfStack:
		return choose("Stack", nothing, two())
	case ifNested:
		return choose("Unknown", choose("Stack", nothing, one()), choose("Yes", choose("Unknown", two(), nothing), one()))
	case reference:
		return cfn.Ref("Open")
	}
	return nil
}

func (r *randomRunner) text(one, two string) *cfn.Node {
	return r.property(func() *cfn.Node { return cfn.Str(one) }, func() *cfn.Node { return cfn.Str(two) })
}

func (r *randomRunner) list(one, two string) *cfn.Node {
	return r.property(func() *cfn.Node { return cfn.Seq(cfn.Str(one)) }, func() *cfn.Node { return cfn.Seq(cfn.Str(one), r.item(two)) })
}

// item is an item of a list, never absent.
func (r *randomRunner) item(value string) *cfn.Node {
	if n := r.text(value, value); n != nil {
		return n
	}
	return cfn.Str(value)
}

func (r *randomRunner) number(one, two int) *cfn.Node {
	return r.property(func() *cfn.Node { return cfn.Int(one) }, func() *cfn.Node { return cfn.Int(two) })
}

func (r *randomRunner) object(make func() *cfn.Node) *cfn.Node { return r.property(make, make) }

// objectOf makes an object of the properties that are there.
func objectOf(fields ...cfn.Field) *cfn.Node {
	n := cfn.Obj()
	for _, field := range fields {
		if field.Value != nil {
			n.Fields = append(n.Fields, field)
		}
	}
	return n
}

func (r *randomRunner) runner() *cfn.Node {
	return objectOf(
		cfn.F("TaskDefinitionArn", r.text("arn:aws:ecs:eu-west-1:111122223333:task-definition/build:3", "build")),
		cfn.F("ContainerName", r.text("main", "Container")),
		cfn.F("EcsCluster", r.text("builders", "arn:aws:ecs:eu-west-1:111122223333:cluster/b")),
		cfn.F("RoleArn", r.text("arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b")),
		cfn.F("Image", r.text("debian", "debian:stable")),
		cfn.F("Memory", r.number(2048, 4096)),
		cfn.F("Cpu", r.number(512, 1024)),
		cfn.F("Ec2Configuration", r.object(func() *cfn.Node {
			return objectOf(
				cfn.F("InstanceType", r.text("m5.large", "c5.large")),
				cfn.F("Ami", r.text("AmazonLinux2023", "ami-0123456789abcdef0")),
				cfn.F("InstanceProfileName", r.text("profile", "other")),
				cfn.F("FallbackInstanceTypes", r.list("m5a.large", "c5a.large")),
			)
		})),
		cfn.F("AwsVpcConfiguration", r.object(func() *cfn.Node {
			return objectOf(
				cfn.F("Subnets", r.list("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")),
				cfn.F("SecurityGroups", r.list("sg-0123456789abcdef0", "sg-0123456789abcdef1")),
				cfn.F("AssignPublicIp", r.text("ENABLED", "DISABLED")),
			)
		})),
		cfn.F("RunnerConfiguration", r.object(func() *cfn.Node {
			return objectOf(
				cfn.F("MaxConcurrentJobs", r.number(1, 20)),
				cfn.F("IdleTimeToLive", r.number(60, 86400)),
				cfn.F("JobTimeout", r.number(5, 172800)),
				cfn.F("LogLevel", r.text("INFO", "DEBUG")),
			)
		})),
		cfn.F("Startup", r.object(func() *cfn.Node {
			return objectOf(
				cfn.F("Commands", r.list("ls", "date")),
				cfn.F("CommandsTimeout", r.number(5, 60)),
			)
		})),
	)
}
