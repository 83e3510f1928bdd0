package main

import (
	"context"
	"errors"
	"os/exec"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	awsports "github.com/attini-go/runner/agent/internal/aws"
	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/metrics"
	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/workspace"
)

// After the start, gcPercent replaces startGCPercent: the container's memory is for
// its jobs.
const (
	gcPercent      = 50
	gcPercentDelay = 100 * time.Millisecond
)

// killGrace is the time between a job's SIGTERM and SIGKILL.
const killGrace = 10 * time.Second

// run builds the worker and runs it, once the agent's container is known.
func (a *agent) run(ctx context.Context) error {
	if a.identifyErr != nil {
		return a.identifyErr
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := process.Conceal(); err != nil {
		a.logger.Warn("jobs may read the agent's memory", "error", err)
	}
	// So that orphans of jobs become children of the agent, which ends them.
	if err := process.BecomeSubreaper(); err != nil { // an emulated or a very old kernel
		a.logger.Warn("processes that jobs start in another session may outlive them", "error", err)
	}
	runner := a.runnerItem()
	var declared awsports.Settings
	var registered error
	var registration sync.WaitGroup
	var startupCommands []string
	var notRead error
	registration.Go(func() {
		registered = a.retryStart(ctx, func(ctx context.Context) (err error) {
			declared, err = runner.Register(ctx)
			return err
		})
	})
	registration.Go(func() {
		if a.settings.ConfigurationID == "" || a.settings.NoStartupCommands {
			return
		}
		notRead = a.retryStart(ctx, func(ctx context.Context) (err error) {
			startupCommands, err = runner.StartupCommands(ctx, a.settings.ConfigurationID)
			return err
		})
	})
	// Meanwhile:
	made := nameDirectories()
	defer a.startOrphanReaper(made)()
	err := made.make()
	defer func() {
		if err := made.remove(); err != nil {
			a.logger.Warn("cannot remove the agent's directory", "error", err)
		}
	}()
	store := workspace.NewStore(awsports.NewObjects(a.aws), made.disk, workspace.DefaultLimits(), a.logger)
	defer store.Close()
	archive := joblog.NewArchive(awsports.NewLogs(a.aws), made.disk, a.logger)
	defer func() {
		ending, cancel := lastly(ctx, logReserve)
		defer cancel()
		archive.Close(ending)
	}()
	meter, stopMeter := a.meter(ctx)
	defer stopMeter()
	ports := worker.Ports{
		Queue: a.queue, Reporter: awsports.NewReporter(a.aws, a.logger),
		Source: ownSource{store, a.settings.ArtifactStore}, Log: &logs{a.output.Console(), archive, a.settings.ArtifactStore},
		Filter: awsports.NewMessageFilter(a.aws, a.metadata, runner, a.settings.DeployDataTable, a.settings.ConfigurationHash),
		Claims: awsports.NewClaims(a.aws, a.settings.ResourceStateTable, a.settings.RunnerName, a.container.TaskARN, a.settings.TokenKey, a.logger),
		State:  runner, Meter: meter,
	}
	registration.Wait()
	if err := errors.Join(registered, notRead, err); err != nil {
		return err
	}
	if a.settings.ConfigurationID != "" || a.settings.NoStartupCommands {
		declared.StartupCommands = startupCommands
	}
	work, err := worker.New(a.config(made, declared), ports, a.logger)
	if err != nil {
		return err
	}
	defer time.AfterFunc(gcPercentDelay, func() { debug.SetGCPercent(gcPercent) }).Stop()
	a.logger.Info("the agent has started", "version", version, "commit", commit, "runner", a.settings.RunnerName, "task", a.container.TaskARN)
	defer watchSignals(a.signals, cancel, func() { a.drain(ctx, work) })()
	return work.Run(ctx)
}

func (a *agent) config(made directories, declared awsports.Settings) worker.Config {
	variables := slices.Concat(a.streams.environment, []string{
		protocol.EnvEnvironmentName + "=" + declared.Environment, protocol.EnvDistributionName + "=" + declared.DistributionName,
	})
	return worker.Config{
		MaxConcurrentJobs: a.settings.MaxConcurrentJobs, SingleJob: a.settings.SingleJob, JobTimeout: a.settings.JobTimeout,
		IdleTimeToLive: a.settings.IdleTimeToLive, SettleTime: a.settings.SettleTime, LeaseTime: a.settings.LeaseTime,
		StartupCommands: declared.StartupCommands, StartupTimeout: a.settings.StartupTimeout,
		Shell: a.shell(), Directory: made.disk, MemoryDirectory: made.memory, Environment: variables, LogURL: a.container.LogLink,
		KillGrace: killGrace, KillNow: a.killNow, Program: process.NewProgram(), HeartbeatInterval: a.settings.HeartbeatInterval, OutputLimit: protocol.MaxPayload,
	}
}

// shell returns the configured shell, or sh if it does not exist.
func (a *agent) shell() string {
	if _, err := exec.LookPath(a.settings.Shell); err == nil {
		return a.settings.Shell
	}
	a.logger.Warn("the shell does not exist; using sh", "shell", a.settings.Shell)
	return "sh"
}

// meter is nil if metrics are off or cannot be written.
func (a *agent) meter(ctx context.Context) (meter worker.Meter, stop func()) {
	if !a.settings.Metrics {
		return nil, func() {}
	}
	found, err := metrics.New(a.output, a.settings.RunnerName)
	if err != nil {
		a.logger.Warn("no metrics are written", "error", err)
		return nil, func() {}
	}
	return found, func() {
		ending, cancel := lastly(ctx, logReserve)
		defer cancel()
		if err := found.Close(ending); err != nil {
			a.logger.Warn("cannot write the last metrics", "error", err)
		}
	}
}

// startOrphanReaper makes sure that jobs' processes end and the agent's directories
// are removed even if the agent is killed, until stop is called.
func (a *agent) startOrphanReaper(made directories) (stop func()) {
	all := []string{made.disk}
	if made.memory != "" {
		all = append(all, made.memory)
	}
	reaper, err := process.StartOrphanReaper(nil, all...)
	if err != nil {
		a.logger.Warn("if the agent is killed, processes of its jobs may outlive it", "error", err)
		return func() {}
	}
	return reaper.Stop
}
