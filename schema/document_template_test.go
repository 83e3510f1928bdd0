package schema_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/schema"
)

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
		"a plan with another property": {`{"Resources": {"Plan": {"Type": "Attini::Deploy::DeploymentPlan", "Properties": {"DeploymentPlan": {}, "Runner": "Build"}}}}`, false},
		"a plan that is a text":        {`{"Resources": {"Plan": {"Type": "Attini::Deploy::DeploymentPlan", "Properties": {"DeploymentPlan": "a"}}}}`, false},
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
