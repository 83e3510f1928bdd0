package schema_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// TestReadTakesOFF: the documentation's OFF is false to YAML 1.1, so false is all
// that the macro's event, a parameter and a resolved configuration have of it.
func TestReadTakesOFF(t *testing.T) {
	t.Parallel()
	for name, resource := range map[string]*cfn.Node{
		"a template":               readYAML(t, "Type: Attini::Deploy::Runner\nProperties: {RunnerConfiguration: {LogLevel: OFF}}\n"),
		"in small letters":         readYAML(t, "Type: Attini::Deploy::Runner\nProperties: {RunnerConfiguration: {LogLevel: off}}\n"),
		"quoted":                   readYAML(t, "Type: Attini::Deploy::Runner\nProperties: {RunnerConfiguration: {LogLevel: 'OFF'}}\n"),
		"the macro's event":        readJSON(t, `{"Type": "Attini::Deploy::Runner", "Properties": {"RunnerConfiguration": {"LogLevel": false}}}`),
		"a resolved configuration": readJSON(t, `{"Type": "Attini::Deploy::Runner", "Properties": {"RunnerConfiguration": {"LogLevel": "false"}}}`),
	} {
		runner, problems := schema.Read("R", resource, cfn.NewPath("Resources", "R"), nil)
		assert.Empty(t, problems, name)
		assert.Equal(t, "OFF", runner.RunnerConfiguration.LogLevel.Literal, name)
	}
	template := readYAML(t, "Parameters: {Level: {Type: String, Default: OFF, AllowedValues: [OFF, INFO]}}\nResources: {R: {Type: 'Attini::Deploy::Runner', Properties: {RunnerConfiguration: {LogLevel: !Ref Level}}}}\n")
	_, problems := schema.Read("R", template.At("Resources", "R"), cfn.NewPath("Resources", "R"), cfn.Analyze(template, cfn.Values{}))
	assert.Empty(t, problems, "allowed by a parameter")
	_, problems = schema.Read("R", template.At("Resources", "R"), cfn.NewPath("Resources", "R"), cfn.Analyze(template, cfn.Values{Parameters: map[string]string{"Level": "false"}}))
	assert.Empty(t, problems, "the value of a parameter")
}

func readYAML(t testing.TB, text string) *cfn.Node {
	t.Helper()
	n, problems := cfn.Read([]byte(text))
	require.Empty(t, problems)
	return n
}

func TestReadFixes(t *testing.T) {
	t.Parallel()
	for properties, want := range map[string]problem.Fix{
		"Memori: 1024": {Old: "Memori", New: "Memory"},
		"Ec2Configuration: {InstanceTyp: m5.large}": {Old: "InstanceTyp", New: "InstanceType"},
		"RunnerConfiguration: {LogLevel: Info}":     {Old: "Info", New: "INFO"},
		"RunnerConfiguration: {LogLevel: no}":       {Old: "no", New: "OFF"},
		"EcsCluster: yes":                           {Old: "yes", New: `"yes"`},
		"Image: 1.10":                               {Old: "1.10", New: `"1.10"`},
		"InstanceType: m5.large":                    {},
		"ContainerName: 1.10":                       {}, // is no name in quotes either
		"Cpu: 1 vCPU":                               {},
		"Qqqq: 1":                                   {},
		"AwsVpcConfiguration: {Subnets: [subnet-1], AssignPublicIp: True}": {Old: "True", New: "ENABLED"},
	} {
		_, problems := read(t, properties)
		require.Len(t, problems, 1, properties)
		assert.Equal(t, want, problems[0].Fix, properties)
	}
}
