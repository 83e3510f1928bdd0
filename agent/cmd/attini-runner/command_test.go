package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCommands: no command writes a file; a wrong command lists those that exist.
func TestCommands(t *testing.T) {
	t.Parallel()
	const listed = `{"stacks":[{"id":"App/A","name":"a"},{"id":"App/B","name":"b"}],"outputs":{"a":{"Url":"https://x"}}}`
	cases := map[string]struct {
		arguments      []string
		code           int
		stdout, stderr string
	}{
		"dry-run says nothing":     {[]string{"dry-run"}, 0, "", ""},
		"version":                  {[]string{"version"}, 0, version + "\n", ""},
		"command-mode version":     {[]string{"command-mode", "version"}, 0, version + "\n", ""},
		"outputs by the ids":       {[]string{"command-mode", "format-cdk-output", listed}, 0, `{"App/A":{"Url":"https://x"},"App/B":{}}` + "\n", ""},
		"no command":               {[]string{"command-mode"}, 1, "", `attini-runner: unknown command ""`},
		"too few arguments":        {[]string{"command-mode", "store-artifact", "key"}, 1, "", "store-artifact needs 2 arguments, not 1"},
		"no JSON":                  {[]string{"command-mode", "format-cdk-output", "x"}, 1, "", "attini-runner: read the stacks: "},
		"two stacks of one name":   {[]string{"command-mode", "format-cdk-output", `{"stacks":[{"id":"A","name":"a"},{"id":"B","name":"a"}]}`}, 1, "", `stacks "A" and "B" have the same name "a"`},
		"no table for the stacks":  {[]string{"command-mode", "save-cdk-stacks", listed}, 1, "", "ATTINI_RESOURCE_STATE_TABLE is missing"},
		"no store for an artifact": {[]string{"command-mode", "store-artifact", "key", "file"}, 1, "", "ATTINI_ARTIFACT_STORE is missing"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := execute(t.Context(), c.arguments, streams{stdout: &stdout, stderr: &stderr, environment: []string{"ATTINI_AWS_REGION=eu-west-1"}})
			assert.Equal(t, c.code, code)
			assert.Equal(t, c.stdout, stdout.String())
			assert.Contains(t, stderr.String(), c.stderr)
			assert.Equal(t, c.stderr == "", stderr.Len() == 0)
		})
	}
}

func TestCheckVersion(t *testing.T) {
	t.Parallel()
	for _, fine := range [][2]string{{"2.0.2", "2.0.2"}, {"2.1.0", "2.0.2"}, {"10.0.0", "9.9.9"}, {"2.0.10", "2.0.9"}, {"2.0.2-SNAPSHOT", "2.0.2"}, {"2.0.2.5", "2.0.2"}, {"1.0.0", ""}} {
		assert.NoError(t, checkVersion(fine[0], fine[1]), fine)
	}
	require.ErrorContains(t, checkVersion("2.0.1", "2.0.2"), "the agent's version is 2.0.1, but the launcher requires 2.0.2")
	require.ErrorContains(t, checkVersion("2.0.1", "2.x.2"), `required: "2.x.2"`)
	require.ErrorContains(t, checkVersion("2.0", "2.0.2"), `the agent's version: "2.0"`)
	assert.NoError(t, checkVersion(version, "2.0.2"), "the original framework's launcher takes this agent")
}

func complete() environment {
	return environment{
		"ATTINI_QUEUE_URL": "https://queue", "ATTINI_DEPLOY_DATA_TABLE": "deploy", "ATTINI_RESOURCE_STATE_TABLE": "state",
		"ATTINI_RUNNER_RESOURCE_NAME": "shop-Build",
	}
}

// TestSettings: every value is checked, and a warning names the wrong variable.
func TestSettings(t *testing.T) {
	t.Parallel()
	s, err := readSettings(complete())
	require.NoError(t, err)
	assert.Equal(t, settings{
		QueueURL: "https://queue", DeployDataTable: "deploy", ResourceStateTable: "state", RunnerName: "shop-Build",
		MaxConcurrentJobs: 5, IdleTimeToLive: time.Hour, JobTimeout: time.Hour, StartupTimeout: time.Hour, StopTimeout: 30 * time.Second,
		LogLevel: "INFO", Shell: "/bin/bash", HeartbeatInterval: 20 * time.Second, LeaseTime: 3 * time.Minute, SettleTime: 75 * time.Second,
	}, s, "the documented defaults")

	given := complete()
	for name, value := range map[string]string{
		"ATTINI_CONFIGURATION_HASH": "-619745872", "ATTINI_MAX_CONCURRENT_JOBS": "20", "ATTINI_RUNNER_IDLE_TTL": "60", "ATTINI_JOB_TIMEOUT": "172800",
		"ATTINI_STARTUP_COMMANDS_TIMEOUT": "5", "ATTINI_LOG_LEVEL": "OFF", "ATTINI_AWS_REGION": "eu-west-1", "SHELL": "/bin/zsh",
		"ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4/x",
	} {
		given[name] = value
	}
	s, err = readSettings(given)
	require.NoError(t, err)
	assert.Empty(t, s.warnings)
	assert.Equal(t, int32(-619745872), s.ConfigurationHash)
	assert.Equal(t, 20, s.MaxConcurrentJobs)
	assert.Equal(t, 48*time.Hour, s.JobTimeout)
	assert.Equal(t, "/bin/zsh", s.Shell)

	wrong := complete()
	for name, value := range map[string]string{
		"ATTINI_CONFIGURATION_HASH": "x", "ATTINI_MAX_CONCURRENT_JOBS": "0", "ATTINI_RUNNER_IDLE_TTL": "soon", "ATTINI_JOB_TIMEOUT": "999999",
		"ATTINI_LOG_LEVEL": "TRACE", "ATTINI_METRICS": "yes",
	} {
		wrong[name] = value
	}
	s, err = readSettings(wrong)
	require.NoError(t, err)
	assert.Equal(t, []string{
		`ATTINI_CONFIGURATION_HASH: "x" is not allowed; using 0`,
		`ATTINI_MAX_CONCURRENT_JOBS: "0" is not allowed; using 1`,
		`ATTINI_RUNNER_IDLE_TTL: "soon" is not allowed; using 3600`,
		`ATTINI_JOB_TIMEOUT: "999999" is not allowed; using 172800`,
		`ATTINI_METRICS: "yes" is not allowed; using off`,
		`ATTINI_LOG_LEVEL: "TRACE" is not allowed; using INFO`,
	}, s.warnings)

	quick := complete()
	for name, value := range map[string]string{
		"ATTINI_RUNNER_IDLE_TTL": "2", "ATTINI_HEARTBEAT_INTERVAL": "1", "ATTINI_CLAIM_LEASE_TIME": "2", "ATTINI_SETTLE_TIME": "0",
	} {
		quick[name] = value
	}
	s, err = readSettings(quick)
	require.NoError(t, err)
	assert.Equal(t, []string{"ATTINI_RUNNER_IDLE_TTL: using 2, although launchers allow no less than 60"}, s.warnings)
	assert.Equal(t, []time.Duration{2 * time.Second, time.Second, 2 * time.Second, 0}, []time.Duration{s.IdleTimeToLive, s.HeartbeatInterval, s.LeaseTime, s.SettleTime})

	_, err = readSettings(environment{"ATTINI_QUEUE_URL": "q"})
	require.EqualError(t, err, "the environment variable ATTINI_DEPLOY_DATA_TABLE is missing; the launcher sets it\n"+
		"the environment variable ATTINI_RESOURCE_STATE_TABLE is missing; the launcher sets it\n"+
		"the environment variable ATTINI_RUNNER_RESOURCE_NAME is missing; the launcher sets it")
}

// TestMissingVariables: an agent that cannot start says why, with or without a
// task token.
func TestMissingVariables(t *testing.T) {
	t.Parallel()
	for _, arguments := range [][]string{nil, {"a", "2.0.2", "more"}} {
		var stdout, stderr bytes.Buffer
		assert.Equal(t, exitFailed, execute(t.Context(), arguments, streams{stdout: &stdout, stderr: &stderr}))
		assert.Contains(t, stdout.String(), "ATTINI_QUEUE_URL is missing")
		assert.NotContains(t, stdout.String(), `"a"`)
	}
}
