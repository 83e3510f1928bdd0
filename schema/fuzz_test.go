package schema_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

// FuzzRead: whatever stands under a Runner's name, Read neither panics nor
// changes it, says the same twice, and each problem has its rule and subject;
// what it takes for Known is in its range.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"Type": "Attini::Deploy::Runner"}`))
	f.Add([]byte(`{"Type": "Attini::Deploy::Runner", "Properties": {"Cpu": 1e999, "Memory": "512", "Image": {"Ref": "A"}, "a\n\"b": []}}`))
	f.Add([]byte(`{"Properties": {"AwsVpcConfiguration": {"Subnets": "subnet-1, ,", "SecurityGroups": [{"Ref": "AWS::NoValue"}, null]}}}`))
	f.Add([]byte(`{"Properties": {"Startup": {"Commands": ["{{resolve:ssm:a}}", 5, 5.0, {"a": "b"}], "CommandsTimeout": "5.0"}, "Ec2Configuration": {"Fn::If": []}}}`))
	f.Add([]byte(rightValues))
	f.Add([]byte(otherValues))
	f.Fuzz(func(t *testing.T, data []byte) {
		resource, err := cfn.ReadJSON(data)
		if err != nil {
			return
		}
		before, err := resource.MarshalJSON()
		require.NoError(t, err)
		runner, problems := schema.Read("Build", resource, cfn.NewPath("Resources", "Build"), nil)
		require.NotNil(t, runner)
		after, err := resource.MarshalJSON()
		require.NoError(t, err)
		assert.True(t, bytes.Equal(before, after), "Read changed the template")
		_, again := schema.Read("Build", resource, cfn.NewPath("Resources", "Build"), nil)
		assert.Equal(t, problems, again)
		for _, p := range problems {
			assert.NotEmpty(t, p.Rule)
			assert.True(t, strings.HasPrefix(p.Path, "Resources.Build"), p.Path)
			assert.True(t, strings.HasPrefix(p.Message, `Runner "Build": `), p.Message)
			assert.NotContains(t, p.Message, "\n", "a value must not break the line")
		}
		configuration := runner.RunnerConfiguration
		for _, c := range []struct {
			value       schema.Value[int]
			least, most int
		}{
			{configuration.MaxConcurrentJobs, 1, 20},
			{configuration.IdleTimeToLive, 60, 86400},
			{configuration.JobTimeout, 5, 172800},
			{runner.Startup.CommandsTimeout, 5, 172800},
			{runner.Memory, 512, 25165824},
			{runner.Cpu, 256, 98304},
		} {
			assert.True(t, !c.value.Known || c.value.Literal >= c.least && c.value.Literal <= c.most, "%d", c.value.Literal)
		}
	})
}
