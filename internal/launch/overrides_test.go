package launch_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/bootstrap"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

// TestOverridesFit: the longest that AWS and the documentation allow, all at
// once, is within ECS's limit, even if ECS counts characters like < as \u003c.
// The Runner's Startup commands are no part of it, addresses have 256
// characters.
func TestOverridesFit(t *testing.T) {
	t.Parallel()
	const (
		id        = "111122223333"
		region    = "ap-southeast-1"
		longName  = 255 // of a container or a table
		longGroup = 255 - len("attini-runner:")
	)
	c := launchtest.Configuration(strings.Repeat("s", 128), strings.Repeat("R", longGroup-128-1))
	c.QueueURL = "https://sqs." + region + ".amazonaws.com/" + id + "/" + strings.Repeat("q", 75) + ".fifo"
	c.Task.Container = strings.Repeat("c", longName)
	c.Task.RoleARN = "arn:aws:iam::" + id + ":role/" + strings.Repeat("p", 510) + "/" + strings.Repeat("r", 64)
	c.Task.CPU, c.Task.Memory = 98304, 25165824
	c.Runner = configuration.RunnerConfiguration{MaxConcurrentJobs: 20, IdleTimeToLive: 86400, JobTimeout: 172800, LogLevel: "DEBUG"}
	c.Startup.CommandsTimeout = 172800
	inAccount(t, c, func(t *testing.T, a *account) {
		t.Helper()
		longest := settings()
		longest.Region = region
		longest.DeployDataTable, longest.ResourceStateTable = strings.Repeat("d", longName), strings.Repeat("t", longName)
		longest.ArtifactStore = strings.Repeat("b", 63)
		longest.Agent.Downloads = nil
		for _, machine := range []string{"x86_64", "aarch64"} {
			longest.Agent.Downloads = append(longest.Agent.Downloads, bootstrap.Download{
				Machine: machine, URL: "https://" + strings.Repeat("u", 248), SHA256: strings.Repeat("0", 64),
			})
		}
		l, err := launch.New(longest, a.Ports(nil), nil)
		require.NoError(t, err)
		require.NoError(t, l.Launch(t.Context(), a.job("token")))
		require.Nil(t, a.Step("token").Failure, "%v", a.Step("token").Failure)
		require.Len(t, a.Tasks(), 1)
		overrides := a.Tasks()[0].Request.Overrides
		// What only a task on an EC2 host has, whose network is not the task's.
		overrides.Containers[0].Environment = append(overrides.Containers[0].Environment, launch.Variable{Name: "ATTINI_EC2_INSTANCE_ID", Value: "i-0123456789abcdef0"})
		text, err := json.Marshal(overrides)
		require.NoError(t, err)
		t.Log("characters:", len(text))
		assert.LessOrEqual(t, len(text), launch.MaxOverrides)
	})
}

// TestEveryPropertyReachesTheTask: a property changes the request for the task or the
// host, or is listed with the reason.
func TestEveryPropertyReachesTheTask(t *testing.T) {
	t.Parallel()
	elsewhere := map[string]string{
		"SharedWith":                             "the launcher reads it for each job",
		"Ec2Configuration.Ami":                   "the launch template has it",
		"Ec2Configuration.InstanceType":          "the launch template has it",
		"Ec2Configuration.InstanceProfileName":   "the launch template has it",
		"Ec2Configuration.FallbackInstanceTypes": "a host has one only without capacity; TestFallbackInstanceTypes",
	}
	requests := func(c configuration.Configuration) (all string) {
		inAccount(t, c, func(t *testing.T, a *account) {
			a.launch("token")
			for _, host := range a.Hosts() {
				all += host.Request.Subnet
			}
			a.registerAll()
			require.Len(t, a.Tasks(), 1)
			request := a.Tasks()[0].Request
			request.Token = ""
			for i, v := range request.Overrides.Containers[0].Environment {
				if v.Name == protocol.EnvConfigurationHash || v.Name == protocol.EnvConfigurationID {
					request.Overrides.Containers[0].Environment[i].Value = ""
				}
			}
			text, err := json.Marshal(request)
			require.NoError(t, err)
			all += string(text)
		})
		return all
	}
	for path := range launchtest.PropertyValues() {
		base := onFargate()
		if strings.HasPrefix(path, "Ec2Configuration.") {
			base = onHost()
		}
		_, listed := elsewhere[path]
		assert.Equal(t, listed, requests(base) == requests(launchtest.WithProperty(t, base, path)), "%s: pass it to the task, or list here why not", path)
	}
}

// TestNoStartupCommands: the agent of a configuration without any need not read it.
func TestNoStartupCommands(t *testing.T) {
	t.Parallel()
	for name, commands := range map[string][]string{"none": nil, "": {"true"}} {
		c := onFargate()
		c.Startup.Commands = commands
		inAccount(t, c, func(t *testing.T, a *account) {
			a.launch("t")
			value := ""
			for _, variable := range a.Tasks()[0].Request.Overrides.Containers[0].Environment {
				if variable.Name == "ATTINI_STARTUP_COMMANDS" {
					value = variable.Value
				}
			}
			assert.Equal(t, name, value)
		})
	}
}
