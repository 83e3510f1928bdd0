package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"

	awsports "github.com/attini-go/runner/agent/internal/aws"
	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/metrics"
	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/workspace"
)

const (
	// startTimeout bounds the questions before the first job.
	startTimeout = time.Minute
	// reportReserve is what the last reports get of the time to stop.
	reportReserve = 15 * time.Second
	// logReserve is what the ends of logs get that could not be stored before.
	logReserve = 5 * time.Second
	// flushReserve is what the container's log gets to take the last lines.
	flushReserve = 2 * time.Second
	// hostReserve is what the termination of the agent's host gets.
	hostReserve = 25 * time.Second
	// killGrace is the time between a job's SIGTERM and SIGKILL.
	killGrace = 10 * time.Second
)

// gcPercent is how much garbage there may be, in percent of what is in use, once
// the start is over: an agent makes little, and its container's memory is for
// its jobs.
const (
	gcPercent      = 50
	gcPercentDelay = 100 * time.Millisecond
)

// agent is one run of the agent.
type agent struct {
	arguments startArguments
	settings  settings
	streams   streams
	// output is the container's log.
	output *joblog.AsyncWriter
	logger *slog.Logger
	aws    aws.Config
	// signals are those to stop.
	signals <-chan os.Signal
	queue   *awsports.PrefetchQueue
	// container is the agent's own, which metadata tells; unknown says why not.
	metadata    *awsports.Metadata
	container   awsports.Container
	identifyErr error
}

// serve runs the agent until there is nothing left to do, and returns its exit
// code. Whatever keeps it from starting is told to the step that waits.
func serve(ctx context.Context, invited startArguments, s streams) int {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// From now on a signal to stop waits until there is a worker: one that came
	// too early would end the agent with messages in its hands, or, as it is
	// the container's first process, be lost.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)
	// A write to a standard output that is gone ends a program, unless it takes
	// this signal. The agent works on, its jobs have their logs in the store.
	gone := make(chan os.Signal, 1)
	signal.Notify(gone, syscall.SIGPIPE)
	defer signal.Stop(gone)
	found, err := readSettings(environmentOf(s.environment))
	a := &agent{arguments: invited, settings: found, streams: s, output: joblog.NewAsyncWriter(s.stdout, droppedNotice), signals: signals}
	defer a.flush(ctx)
	a.logger = slog.New(slog.NewJSONHandler(a.output, &slog.HandlerOptions{Level: levels()[found.LogLevel]}))
	var asking sync.WaitGroup
	asking.Go(func() { a.identify(ctx) }) // meanwhile, since a job is waiting
	for _, warning := range found.warnings {
		a.logger.Warn("a setting is not taken as it is", "setting", warning)
	}
	loaded, configured := a.configure(ctx)
	if configured == nil {
		a.aws = loaded
		defer a.terminateHost(ctx)
	}
	if err = errors.Join(err, configured, checkVersion(version, invited.version)); err != nil {
		asking.Wait()
		return a.reportStartFailure(ctx, err)
	}
	a.queue = awsports.NewPrefetchQueue(ctx, awsports.NewQueue(a.aws, a.settings.QueueURL, a.logger), a.settings.MaxConcurrentJobs)
	defer a.requeue(ctx)
	asking.Wait()
	if err := a.run(ctx, cancel); err != nil {
		return a.reportStartFailure(ctx, err)
	}
	return exitOK
}

func (a *agent) configure(ctx context.Context) (aws.Config, error) {
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRegion(a.settings.Region), config.WithRetryer(func() aws.Retryer {
		return retry.NewStandard()
	}))
	if err == nil && loaded.Region == "" {
		err = errors.New("no region; set ATTINI_AWS_REGION")
	}
	if err != nil {
		return aws.Config{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return loaded, nil
}

// reportStartFailure says why the agent cannot work: to its log, and to the step that waits
// for its start, if there is one.
func (a *agent) reportStartFailure(ctx context.Context, err error) int {
	a.logger.Error("the agent ends", "error", err)
	var startup *worker.StartupError // the worker has told every job
	if a.arguments.token == "" || a.aws.Region == "" || errors.As(err, &startup) || errors.Is(err, worker.ErrSuperseded) {
		return exitFailed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportReserve)
	defer cancel()
	told := awsports.NewReporter(a.aws, a.logger).Fail(ctx, a.arguments.token, worker.Failure{
		Error: protocol.ErrorStartup, Cause: protocol.Shorten(err.Error(), protocol.MaxCause),
	})
	if told != nil && !errors.Is(told, worker.ErrTokenClosed) {
		a.logger.Error("tell the waiting step", "error", told)
	}
	return exitFailed
}

// identify asks what container this is.
func (a *agent) identify(ctx context.Context) {
	ctx, stop := context.WithTimeoutCause(ctx, startTimeout, errors.New("the container's metadata do not answer"))
	defer stop()
	a.metadata = awsports.NewMetadata(a.settings.MetadataURI)
	a.container, a.identifyErr = a.metadata.Container(ctx)
}

// run works, once it is known who the agent is.
func (a *agent) run(ctx context.Context, cancel context.CancelCauseFunc) error {
	if a.identifyErr != nil {
		return a.identifyErr
	}
	// So that what a job leaves behind comes to us, and ends with us.
	if err := process.BecomeSubreaper(); err != nil { // an emulator of the kernel, or a very old one
		a.logger.Warn("what a job's processes leave behind under another session may outlive it", "error", err)
	}
	asking, stop := context.WithTimeoutCause(ctx, startTimeout, errors.New("the agent's services do not answer"))
	defer stop()
	runner := awsports.NewRunnerItem(a.aws, a.settings.ResourceStateTable, a.settings.RunnerName, a.container.TaskARN, a.logger)
	var told awsports.Settings
	var joined error
	var joining sync.WaitGroup
	joining.Go(func() { told, joined = runner.Register(asking) })
	// Meanwhile:
	made := nameDirectories()
	defer a.startOrphanReaper(made)()
	err := made.make()
	defer func() {
		if err := made.remove(); err != nil {
			a.logger.Warn("remove the agent's directory", "error", err)
		}
	}()
	store := workspace.NewStore(awsports.NewObjects(a.aws), made.disk, workspace.DefaultLimits())
	defer store.Close()
	archive := joblog.NewArchive(awsports.NewLogs(a.aws), made.disk, a.logger)
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), logReserve)
		defer cancel()
		archive.Close(ending)
	}()
	meter, stopMeter := a.meter(ctx)
	defer stopMeter()
	ports := worker.Ports{
		Queue: a.queue, Reporter: awsports.NewReporter(a.aws, a.logger),
		Source: store, Log: &logs{a.output.Console(), archive},
		Filter: awsports.NewMessageFilter(a.aws, a.metadata, runner, a.settings.DeployDataTable, a.settings.ConfigurationHash),
		Claims: awsports.NewClaims(a.aws, a.settings.ResourceStateTable, a.settings.RunnerName, a.container.TaskARN, a.logger),
		State:  runner, Meter: meter,
	}
	joining.Wait()
	if err := errors.Join(joined, err); err != nil {
		return err
	}
	work, err := worker.New(a.config(made, told), ports, a.logger)
	if err != nil {
		return err
	}
	defer time.AfterFunc(gcPercentDelay, func() { debug.SetGCPercent(gcPercent) }).Stop()
	a.logger.Info("the agent works", "version", version, "commit", commit, "runner", a.settings.RunnerName, "task", a.container.TaskARN)
	defer watchSignals(a.signals, cancel, func() {
		a.logger.Info("the agent is to stop", "seconds", a.settings.StopTimeout.Seconds())
		draining, over := context.WithCancelCause(ctx)
		time.AfterFunc(max(a.settings.StopTimeout-reportReserve, 0), func() { over(errStopTimeout) })
		work.Drain(draining)
	})()
	return work.Run(ctx)
}

var (
	// errStopTimeout ends the jobs that still run when a stopped task has no
	// time left.
	errStopTimeout = errors.New("the runner's task was stopped, and its time to stop is over")
	// errInterrupted ends the agent at once.
	errInterrupted = errors.New("the agent was told to end at once")
)

// watchSignals calls drain at the first signal to end, and ends the agent at the
// second, until the returned function is called.
func watchSignals(signals <-chan os.Signal, end context.CancelCauseFunc, drain func()) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for first := true; ; first = false {
			select {
			case <-done:
				return
			case <-signals:
			}
			if first {
				drain()
			} else {
				end(errInterrupted)
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// requeue gives back what was received, and was not taken.
func (a *agent) requeue(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logReserve)
	defer cancel()
	if err := a.queue.Requeue(ctx); err != nil {
		a.logger.Warn("give back a message; it comes again when its visibility timeout is over", "error", err)
	}
}

// meter is nil when metrics are not wanted, or cannot be written.
func (a *agent) meter(ctx context.Context) (meter worker.Meter, stop func()) {
	if !a.settings.Metrics {
		return nil, func() {}
	}
	found, err := metrics.New(a.output, metrics.Config{
		Namespace: "Attini/Runner", Dimensions: []metrics.Dimension{{Name: "RunnerName", Value: a.settings.RunnerName}},
	})
	if err != nil {
		a.logger.Warn("no metrics are written", "error", err)
		return nil, func() {}
	}
	return found, func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), logReserve)
		defer cancel()
		if err := found.Close(ending); err != nil {
			a.logger.Warn("write the last metrics", "error", err)
		}
	}
}

// terminateHost ends the EC2 instance that was started for this agent: its last act,
// however it ends.
func (a *agent) terminateHost(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hostReserve)
	defer cancel()
	runner := awsports.NewRunnerItem(a.aws, a.settings.ResourceStateTable, a.settings.RunnerName, a.container.TaskARN, a.logger)
	host := awsports.NewHost(a.aws, runner, a.settings.HostID, a.logger)
	if !host.ShouldTerminate(ctx) {
		return
	}
	if err := host.Terminate(ctx); err != nil {
		a.logger.Error("terminate the agent's host; it must be ended by hand", "instance", a.settings.HostID, "error", err)
	}
}

func (a *agent) config(made directories, told awsports.Settings) worker.Config {
	variables := append(a.streams.environment[:len(a.streams.environment):len(a.streams.environment)],
		protocol.EnvEnvironmentName+"="+told.Environment, protocol.EnvDistributionName+"="+told.DistributionName)
	return worker.Config{
		MaxConcurrentJobs: a.settings.MaxConcurrentJobs, JobTimeout: a.settings.JobTimeout,
		IdleTimeToLive: a.settings.IdleTimeToLive, SettleTime: a.settings.SettleTime, LeaseTime: a.settings.LeaseTime,
		StartupCommands: told.StartupCommands, StartupTimeout: a.settings.StartupTimeout,
		Shell: a.shell(), Directory: made.disk, MemoryDirectory: made.memory, Environment: variables, LogURL: a.container.LogLink,
		KillGrace: killGrace, HeartbeatInterval: a.settings.HeartbeatInterval, OutputLimit: protocol.MaxPayload,
	}
}

// shell is the container's, or what every system has.
func (a *agent) shell() string {
	if _, err := exec.LookPath(a.settings.Shell); err == nil {
		return a.settings.Shell
	}
	a.logger.Warn("the shell is not there; sh is used", "shell", a.settings.Shell)
	return "sh"
}
