package launch_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
)

// onFargate is a complete configuration.
func onFargate() launch.Configuration {
	return launch.Configuration{
		StackName: "dev-shop", RunnerName: "Build",
		QueueURL: "https://sqs.eu-west-1.amazonaws.com/111122223333/dev-shop-Build.fifo",
		Task: launch.Task{
			Definition: "arn:aws:ecs:eu-west-1:111122223333:task-definition/dev-shop-Build:7",
			Container:  "Container", Cluster: "attini-default",
		},
		Network: launch.Network{
			Subnets: []string{"subnet-0a1", "subnet-0a2"}, SecurityGroups: []string{"sg-0a1"}, AssignPublicIP: "ENABLED",
		},
	}
}

// onHost is a complete configuration with an EC2 host.
func onHost() launch.Configuration {
	c := onFargate()
	c.Network.AssignPublicIP = ""
	c.Host = &launch.Host{
		LaunchTemplateID: "lt-0a1", LaunchTemplateVersion: "3", InstanceType: "m5.large",
		AMI: "AmazonLinux2023", InstanceProfile: "profile", LogGroup: "dev-shop-BuildEcsClientLogGroup",
	}
	return c
}

func idOf(t *testing.T, c launch.Configuration) string {
	t.Helper()
	id, err := c.ConfigurationID()
	require.NoError(t, err)
	return id
}

// TestConfigurationID: the id depends only on values and JSON keys, not on the
// order of Go fields or on a version of this project.
func TestConfigurationID(t *testing.T) {
	t.Parallel()
	text, err := onFargate().Canonical()
	require.NoError(t, err)
	assert.Equal(t, `{"network":{"assignPublicIp":"ENABLED","securityGroups":["sg-0a1"],"subnets":["subnet-0a1","subnet-0a2"]},`+
		`"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/dev-shop-Build.fifo","runnerName":"Build","stackName":"dev-shop",`+
		`"task":{"cluster":"attini-default","container":"Container","definition":"arn:aws:ecs:eu-west-1:111122223333:task-definition/dev-shop-Build:7"}}`,
		string(text))
	assert.Equal(t, "v1-e505", idOf(t, onFargate())[:7], "ids of deployed stacks stay as they are")
	assert.Regexp(t, `^v1-[0-9a-f]{32}$`, idOf(t, onFargate()))

	same := onFargate()
	same.Network.Subnets = []string{"subnet-0a2", "subnet-0a1", "subnet-0a2"}
	assert.Equal(t, idOf(t, onFargate()), idOf(t, same), "the order of subnets has no meaning")
	assert.Equal(t, []string{"subnet-0a2", "subnet-0a1", "subnet-0a2"}, same.Network.Subnets, "and is left alone")
	same.Network.Subnets, same.Startup.Commands = onFargate().Network.Subnets, []string{}
	assert.Equal(t, idOf(t, onFargate()), idOf(t, same), "an empty list is as none")
}

func TestEveryValueMakesAnotherConfiguration(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*launch.Configuration){
		"stack":                   func(c *launch.Configuration) { c.StackName = "x" },
		"runner":                  func(c *launch.Configuration) { c.RunnerName = "x" },
		"queue":                   func(c *launch.Configuration) { c.QueueURL = "x" },
		"task definition":         func(c *launch.Configuration) { c.Task.Definition = "x" },
		"container":               func(c *launch.Configuration) { c.Task.Container = "x" },
		"cluster":                 func(c *launch.Configuration) { c.Task.Cluster = "x" },
		"role":                    func(c *launch.Configuration) { c.Task.RoleARN = "x" },
		"cpu":                     func(c *launch.Configuration) { c.Task.CPU = 7 },
		"memory":                  func(c *launch.Configuration) { c.Task.Memory = 7 },
		"subnets":                 func(c *launch.Configuration) { c.Network.Subnets = []string{"subnet-0a1"} },
		"security groups":         func(c *launch.Configuration) { c.Network.SecurityGroups = nil },
		"public address":          func(c *launch.Configuration) { c.Network.AssignPublicIP = "DISABLED" },
		"jobs":                    func(c *launch.Configuration) { c.Runner.MaxConcurrentJobs = 7 },
		"idle time":               func(c *launch.Configuration) { c.Runner.IdleTimeToLive = 7 },
		"job timeout":             func(c *launch.Configuration) { c.Runner.JobTimeout = 7 },
		"log level":               func(c *launch.Configuration) { c.Runner.LogLevel = "DEBUG" },
		"startup commands":        func(c *launch.Configuration) { c.Startup.Commands = []string{"x"} },
		"startup timeout":         func(c *launch.Configuration) { c.Startup.CommandsTimeout = 7 },
		"a host":                  func(c *launch.Configuration) { c.Host = &launch.Host{} },
		"launch template":         func(c *launch.Configuration) { c.Host = &launch.Host{LaunchTemplateID: "x"} },
		"launch template version": func(c *launch.Configuration) { c.Host = &launch.Host{LaunchTemplateVersion: "x"} },
		"instance type":           func(c *launch.Configuration) { c.Host = &launch.Host{InstanceType: "x"} },
		"image":                   func(c *launch.Configuration) { c.Host = &launch.Host{AMI: "x"} },
		"instance profile":        func(c *launch.Configuration) { c.Host = &launch.Host{InstanceProfile: "x"} },
		"log group":               func(c *launch.Configuration) { c.Host = &launch.Host{LogGroup: "x"} },
	}
	seen := map[string]string{idOf(t, onFargate()): "nothing"}
	for name, change := range changes {
		c := onFargate()
		change(&c)
		id := idOf(t, c)
		other, twice := seen[id]
		assert.False(t, twice, "%s and %s make the same configuration", name, other)
		seen[id] = name
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	id := idOf(t, onFargate())
	assert.Equal(t, launch.Hash(id), launch.Hash(id))
	assert.NotEqual(t, launch.Hash(id), launch.Hash(idOf(t, onHost())))
	assert.NotZero(t, launch.Hash(id))
}

func TestParseConfiguration(t *testing.T) {
	t.Parallel()
	for _, c := range []launch.Configuration{onFargate(), onHost()} {
		text, err := c.Canonical()
		require.NoError(t, err)
		read, err := launch.ParseConfiguration(text, idOf(t, c))
		require.NoError(t, err)
		assert.Equal(t, c, read)
	}
	text, err := onFargate().Canonical()
	require.NoError(t, err)

	_, err = launch.ParseConfiguration(text, "v1-0")
	require.ErrorContains(t, err, "its content is that of "+idOf(t, onFargate()))
	_, err = launch.ParseConfiguration([]byte("no"), "v1-0")
	require.ErrorContains(t, err, "read the runner's configuration v1-0")
}

func FuzzParseConfiguration(f *testing.F) {
	text, err := onHost().Canonical()
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"startup":{"commands":["é\u0000"]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var c launch.Configuration
		if json.Unmarshal(text, &c) != nil {
			return
		}
		canonical, err := c.Canonical()
		require.NoError(t, err)
		id := idOf(t, c)
		read, err := launch.ParseConfiguration(canonical, id)
		require.NoError(t, err, "what is written can be read")
		assert.Equal(t, id, idOf(t, read))
	})
}

// TestValidate: a wrong value, such as of AssignPublicIp, never reaches ECS.
func TestValidate(t *testing.T) {
	t.Parallel()
	assert.Empty(t, onFargate().Validate())
	assert.Empty(t, onHost().Validate())
	cases := map[string]struct {
		change func(*launch.Configuration)
		says   string
	}{
		"public address":  {func(c *launch.Configuration) { c.Network.AssignPublicIP = "YES" }, `Runner "Build": AwsVpcConfiguration.AssignPublicIp:`},
		"idle time":       {func(c *launch.Configuration) { c.Runner.IdleTimeToLive = 59 }, `Runner "Build": RunnerConfiguration.IdleTimeToLive:`},
		"negative memory": {func(c *launch.Configuration) { c.Task.Memory = -1 }, `Runner "Build": Memory:`},
		"log level":       {func(c *launch.Configuration) { c.Runner.LogLevel = "LOUD" }, `RunnerConfiguration.LogLevel`},
		"no queue":        {func(c *launch.Configuration) { c.QueueURL = "" }, `has no queue; deploy the stack again`},
		"no container":    {func(c *launch.Configuration) { c.Task.Container = "" }, `has no container`},
		"long names":      {func(c *launch.Configuration) { c.StackName = strings.Repeat("x", 240) }, "have 245 characters together, and 240 are allowed"},
		"no subnets":      {func(c *launch.Configuration) { c.Network.Subnets = nil }, `has no subnet`},
		"no template":     {func(c *launch.Configuration) { c.Host = &launch.Host{InstanceType: "m5.large"} }, `has no launch template`},
		"no type":         {func(c *launch.Configuration) { c.Host = &launch.Host{} }, `Ec2Configuration.InstanceType: is required`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := onFargate()
			tc.change(&c)
			problems := c.Validate()
			require.NotEmpty(t, problems)
			var all string
			for _, p := range problems {
				all += p.Message + "\n"
			}
			assert.Contains(t, all, tc.says)
		})
	}
}
