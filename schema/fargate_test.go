package schema_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/problem"
	"github.com/attini-go/runner/schema"
)

func TestReadWarnsOfSizesThatFargateLacks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, properties, path, message string }{
		{"least", "Cpu: 256\nMemory: 512", "", ""},
		{"most", "Cpu: 32768\nMemory: 249856", "", ""},
		{"step", "Cpu: 8192\nMemory: 20480", "", ""},
		{"Cpu alone", "Cpu: 4096", "", ""},
		{"Memory alone", "Memory: 777", "", ""},
		{"Memory only the deployment knows", "Cpu: 256\nMemory: !Ref A", "", ""},
		{"on a host", "Cpu: 300\nMemory: 600\nEc2Configuration: {InstanceType: m5.large}", "", ""},
		{"perhaps on a host", "Cpu: 300\nEc2Configuration: !If [a, b, c]", "", ""},
		{"Cpu", "Cpu: 300", "Cpu", "Cpu: 300 CPU units are no size of Fargate (sizes: 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)"},
		{"listed Memory", "Cpu: 256\nMemory: 1536", "Memory", "Memory: 1536 MiB do not go with 256 CPU units on Fargate (with them: 512, 1024, 2048)"},
		{"too little Memory", "Cpu: 1024\nMemory: 1024", "Memory", "Memory: 1024 MiB do not go with 1024 CPU units on Fargate (with them: 2048-8192 in steps of 1024)"},
		{"too much Memory", "Cpu: 512\nMemory: 5120", "Memory", "Memory: 5120 MiB do not go with 512 CPU units on Fargate (with them: 1024-4096 in steps of 1024)"},
		{"Memory off the steps", "Cpu: 16384\nMemory: 33792", "Memory", "Memory: 33792 MiB do not go with 16384 CPU units on Fargate (with them: 32768-122880 in steps of 8192)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			runner, problems := read(t, c.properties)
			if c.message == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Equal(t, problem.Problem{
				Severity: problem.Warning, Rule: schema.RuleFargateSize, Path: "Resources.Build.Properties." + c.path,
				Place:   runner.Resource.At("Properties", c.path).Place,
				Message: `Runner "Build": ` + c.message,
			}, problems[0])
			assert.True(t, runner.Cpu.Known)
		})
	}
}
