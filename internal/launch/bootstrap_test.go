package launch_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

// odd are arguments that a shell would take for something else, were they part
// of its text.
const odd = `$(touch /tmp/never) "; exit 9 #'`

func TestBootstrapCommand(t *testing.T) {
	t.Parallel()
	agent := launch.Agent{Token: odd, Version: "2.1.0", Downloads: []launch.Download{
		{Machine: "x86_64", URL: "https://a", SHA256: "aa"}, {Machine: "aarch64", URL: "https://b", SHA256: "bb"},
	}}
	for name, test := range map[string]struct {
		shell launch.Shell
		want  []string
	}{
		"defaults": {launch.Shell{}, []string{"4", "20", "120"}},
		"rounded":  {launch.Shell{Tries: 1, Stall: time.Millisecond, Timeout: 1001 * time.Millisecond}, []string{"1", "1", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := test.shell.Command(agent)
			assert.Equal(t, []string{"/bin/sh", "-c"}, command[:2])
			assert.Equal(t, []string{"attini-bootstrap", odd, "2.1.0"}, command[3:6])
			assert.Equal(t, test.want, command[6:9])
			assert.Equal(t, []string{"x86_64", "https://a", "aa", "aarch64", "https://b", "bb"}, command[9:])
			assert.NotContains(t, command[2], odd)
			assert.NotContains(t, command[2], "\n#")
		})
	}
}

// TestBootstrapFits: the longest that AWS and the documentation allow, all at
// once, is within ECS's limit, even if ECS counts characters like < as \u003c.
// The Runner's Startup commands are no part of it, addresses have 256
// characters.
func TestBootstrapFits(t *testing.T) {
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
	c.Runner = launch.RunnerConfiguration{MaxConcurrentJobs: 20, IdleTimeToLive: 86400, JobTimeout: 172800, LogLevel: "DEBUG"}
	c.Startup.CommandsTimeout = 172800
	inAccount(t, c, func(t *testing.T, a *account) {
		t.Helper()
		longest := settings()
		longest.Region = region
		longest.DeployDataTable, longest.ResourceStateTable = strings.Repeat("d", longName), strings.Repeat("t", longName)
		longest.ArtifactStore = strings.Repeat("b", 63)
		longest.Agent.Downloads = nil
		for _, machine := range []string{"x86_64", "aarch64"} {
			longest.Agent.Downloads = append(longest.Agent.Downloads, launch.Download{
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

// TestBootstrapFailure: what the script ends with is explained, and nothing
// else is.
func TestBootstrapFailure(t *testing.T) {
	t.Parallel()
	script := launch.Shell{}.Command(launch.Agent{})[2]
	ends := map[int]bool{}
	for _, match := range regexp.MustCompile(`\bfail ([0-9]+) `).FindAllStringSubmatch(script, -1) {
		code, err := strconv.Atoi(match[1])
		require.NoError(t, err)
		ends[code] = true
	}
	assert.Len(t, ends, 6)
	for code := range 256 {
		assert.Equal(t, ends[code], launch.BootstrapFailure(code) != "", "exit code %d", code)
	}
}

// TestShellcheck holds the script to shellcheck, if it is installed.
func TestShellcheck(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("shellcheck")
	if err != nil {
		program = "../../.tools/venv/bin/shellcheck"
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("shellcheck is not installed here")
	}
	output, err := exec.CommandContext(t.Context(), program, "bootstrap.sh").CombinedOutput()
	require.NoError(t, err, "%s", output)
}
