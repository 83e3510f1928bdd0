package schema_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/schema"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	golden.Assert(t, "runner.schema.json", schema.Document())
}

// compiled are the documents as validators that know their drafts.
type compiled struct{ resource, template *jsonschema.Schema }

func compile(t testing.TB) compiled {
	t.Helper()
	return compiled{
		validator(t, schema.DocumentID, schema.Document()),
		validator(t, schema.TemplateDocumentID, schema.TemplateDocument()),
	}
}

func validator(t testing.TB, id string, text []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource(id, document))
	validator, err := compiler.Compile(id)
	require.NoError(t, err)
	return validator
}

// agree asserts that the documents accept just what Read accepts. The one for
// templates does not know a Runner by anything but its type.
func agree(t testing.TB, documents compiled, resource *cfn.Node) (valid bool) {
	t.Helper()
	_, problems := schema.Read("Build", resource, cfn.NewPath("Resources", "Build"), nil)
	valid = !problems.HasErrors()
	errs := map[string]error{"resource": documents.resource.Validate(resource.Value())}
	if isRunner(resource) {
		template := cfn.Obj(cfn.F("Resources", cfn.Obj(cfn.F("Build", resource))))
		errs["template"] = documents.template.Validate(template.Value())
	}
	for document, err := range errs {
		if valid != (err == nil) {
			text, _ := resource.MarshalJSON()
			assert.Failf(t, "Read and a document disagree", "%s\nRead: %v\nfor a %s: %v", text, problems, document, err)
		}
	}
	return valid
}

func isRunner(resource *cfn.Node) bool {
	declared := resource.Get("Type")
	return declared.IsString() && declared.Text == schema.RunnerType
}

// The values that the generated Runners are made of: for each property some
// that are right, and many that are right nowhere or in one place only.
const (
	rightValues = `{
		"Type": ["Attini::Deploy::Runner"], "Condition": ["A"], "DependsOn": ["A", ["A", "B"], []],
		"Metadata": [{}, {"a": null}], "DeletionPolicy": ["Retain", "RetainExceptOnCreate"], "UpdateReplacePolicy": ["Delete"],
		"TaskDefinitionArn": ["family:3", {"Fn::If": ["a", "b", {"Ref": "AWS::NoValue"}]}, "arn:aws:ecs:eu-west-1:123456789012:task-definition/a:1"],
		"ContainerName": ["a", 5, -5], "EcsCluster": ["attini-default", "arn:aws:ecs:eu-west-1:123456789012:cluster/a"],
		"RoleArn": ["arn:aws:iam::123456789012:role/a", "arn:aws-cn:iam::123456789012:role/a/b/c"], "Image": ["ubuntu:24.04", {"Fn::If": ["a", {"Ref": "AWS::NoValue"}, "b"]}],
		"Memory": [512, "25165824", 1024.0, 1e3, "512.00"], "Cpu": [256, "98304", 512.0],
		"Ami": ["AmazonLinux2023", "ami-01234567", "ami-0123456789abcdef0"], "InstanceType": ["m5.large"], "InstanceProfileName": ["a@b"],
		"MaxConcurrentJobs": [1, 20, "7", 2e1], "IdleTimeToLive": [60, "86400"], "JobTimeout": [5, 172800, "5.0"], "LogLevel": ["ALL", "OFF"],
		"Subnets": ["subnet-1", " subnet-1 ,\n subnet-2", ["subnet-1", {"Ref": "AWS::NoValue"}], ["subnet-1", {"Ref": "A"}]],
		"SecurityGroups": ["sg-1,sg-2", ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", {"Ref": "AWS::NoValue"}]],
		"AssignPublicIp": ["ENABLED", "DISABLED"], "Isolation": ["job", "none"], "SharedWith": ["dev-web", "team-*,*", ["a", {"Ref": "A"}]], "Commands": [[], ["make", 5], ["{{resolve:ssm:a}}", {"Fn::Sub": "a"}]], "CommandsTimeout": [5, "172800"]
	}`
	otherValues = `[null, true, false, 0, 1, -1, 4, 5, 21, 59, 255, 511, 5.5, 98305, 172801, 86401, 25165825, 1e-3,
		"", " ", "5", " 5", "5 ", "+5", "05", "5.0", "5.5", "-5", "1e3", "0x10", "٥", "172800", "172801", "a b", "a,b", "info", "Enabled", "yes",
		"subnet-1", "subnet-1,", ",subnet-1", "subnet-1 subnet-2", "subnet-1,sg-1", "subnet-G", "sg-1", "sg-1,,sg-2", "AmazonLinux", "ami-012345678",
		"arn:aws:iam::1:role/a", "arn:aws:iam::123456789012:role/", "m5", "M5.large", "Retain", "Snapshot", "Attini::Deploy::Runner",
		"{{resolve:ssm:a}}", "x{{resolve:secretsmanager:a}}y", "{resolve:ssm:a}",
		[], [null], [true], [5], [5.5], ["a"], [["a"]], [{}], ["subnet-1"], ["subnet-1", "subnet-2 "], ["sg-1"], ["subnet-1", null],
		["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6"], [{"Ref": "A"}], [{"Ref": "AWS::NoValue"}], [{"Ref": "A", "Fn::Sub": "b"}], ["{{resolve:ssm:a}}"],
		{}, {"Ref": "A"}, {"Ref": "AWS::NoValue"}, {"Ref": null}, {"Fn::If": ["a", 1, 2]}, {"Fn::": 1}, {"Condition": "a"}, {"Condition": 5},
		{"Ref": "A", "Ref2": "B"}, {"ref": "A"}, {"a": "b"}, {"Fn::Sub": "a", "JobTimeout": 5}]`
)

// objects lists what stands in each object, and a name that stands nowhere.
func objects() map[string][]string {
	return map[string][]string{
		"":                    {"Type", "Properties", "Condition", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy"},
		"Properties":          {"TaskDefinitionArn", "ContainerName", "EcsCluster", "RoleArn", "Image", "Memory", "Cpu", "Ec2Configuration", "RunnerConfiguration", "AwsVpcConfiguration", "Startup", "Isolation", "SharedWith", "image"},
		"Ec2Configuration":    {"Ami", "InstanceType", "InstanceProfileName", "KeyName"},
		"RunnerConfiguration": {"MaxConcurrentJobs", "IdleTimeToLive", "JobTimeout", "LogLevel", "RunnerConfiguration"},
		"AwsVpcConfiguration": {"Subnets", "SecurityGroups", "AssignPublicIp", "VpcId"},
		"Startup":             {"Commands", "CommandsTimeout", "Command"},
	}
}

func readJSON(t testing.TB, text string) *cfn.Node {
	t.Helper()
	n, err := cfn.ReadJSON([]byte(text))
	require.NoError(t, err)
	return n
}

// Every value in every property, nothing else wrong.
func TestDocumentAgreesWithReadOnEveryValue(t *testing.T) {
	t.Parallel()
	documents := compile(t)
	right, other := readJSON(t, rightValues), readJSON(t, otherValues).Items
	for _, of := range right.Fields {
		for _, value := range of.Value.Items {
			if !hasFraction(value) {
				other = append(other, value)
			}
		}
	}
	wrap := func(object string, properties *cfn.Node) *cfn.Node {
		resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)))
		switch object {
		case "":
			for _, field := range properties.Fields {
				resource.Set(field.Key, field.Value)
			}
		case "Properties":
			resource.Set("Properties", properties)
		default:
			for _, required := range []string{"InstanceType", "Subnets"} {
				if !properties.Has(required) && map[string]string{"InstanceType": "Ec2Configuration", "Subnets": "AwsVpcConfiguration"}[required] == object {
					properties.Set(required, right.Get(required).Items[0])
				}
			}
			resource.Set("Properties", cfn.Obj(cfn.F(object, properties)))
		}
		return resource
	}
	for object, names := range objects() {
		for _, name := range names {
			for _, value := range itemsOf(right.Get(name)) {
				assert.True(t, agree(t, documents, wrap(object, cfn.Obj(cfn.F(name, value)))), "%s.%s: %v", object, name, value.Value())
			}
			for _, value := range other {
				agree(t, documents, wrap(object, cfn.Obj(cfn.F(name, value))))
			}
		}
	}
}

// Runners put together at random, with right values more often than not.
func TestDocumentAgreesWithReadOnGeneratedRunners(t *testing.T) {
	t.Parallel()
	documents := compile(t)
	g := generator{rand.New(rand.NewPCG(1, 2)), readJSON(t, rightValues), readJSON(t, otherValues).Items, objects(), 0}
	const runners = 8000
	valid := 0
	for range runners {
		g.carelessness = []float64{0, 0.02, 0.1}[g.random.IntN(3)]
		if agree(t, documents, g.object("", 0.5)) {
			valid++
		}
	}
	assert.Greater(t, valid, runners/5, "few valid Runners prove little")
	assert.Less(t, valid, runners*4/5, "few broken Runners prove little")
}

type generator struct {
	random  *rand.Rand
	right   *cfn.Node
	other   []*cfn.Node
	objects map[string][]string
	// carelessness is how often a value is taken from all.
	carelessness float64
}

func (g *generator) object(name string, share float64) *cfn.Node {
	n := cfn.Obj()
	known := g.objects[name]
	for i, property := range known {
		wanted := share
		switch {
		case i == len(known)-1:
			wanted = g.carelessness / 4 // the unknown one
		case property == "Type" || property == "InstanceType" || property == "Subnets":
			wanted = 1 - g.carelessness/4
		case property == "Image" && n.Has("TaskDefinitionArn"):
			wanted = 2 * g.carelessness
		}
		if g.random.Float64() < wanted {
			n.Set(property, g.value(property))
		}
	}
	return n
}

func (g *generator) value(property string) *cfn.Node {
	if g.random.Float64() < g.carelessness {
		return g.other[g.random.IntN(len(g.other))]
	}
	if g.objects[property] != nil {
		return g.object(property, 0.5)
	}
	right := g.right.Get(property)
	if right == nil {
		return cfn.Str("a")
	}
	return right.Items[g.random.IntN(len(right.Items))]
}

// hasFraction finds the whole numbers that a JSON Schema cannot tell from
// plain ones, the one documented difference.
func hasFraction(n *cfn.Node) bool { return n.Kind == cfn.Number && strings.ContainsAny(n.Text, ".eE") }

// The difference that Document's comment names.
func TestDocumentTakesWholeFractionsForStrings(t *testing.T) {
	t.Parallel()
	resource := readJSON(t, `{"Type": "Attini::Deploy::Runner", "Properties": {"Image": 5.0}}`)
	require.NoError(t, compile(t).resource.Validate(resource.Value()))
	_, problems := schema.Read("Build", resource, cfn.NewPath("Resources", "Build"), nil)
	assert.True(t, problems.HasErrors())
}

func itemsOf(n *cfn.Node) []*cfn.Node {
	if n == nil {
		return nil
	}
	return n.Items
}
