package configuration_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/schema"
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

// TestEveryPropertyIsKept: each property of a Runner has a place in a configuration,
// but those that are listed with the reason. A value of a configuration that is no
// property is listed, too.
func TestEveryPropertyIsKept(t *testing.T) {
	t.Parallel()
	elsewhere := map[string]string{"Image": "the macro makes a task definition of it"}
	c := launchtest.OnHost()
	fields := c.Fields()
	places := map[any]string{}
	for _, path := range schema.PropertyPaths() {
		place, kept := fields[path]
		_, listed := elsewhere[path]
		assert.NotEqual(t, listed, kept, "%s: keep it in a Configuration and name it in Fields, or list here why not", path)
		places[place] = path
		delete(fields, path)
	}
	assert.Empty(t, fields, "no property of a Runner")

	var others []string
	var walk func(path string, value reflect.Value)
	walk = func(path string, value reflect.Value) {
		value = reflect.Indirect(value)
		if value.Kind() == reflect.Struct {
			for i := range value.NumField() {
				walk(path+"."+value.Type().Field(i).Name, value.Field(i))
			}
		} else if _, isProperty := places[value.Addr().Interface()]; !isProperty {
			others = append(others, path)
		}
	}
	walk("", reflect.ValueOf(&c))
	assert.Equal(t, []string{".StackName", ".RunnerName", ".QueueURL", ".Task.NetworkMode", ".Host.LaunchTemplateID", ".Host.LaunchTemplateVersion", ".Host.LogGroup"}, others)
}

func TestEveryValueMakesAnotherConfiguration(t *testing.T) {
	t.Parallel()
	onHost := launchtest.OnHost()
	changed := map[string]configuration.Configuration{"nothing": onHost, "no host": launchtest.OnFargate()}
	for path := range onHost.Fields() {
		changed[path] = launchtest.WithProperty(t, onHost, path)
	}
	for name, change := range map[string]func(*configuration.Configuration){
		"stack":                   func(c *configuration.Configuration) { c.StackName = "x" },
		"runner":                  func(c *configuration.Configuration) { c.RunnerName = "x" },
		"queue":                   func(c *configuration.Configuration) { c.QueueURL = "x" },
		"launch template":         func(c *configuration.Configuration) { c.Host = &configuration.Host{LaunchTemplateID: "x"} },
		"launch template version": func(c *configuration.Configuration) { c.Host = &configuration.Host{LaunchTemplateVersion: "x"} },
		"log group":               func(c *configuration.Configuration) { c.Host = &configuration.Host{LogGroup: "x"} },
	} {
		c := onHost
		change(&c)
		changed[name] = c
	}
	seen := map[string]string{}
	for name, c := range changed {
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

// TestValidateReportsWhatIsMissing: each value that a start needs.
func TestValidateReportsWhatIsMissing(t *testing.T) {
	t.Parallel()
	for what, clear := range map[string]func(*configuration.Configuration){
		"stack name":                     func(c *configuration.Configuration) { c.StackName = "" },
		"runner name":                    func(c *configuration.Configuration) { c.RunnerName = "" },
		"queue":                          func(c *configuration.Configuration) { c.QueueURL = "" },
		"task definition":                func(c *configuration.Configuration) { c.Task.Definition = "" },
		"container":                      func(c *configuration.Configuration) { c.Task.Container = "" },
		"cluster":                        func(c *configuration.Configuration) { c.Task.Cluster = "" },
		"launch template":                func(c *configuration.Configuration) { c.Host.LaunchTemplateID = "" },
		"version of its launch template": func(c *configuration.Configuration) { c.Host.LaunchTemplateVersion = "" },
	} {
		c := launchtest.OnHost()
		clear(&c)
		problems := c.Validate()
		if assert.Len(t, problems, 1, what) {
			assert.Equal(t, configuration.Rule, problems[0].Rule)
			assert.Contains(t, problems[0].Message, "has no "+what+";")
		}
	}
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
		"long names":      {func(c *configuration.Configuration) { c.StackName = strings.Repeat("x", 240) }, "have 245 characters together, and 240 are allowed"},
		"a host's name": {func(c *configuration.Configuration) {
			c.StackName, c.Host = strings.Repeat("x", 123), launchtest.OnHost().Host
		}, "have 128 characters together, and 127 are allowed"},
		"no subnets": {func(c *configuration.Configuration) { c.Network.Subnets = nil }, `AwsVpcConfiguration.Subnets: is required`},
		"no type":    {func(c *configuration.Configuration) { c.Host = &configuration.Host{} }, `Ec2Configuration.InstanceType: is required`},
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
