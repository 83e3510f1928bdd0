package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

// settings are the agent's variables; see docs/wire.md, "Task environment".
type settings struct {
	QueueURL, DeployDataTable, ResourceStateTable, RunnerName string
	ConfigurationHash                                         int32
	// ConfigurationID is the configuration that the task was started from; the framework's
	// launcher does not give it.
	ConfigurationID string
	// NoStartupCommands means that it has no startup commands.
	NoStartupCommands bool
	MaxConcurrentJobs int
	// TokenKey seals the tokens of claims.
	TokenKey string
	// SingleJob means that the agent leaves after a job.
	SingleJob                                               bool
	IdleTimeToLive, JobTimeout, StartupTimeout, StopTimeout time.Duration
	LogLevel                                                string
	ArtifactStore                                           artifactStore
	Region, Shell, MetadataURI                              string
	// HostID is the EC2 instance that was started for this agent; "" without one.
	HostID  string
	Metrics bool
	// These are as in worker.Config. No launcher sets them; all agents of a runner
	// need the same values.
	HeartbeatInterval, LeaseTime, SettleTime time.Duration
	// warnings describe values that were replaced.
	warnings []string
}

// environment has a process's variables by name.
type environment map[string]string

func environmentOf(variables []string) environment {
	e := environment{}
	for _, variable := range variables {
		if name, value, found := strings.Cut(variable, "="); found {
			e[name] = value
		}
	}
	return e
}

// stopTimeout is ECS's default time between SIGTERM and SIGKILL.
const stopTimeout = 30 * time.Second

// leastIdleTimeToLive is the least that launchers allow. The agent accepts less, as
// the framework's agent does.
const leastIdleTimeToLive = time.Minute

// readSettings reads the environment. The error names every missing variable. A
// value that is not a number is replaced by the default, and one out of range by
// the end of the range.
func readSettings(e environment) (settings, error) {
	s := settings{
		LogLevel: "INFO", Region: e[protocol.EnvRegion], Shell: e[protocol.EnvShell], MetadataURI: e[protocol.EnvMetadataURI], HostID: e[protocol.EnvHostID],
		ArtifactStore:   artifactStore(e[protocol.EnvArtifactStore]),
		ConfigurationID: e[protocol.EnvConfigurationID], TokenKey: e[protocol.EnvTokenKey],
	}
	var problems []error
	for _, required := range []struct {
		name string
		into *string
	}{
		{protocol.EnvQueueURL, &s.QueueURL},
		{protocol.EnvDeployDataTable, &s.DeployDataTable},
		{protocol.EnvResourceStateTable, &s.ResourceStateTable},
		{protocol.EnvRunnerResourceName, &s.RunnerName},
	} {
		if *required.into = e[required.name]; *required.into == "" {
			problems = append(problems, fmt.Errorf("the environment variable %s is missing; the launcher sets it", required.name))
		}
	}
	hash, err := strconv.ParseInt(e[protocol.EnvConfigurationHash], 10, 32)
	if err != nil && e[protocol.EnvConfigurationHash] != "" {
		s.warn(protocol.EnvConfigurationHash, e, "0")
	}
	s.ConfigurationHash = int32(hash)
	s.MaxConcurrentJobs = s.number(e, protocol.EnvMaxConcurrentJobs, protocol.DefaultMaxConcurrentJobs, 1, 20)
	s.IdleTimeToLive = s.seconds(e, protocol.EnvIdleTimeToLive, protocol.DefaultIdleTimeToLive, 1, 86400)
	if s.IdleTimeToLive < leastIdleTimeToLive {
		s.warnings = append(s.warnings, fmt.Sprintf("%s: using %d, although launchers allow no less than %d",
			protocol.EnvIdleTimeToLive, s.IdleTimeToLive/time.Second, leastIdleTimeToLive/time.Second))
	}
	s.JobTimeout = s.seconds(e, protocol.EnvJobTimeout, protocol.DefaultJobTimeout, 5, 172800)
	s.StartupTimeout = s.seconds(e, protocol.EnvStartupTimeout, protocol.DefaultStartupTimeout, 5, 172800)
	s.StopTimeout = s.seconds(e, protocol.EnvStopTimeout, stopTimeout, 2, 172800)
	s.HeartbeatInterval = s.seconds(e, protocol.EnvHeartbeatInterval, protocol.HeartbeatInterval, 1, 60)
	s.LeaseTime = s.seconds(e, protocol.EnvLeaseTime, protocol.LeaseTime, 2, 3600)
	s.SettleTime = s.seconds(e, protocol.EnvSettleTime, protocol.SettleTime, 0, 3600)
	switch e[protocol.EnvStartupCommands] {
	case "":
	case protocol.NoStartupCommands:
		s.NoStartupCommands = true
	default:
		s.warn(protocol.EnvStartupCommands, e, "those of the configuration")
	}
	switch e[protocol.EnvIsolation] {
	case "", "none":
	case protocol.IsolationJob:
		s.SingleJob = true
	default: // jobs may meet only if the Runner says so
		s.SingleJob = true
		s.warn(protocol.EnvIsolation, e, protocol.IsolationJob)
	}
	switch e[protocol.EnvMetrics] {
	case "on":
		s.Metrics = true
	case "", "off":
	default:
		s.warn(protocol.EnvMetrics, e, "off")
	}
	if level := e[protocol.EnvLogLevel]; level != "" {
		if _, known := levels()[level]; known {
			s.LogLevel = level
		} else {
			s.warn(protocol.EnvLogLevel, e, s.LogLevel)
		}
	}
	if s.Shell == "" {
		s.Shell = "/bin/bash"
	}
	return s, errors.Join(problems...)
}

// prefetches is how many jobs the agent receives before its worker does.
func (s *settings) prefetches() int {
	if s.SingleJob {
		return 1
	}
	return s.MaxConcurrentJobs
}

func (s *settings) warn(name string, e environment, instead string) {
	s.warnings = append(s.warnings, fmt.Sprintf("%s: %q is not allowed; using %s", name, e[name], instead))
}

func (s *settings) number(e environment, name string, fallback, least, most int) int {
	text := e[name]
	if text == "" {
		return fallback
	}
	value, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		s.warn(name, e, strconv.Itoa(fallback))
		return fallback
	}
	if bounded := min(max(value, least), most); bounded != value {
		s.warn(name, e, strconv.Itoa(bounded))
		return bounded
	}
	return value
}

func (s *settings) seconds(e environment, name string, fallback time.Duration, least, most int) time.Duration {
	return time.Duration(s.number(e, name, int(fallback/time.Second), least, most)) * time.Second
}

// levels are the log levels. OFF is above all of them.
func levels() map[string]slog.Level {
	return map[string]slog.Level{
		"ALL": slog.LevelDebug - 4, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "WARN": slog.LevelWarn,
		"ERROR": slog.LevelError, "OFF": slog.LevelError + 100,
	}
}
