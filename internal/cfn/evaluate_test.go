package cfn_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

const world = `
Parameters:
  Env: {Type: String, Default: dev}
  Count: {Type: Number, Default: 1.50}
  Zones: {Type: CommaDelimitedList, Default: "a, b ,c"}
  Ports: {Type: List<Number>, Default: "80,443"}
  Image: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /image/id}
  Subnets: {Type: 'AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>', Default: /subnets}
Mappings:
  Sizes:
    dev: {Cpu: 256, Zones: [x, y], "1": one}
Conditions:
  IsDev: !Equals [!Ref Env, dev]
  IsProd: !Not [!Condition IsDev]
  Both: !And [!Condition IsDev, !Condition IsProd]
  Either: !Or [!Condition IsDev, !Condition IsProd]
  Alike: !Equals [true, "true"]
  Circle: !Not [!Condition Round]
  Round: !Or [!Condition Circle, !Condition IsDev]
  Unknown: !Equals [!ImportValue missing, x]
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Role: {Type: AWS::IAM::Role}
`

func given() cfn.Values {
	return cfn.Values{
		Pseudo:     map[string]string{"AWS::Region": "eu-west-1", "AWS::StackName": "hello", "AWS::NotificationARNs": ""},
		Imports:    map[string]string{"dev-vpc": "vpc-1"},
		References: map[string]string{"Bucket": "my-bucket", "Bucket.Arn": "arn:bucket", "AWS::AvailabilityZones": "eu-west-1a,eu-west-1b", "AWS::AvailabilityZones.us-east-1": "us-east-1a", "Image": "ami-1"},
		Resolved:   map[string]string{"{{resolve:ssm:/a}}": "A", "{{resolve:ssm:/b:1}}": "{{resolve:ssm:/a}}", "{{resolve:ssm:/dev/x}}": "X", "{{resolve:ssm:/subnets}}": "s-1,s-2"},
	}
}

func evaluator(t testing.TB, template string, values cfn.Values) *cfn.Evaluator {
	t.Helper()
	e, problems := cfn.NewEvaluator(read(t, template), values)
	require.Empty(t, problems)
	return e
}

func TestEvaluateNamesEverythingUnknown(t *testing.T) {
	t.Parallel()
	e := evaluator(t, world, cfn.Values{})
	tree := read(t, `
a: !Sub "${Bucket} ${Role.Arn} ${Bucket}"
b: !Join ["", [!ImportValue one, !Ref Env, "{{resolve:ssm:/x}}"]]
c: !FindInMap [!Ref Bucket, !Ref Role, x]
d: [known, !GetAZs ""]
e: "{{resolve:ssm:/y}} {{resolve:ssm:/z}}"
f: !Equals [!Ref Bucket, !ImportValue two]
g: !If [Unknown, !If [Unknown, a, b], c]
h: !If [Unknown, d, e]
`)
	got, problems := e.Evaluate(tree, cfn.Path{})
	var named []string
	for _, found := range problems {
		named = append(named, found.Path+" "+found.Advice)
	}
	lookup := func(path, section, name string) string {
		return path + ` Give it in the --lookups file: {"` + section + `": {"` + name + `": "value"}}.`
	}
	assert.ElementsMatch(t, []string{
		lookup("a.Fn::Sub", "References", "Bucket"),
		lookup("a.Fn::Sub", "References", "Role.Arn"),
		lookup("b.Fn::Join[1][0].Fn::ImportValue", "Imports", "one"),
		lookup("c.Fn::FindInMap[0].Ref", "References", "Bucket"),
		lookup("c.Fn::FindInMap[1].Ref", "References", "Role"),
		lookup("d[1].Fn::GetAZs", "References", "AWS::AvailabilityZones"),
		lookup("e", "Resolved", "{{resolve:ssm:/y}}"),
		lookup("e", "Resolved", "{{resolve:ssm:/z}}"),
		lookup("f.Fn::Equals[0].Ref", "References", "Bucket"),
		lookup("f.Fn::Equals[1].Fn::ImportValue", "Imports", "two"),
		lookup("Conditions.Unknown.Fn::Equals[0].Fn::ImportValue", "Imports", "missing"),
	}, named)
	assert.Equal(t, text(t, tree), text(t, got), "nothing here is known")
	again, _ := e.Evaluate(tree, cfn.Path{})
	assert.Equal(t, got, again)
}

func TestEvaluateKeepsPlaces(t *testing.T) {
	t.Parallel()
	e := evaluator(t, world, given())
	tree := read(t, "a: 1\nb:\n  - x\n  - !Sub ${Env}\n")
	got, problems := e.Evaluate(tree, cfn.Path{})
	require.Empty(t, problems)
	assert.Equal(t, problem.Place{Line: 2, Column: 1}, got.KeyPlace("b"))
	assert.Equal(t, problem.Place{Line: 4, Column: 5}, got.Get("b").Items[1].Place)
}

// TestEvaluateGivesItsOwnTree: what a caller does to the result reaches neither
// the template nor the next result.
func TestEvaluateGivesItsOwnTree(t *testing.T) {
	t.Parallel()
	e := evaluator(t, world, given())
	for _, yaml := range []string{"!Ref Zones", "!FindInMap [Sizes, dev, Zones]", "!Select [0, [[a, b]]]", "!If [IsDev, [a, b], c]", "[a, b]", "!Ref [b]"} {
		tree := read(t, "x: "+yaml).Get("x")
		before := text(t, tree)
		first, _ := e.Evaluate(tree, cfn.NewPath("x"))
		want := text(t, first)
		if first.IsList() {
			first.Items[0].Text = "changed"
			first.Items = append(first.Items[:1], cfn.Str("more"))
		} else {
			first.Set("Ref", cfn.Str("changed"))
		}
		second, _ := e.Evaluate(tree, cfn.NewPath("x"))
		assert.Equal(t, want, text(t, second), yaml)
		assert.Equal(t, before, text(t, tree), yaml)
	}
}

func TestCondition(t *testing.T) {
	t.Parallel()
	e := evaluator(t, world, given())
	for name, want := range map[string]bool{"IsDev": true, "IsProd": false, "Both": false, "Either": true, "Alike": true} {
		got, problems := e.Condition(name, cfn.NewPath("Resources", "X", "Condition"))
		assert.Empty(t, problems, name)
		assert.Equal(t, want, got, name)
	}
	for name, rule := range map[string]string{"Circle": "condition-cycle", "Unknown": "unknown-value", "None": "unknown-condition"} {
		got, problems := e.Condition(name, cfn.NewPath("Resources", "X", "Condition"))
		require.Len(t, problems, 1, name)
		assert.Equal(t, rule, problems[0].Rule)
		assert.False(t, got)
	}
}

// TestConditionChain would take longer than the universe has lasted, were a
// condition worked out anew at each use.
func TestConditionChain(t *testing.T) {
	t.Parallel()
	var yaml strings.Builder
	yaml.WriteString("Conditions:\n  C0: !Equals [a, a]\n")
	const links = 150
	for i := 1; i <= links; i++ {
		before := "C" + itoa(i-1)
		yaml.WriteString("  C" + itoa(i) + ": !And [" + strings.Repeat("!Condition "+before+", ", 10) + "]\n")
	}
	got, problems := evaluator(t, yaml.String(), cfn.Values{}).Condition("C"+itoa(links), cfn.Path{})
	assert.Empty(t, problems)
	assert.True(t, got)
}

func itoa(i int) string { return cfn.Int(i).Text }
