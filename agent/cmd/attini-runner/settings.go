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

// settings are what the launcher puts into the container's environment.
type settings struct {
	QueueURL, DeployDataTable, ResourceStateTable, RunnerName string
	ConfigurationHash                                         int32
	MaxConcurrentJobs                                         int
	IdleTimeToLive, JobTimeout, StartupTimeout, StopTimeout   time.Duration
	LogLevel                                                  string
	Region, Shell, MetadataURI                                string
	// HostID is the EC2 instance that was started for this agent.
	HostID string
	// Metrics says that they are wanted.
	Metrics bool
	// HeartbeatInterval (ATTINI_HEARTBEAT_INTERVAL, 1 to 60 s, 20 by default),
	// LeaseTime (ATTINI_CLAIM_LEASE_TIME, 2 to 3600 s, 180 by default) and
	// SettleTime (ATTINI_SETTLE_TIME, 0 to 3600 s, 75 by default) are as in
	// worker.Config. No launcher sets these variables, since the defaults are
	// right; who does gives all agents of a runner the same.
	HeartbeatInterval, LeaseTime, SettleTime time.Duration
	// warnings say which values were not taken as they are.
	warnings []string
}

// environment is a process's, by name.
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

// stopTimeout is ECS's time between SIGTERM and SIGKILL, where nothing else is
// said.
const stopTimeout = 30 * time.Second

// leastIdleTimeToLive is the documented least. As the original does, the agent
// takes less all the same.
const leastIdleTimeToLive = time.Minute

// readSettings reads the environment. The error names everything that is
// missing; a number that is none counts as its default, and one that is out of
// range as the end of the range.
func readSettings(e environment) (settings, error) {
	s := settings{LogLevel: "INFO", Region: e[protocol.EnvRegion], Shell: e[protocol.EnvShell], MetadataURI: e[protocol.EnvMetadataURI], HostID: e[protocol.EnvHostID]}
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
		s.warnings = append(s.warnings, fmt.Sprintf("%s: %d is used, although %d is the least that launchers allow",
			protocol.EnvIdleTimeToLive, s.IdleTimeToLive/time.Second, leastIdleTimeToLive/time.Second))
	}
	s.JobTimeout = s.seconds(e, protocol.EnvJobTimeout, protocol.DefaultJobTimeout, 5, 172800)
	s.StartupTimeout = s.seconds(e, protocol.EnvStartupTimeout, protocol.DefaultStartupTimeout, 5, 172800)
	s.StopTimeout = s.seconds(e, protocol.EnvStopTimeout, stopTimeout, 2, 172800)
	s.HeartbeatInterval = s.seconds(e, protocol.EnvHeartbeatInterval, protocol.HeartbeatInterval, 1, 60)
	s.LeaseTime = s.seconds(e, protocol.EnvLeaseTime, protocol.LeaseTime, 2, 3600)
	s.SettleTime = s.seconds(e, protocol.EnvSettleTime, protocol.SettleTime, 0, 3600)
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

func (s *settings) warn(name string, e environment, instead string) {
	s.warnings = append(s.warnings, fmt.Sprintf("%s: %q is not allowed; %s is used", name, e[name], instead))
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

// levels are the documented log levels. OFF is above everything that is said.
func levels() map[string]slog.Level {
	return map[string]slog.Level{
		"ALL": slog.LevelDebug - 4, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "WARN": slog.LevelWarn,
		"ERROR": slog.LevelError, "OFF": slog.LevelError + 100,
	}
}
