package schema_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

// steps is a template with a plan of these.
func steps(plan string) string {
	return `{"Resources": {"Plan": {"Type": "Attini::Deploy::DeploymentPlan", "Properties": {"DeploymentPlan": ` + plan + `}}}}`
}

func TestTemplateDocument(t *testing.T) {
	t.Parallel()
	document := compile(t).template
	for name, c := range map[string]struct {
		template string
		valid    bool
	}{
		"nothing":                     {`{}`, true},
		"no resources":                {`{"Resources": {}, "Anything": 5}`, true},
		"resources of others":         {`{"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Cpu": "many"}}, "Odd": 5, "NoType": {"Properties": {"Cpu": 1}}}}`, true},
		"a loop":                      {`{"Resources": {"Fn::ForEach::Queues": ["Name", ["a"], {"Queue${Name}": {"Type": "AWS::SQS::Queue"}}]}}`, true},
		"a Runner without properties": {`{"Resources": {"Build": {"Type": "Attini::Deploy::Runner"}}}`, true},
		"a wrong Runner":              {`{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}, "Build": {"Type": "Attini::Deploy::Runner", "Properties": {"Cpu": 1}}}}`, false},
		"items that are no values": {
			`{"Resources": {"Build": {"Type": "Attini::Deploy::Runner", "Properties": {"AwsVpcConfiguration": {"Subnets": ["subnet-1"],
				"SecurityGroups": ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", {"Ref": "AWS::NoValue"}, {"Ref": "AWS::NoValue"}]}}}}}`, true,
		},
		"what it does not count, as it says": {
			`{"Resources": {"Build": {"Type": "Attini::Deploy::Runner", "Properties": {"AwsVpcConfiguration": {"Subnets": ["subnet-1"],
				"SecurityGroups": ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6", {"Ref": "AWS::NoValue"}]}}}}}`, true,
		},
		"a plan":                       {`{"Resources": {"Plan": {"Type": "Attini::Deploy::DeploymentPlan", "Condition": "A", "Properties": {"DeploymentPlan": [], "DefaultRunner": "Build", "RoleArn": {"Ref": "Role"}}}}}`, true},
		"a plan without properties":    {`{"Resources": {"Plan": {"Type": "Attini::Deploy::DeploymentPlan"}}}`, false},
		"a plan without steps":         {`{"Resources": {"Plan": {"Type": "Attini::Deploy::DeploymentPlan", "Properties": {}}}}`, false},
		"a plan with another property": {`{"Resources": {"Plan": {"Type": "Attini::Deploy::DeploymentPlan", "Properties": {"DeploymentPlan": {"StartAt": "A", "States": {}}, "Runner": "Build"}}}}`, false},
		"steps": {steps(`[{"Name": "A", "Type": "AttiniRunnerJob", "Properties": {"Commands": ["make", {"Fn::Sub": "x"}], "Environment": {"A.$": "$.a"}}, "Retry": [{"ErrorEquals": ["States.ALL"]}]},
			{"Name": "B", "Type": "Choice", "Condition": {"Variable": "$.x", "IsNull": true}, "IsTrue": [{"Name": "C", "Type": "Pass"}]}]`), true},
		"states": {steps(`{"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Map", "Items": "{% $x %}", "MaxConcurrency": "{% 5 %}", "ItemProcessor": {"StartAt": "B", "States": {
			"B": {"Type": "AttiniLambdaInvoke", "Arguments": {"FunctionName": "f"}, "End": true}}}, "Next": "C"}, "C": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "D"}]}, "D": {"Type": "Wait", "Seconds": 5, "End": true}}}`), true},
		"a step without a name":   {steps(`[{"Type": "Pass"}]`), false},
		"a step of no type":       {steps(`[{"Name": "A", "Type": "Paralel"}]`), false},
		"a misspelt key":          {steps(`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Paramters": {}, "End": true}}}`), false},
		"a misspelt key, nested":  {steps(`[{"Name": "A", "Type": "Parallel", "Branches": [[{"Name": "B", "Type": "Wait", "Secnds": 5}]]}]`), false},
		"a number out of range":   {steps(`[{"Name": "A", "Type": "Task", "Resource": "r", "TimeoutSeconds": 0}]`), false},
		"a strategy that is none": {steps(`[{"Name": "A", "Type": "Task", "Resource": "r", "Retry": [{"ErrorEquals": ["E"], "JitterStrategy": "SOME"}]}]`), false},
		"a job's other property":  {steps(`[{"Name": "A", "Type": "AttiniRunnerJob", "Properties": {"Comands": []}}]`), false},
		"a plan that is a text":   {`{"Resources": {"Plan": {"Type": "Attini::Deploy::DeploymentPlan", "Properties": {"DeploymentPlan": "a"}}}}`, false},
	} {
		err := document.Validate(readJSON(t, c.template).Value())
		assert.Equal(t, c.valid, err == nil, "%s: %v", name, err)
	}
}

// The registry's form is of resolved values without a resource round them.
func TestRegistryDocument(t *testing.T) {
	t.Parallel()
	document := validator(t, "registry.json", schema.RegistryDocument())
	right := `{"Image": "debian:stable", "Cpu": 512, "RunnerConfiguration": {"LogLevel": "INFO", "JobTimeout": 60},
		"Ec2Configuration": {"Ami": "ami-01234567", "InstanceType": "m5.large"},
		"AwsVpcConfiguration": {"Subnets": "subnet-1, subnet-2", "SecurityGroups": ["sg-1"]}, "Startup": {"Commands": ["make"]}}`
	require.NoError(t, document.Validate(readJSON(t, right).Value()))
	for _, wrong := range []string{
		`{"Cpu": 1}`, `{"Cpu": "many"}`, `{"Image": "a b"}`, `{"Imag": "a"}`, `{"Ec2Configuration": {"Ami": "AmazonLinux2"}}`,
		`{"Ec2Configuration": {"Ami": "a", "InstanceType": "m5.large"}}`, `{"RunnerConfiguration": {"LogLevel": "info"}}`,
		`{"AwsVpcConfiguration": {"Subnets": []}}`, `{"AwsVpcConfiguration": {"Subnets": "subnet-1,a"}}`, `{"Startup": {"Commands": "make"}}`,
	} {
		assert.Error(t, document.Validate(readJSON(t, wrong).Value()), wrong)
	}
}

// Plans that expand without a problem are valid to editors, too.
func TestTemplateDocumentOfWholePlans(t *testing.T) {
	t.Parallel()
	document := compile(t).template
	files, err := filepath.Glob("../transform/testdata/*/template.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range append(files, "../examples/hello/init-stack.yaml", "../examples/release/init-stack.yaml") {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		template, problems := cfn.Read(text)
		require.Empty(t, problems)
		plans := cfn.Obj()
		for _, resource := range template.Get("Resources").Fields {
			if resource.Value.Get("Type").Value() == "Attini::Deploy::DeploymentPlan" {
				plans.Fields = append(plans.Fields, resource)
			}
		}
		require.NotEmpty(t, plans.Fields, file)
		assert.NoError(t, document.Validate(cfn.Obj(cfn.F("Resources", plans)).Value()), file)
	}
}
