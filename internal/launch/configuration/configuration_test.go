package configuration_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

func idOf(t *testing.T, c configuration.Configuration) string {
	t.Helper()
	id, err := c.ID()
	require.NoError(t, err)
	return id
}

// TestConfigurationID: the id depends only on values and JSON keys, not on the
// order of Go fields or on a version of this project.
func TestConfigurationID(t *testing.T) {
	t.Parallel()
	text, err := launchtest.OnFargate().Canonical()
	require.NoError(t, err)
	assert.Equal(t, `{"network":{"assignPublicIp":"ENABLED","securityGroups":["sg-0a1"],"subnets":["subnet-0a1","subnet-0a2"]},`+
		`"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/dev-shop-Build.fifo","runnerName":"Build","stackName":"dev-shop",`+
		`"task":{"cluster":"attini-default","container":"Container","definition":"arn:aws:ecs:eu-west-1:111122223333:task-definition/dev-shop-Build:7"}}`,
		string(text))
	assert.Equal(t, "v1-e505", idOf(t, launchtest.OnFargate())[:7], "ids of deployed stacks stay as they are")
	assert.Regexp(t, `^v1-[0-9a-f]{32}$`, idOf(t, launchtest.OnFargate()))

	same := launchtest.OnFargate()
	same.Network.Subnets = []string{"subnet-0a2", "subnet-0a1", "subnet-0a2"}
	assert.Equal(t, idOf(t, launchtest.OnFargate()), idOf(t, same), "the order of subnets has no meaning")
	assert.Equal(t, []string{"subnet-0a2", "subnet-0a1", "subnet-0a2"}, same.Network.Subnets, "and is left alone")
	same.Network.Subnets, same.Startup.Commands = launchtest.OnFargate().Network.Subnets, []string{}
	assert.Equal(t, idOf(t, launchtest.OnFargate()), idOf(t, same), "an empty list is as none")
}

func TestEveryValueMakesAnotherConfiguration(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*configuration.Configuration){
		"stack":                   func(c *configuration.Configuration) { c.StackName = "x" },
		"runner":                  func(c *configuration.Configuration) { c.RunnerName = "x" },
		"queue":                   func(c *configuration.Configuration) { c.QueueURL = "x" },
		"task definition":         func(c *configuration.Configuration) { c.Task.Definition = "x" },
		"container":               func(c *configuration.Configuration) { c.Task.Container = "x" },
		"cluster":                 func(c *configuration.Configuration) { c.Task.Cluster = "x" },
		"role":                    func(c *configuration.Configuration) { c.Task.RoleARN = "x" },
		"cpu":                     func(c *configuration.Configuration) { c.Task.CPU = 7 },
		"memory":                  func(c *configuration.Configuration) { c.Task.Memory = 7 },
		"subnets":                 func(c *configuration.Configuration) { c.Network.Subnets = []string{"subnet-0a1"} },
		"security groups":         func(c *configuration.Configuration) { c.Network.SecurityGroups = nil },
		"public address":          func(c *configuration.Configuration) { c.Network.AssignPublicIP = "DISABLED" },
		"jobs":                    func(c *configuration.Configuration) { c.Runner.MaxConcurrentJobs = 7 },
		"idle time":               func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 7 },
		"job timeout":             func(c *configuration.Configuration) { c.Runner.JobTimeout = 7 },
		"log level":               func(c *configuration.Configuration) { c.Runner.LogLevel = "DEBUG" },
		"startup commands":        func(c *configuration.Configuration) { c.Startup.Commands = []string{"x"} },
		"startup timeout":         func(c *configuration.Configuration) { c.Startup.CommandsTimeout = 7 },
		"a host":                  func(c *configuration.Configuration) { c.Host = &configuration.Host{} },
		"launch template":         func(c *configuration.Configuration) { c.Host = &configuration.Host{LaunchTemplateID: "x"} },
		"launch template version": func(c *configuration.Configuration) { c.Host = &configuration.Host{LaunchTemplateVersion: "x"} },
		"instance type":           func(c *configuration.Configuration) { c.Host = &configuration.Host{InstanceType: "x"} },
		"image":                   func(c *configuration.Configuration) { c.Host = &configuration.Host{AMI: "x"} },
		"instance profile":        func(c *configuration.Configuration) { c.Host = &configuration.Host{InstanceProfile: "x"} },
		"log group":               func(c *configuration.Configuration) { c.Host = &configuration.Host{LogGroup: "x"} },
	}
	seen := map[string]string{idOf(t, launchtest.OnFargate()): "nothing"}
	for name, change := range changes {
		c := launchtest.OnFargate()
		change(&c)
		id := idOf(t, c)
		other, twice := seen[id]
		assert.False(t, twice, "%s and %s make the same configuration", name, other)
		seen[id] = name
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	id := idOf(t, launchtest.OnFargate())
	assert.Equal(t, configuration.Hash(id), configuration.Hash(id))
	assert.NotEqual(t, configuration.Hash(id), configuration.Hash(idOf(t, launchtest.OnHost())))
	assert.NotZero(t, configuration.Hash(id))
}

func TestParseConfiguration(t *testing.T) {
	t.Parallel()
	for _, c := range []configuration.Configuration{launchtest.OnFargate(), launchtest.OnHost()} {
		text, err := c.Canonical()
		require.NoError(t, err)
		read, err := configuration.Parse(text, idOf(t, c))
		require.NoError(t, err)
		assert.Equal(t, c, read)
	}
	text, err := launchtest.OnFargate().Canonical()
	require.NoError(t, err)

	_, err = configuration.Parse(text, "v1-0")
	require.ErrorContains(t, err, "its content is that of "+idOf(t, launchtest.OnFargate()))
	_, err = configuration.Parse([]byte("no"), "v1-0")
	require.ErrorContains(t, err, "read the runner's configuration v1-0")
}

func FuzzParseConfiguration(f *testing.F) {
	text, err := launchtest.OnHost().Canonical()
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(`{"startup":{"commands":["é\u0000"]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var c configuration.Configuration
		if json.Unmarshal(text, &c) != nil {
			return
		}
		canonical, err := c.Canonical()
		require.NoError(t, err)
		id := idOf(t, c)
		read, err := configuration.Parse(canonical, id)
		require.NoError(t, err, "what is written can be read")
		assert.Equal(t, id, idOf(t, read))
	})
}

// TestValidate: a wrong value, such as of AssignPublicIp, never reaches ECS.
func TestValidate(t *testing.T) {
	t.Parallel()
	assert.Empty(t, launchtest.OnFargate().Validate())
	assert.Empty(t, launchtest.OnHost().Validate())
	cases := map[string]struct {
		change func(*configuration.Configuration)
		says   string
	}{
		"public address":  {func(c *configuration.Configuration) { c.Network.AssignPublicIP = "YES" }, `Runner "Build": AwsVpcConfiguration.AssignPublicIp:`},
		"idle time":       {func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 59 }, `Runner "Build": RunnerConfiguration.IdleTimeToLive:`},
		"negative memory": {func(c *configuration.Configuration) { c.Task.Memory = -1 }, `Runner "Build": Memory:`},
		"log level":       {func(c *configuration.Configuration) { c.Runner.LogLevel = "LOUD" }, `RunnerConfiguration.LogLevel`},
		"no queue":        {func(c *configuration.Configuration) { c.QueueURL = "" }, `has no queue; deploy the stack again`},
		"no container":    {func(c *configuration.Configuration) { c.Task.Container = "" }, `has no container`},
		"long names":      {func(c *configuration.Configuration) { c.StackName = strings.Repeat("x", 240) }, "have 245 characters together, and 240 are allowed"},
		"no subnets":      {func(c *configuration.Configuration) { c.Network.Subnets = nil }, `has no subnet`},
		"no template":     {func(c *configuration.Configuration) { c.Host = &configuration.Host{InstanceType: "m5.large"} }, `has no launch template`},
		"no type":         {func(c *configuration.Configuration) { c.Host = &configuration.Host{} }, `Ec2Configuration.InstanceType: is required`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := launchtest.OnFargate()
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
