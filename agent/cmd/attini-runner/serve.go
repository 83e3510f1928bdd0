package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/cenkalti/backoff/v5"

	awsports "github.com/attini-go/runner/agent/internal/aws"
	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// startTimeout bounds the calls of services before the first job.
const startTimeout = time.Minute

// agent is one run of the agent.
type agent struct {
	arguments startArguments
	settings  settings
	streams   streams
	// output is the container's log.
	output *joblog.AsyncWriter
	logger *slog.Logger
	aws    aws.Config
	queue  *awsports.PrefetchQueue
	// container is the agent's own, as metadata describes it, or identifyErr says
	// why it is unknown.
	metadata    *awsports.Metadata
	container   awsports.Container
	identifyErr error
	// signals are SIGTERM and SIGINT.
	signals <-chan os.Signal
	// killNow is closed when jobs must end at once.
	killNow chan struct{}
}

// serve runs the agent until it is idle, stopped or replaced, and returns its exit
// code. If the agent cannot start, it fails the waiting step.
func serve(ctx context.Context, arguments startArguments, s streams) int {
	// Signals wait until there is a worker: without a handler they would end the
	// agent while it holds messages, or be lost if it is the container's first
	// process.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)
	// Without a handler, a write to a closed standard output would end the agent.
	// Its jobs still have their logs in the artifact store.
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	defer signal.Stop(broken)
	found, err := readSettings(environmentOf(s.environment))
	a := &agent{arguments: arguments, settings: found, streams: s, output: joblog.NewAsyncWriter(s.stdout, droppedNotice), signals: signals, killNow: make(chan struct{})}
	defer a.flush(ctx)
	a.logger = slog.New(slog.NewJSONHandler(a.output, &slog.HandlerOptions{Level: levels()[found.LogLevel]}))
	var identifying sync.WaitGroup
	identifying.Go(func() { a.identify(ctx) }) // at the same time, because a job waits
	for _, warning := range found.warnings {
		a.logger.Warn("a setting has another value than the environment says", "setting", warning)
	}
	loaded, configured := a.configure(ctx)
	if configured == nil {
		a.aws = loaded
		defer a.terminateHost(ctx)
	}
	if err = errors.Join(err, configured, checkVersion(version, arguments.version)); err != nil {
		identifying.Wait()
		return a.reportStartFailure(ctx, err)
	}
	a.queue = awsports.NewPrefetchQueue(ctx, awsports.NewQueue(a.aws, a.settings.QueueURL, a.logger), a.settings.prefetches())
	defer a.requeue(ctx)
	identifying.Wait()
	if err := a.run(ctx); err != nil {
		return a.reportStartFailure(ctx, err)
	}
	return exitOK
}

func (a *agent) configure(ctx context.Context) (aws.Config, error) {
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRegion(a.settings.Region), config.WithRetryer(func() aws.Retryer {
		return retry.NewStandard()
	}))
	if err == nil && loaded.Region == "" {
		err = fmt.Errorf("no region; set %s", protocol.EnvRegion)
	}
	if err != nil {
		return aws.Config{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return loaded, nil
}

// identify reads which container the agent runs in.
func (a *agent) identify(ctx context.Context) {
	a.metadata = awsports.NewMetadata(a.settings.MetadataURI)
	a.identifyErr = a.retryStart(ctx, func(ctx context.Context) (err error) {
		a.container, err = a.metadata.Container(ctx)
		if err == nil && a.settings.MetadataURI != "" && a.container.TaskARN == "" {
			err = errors.New("the answer of the ECS metadata endpoint names no task")
		}
		return err
	})
}

const (
	// startCallTimeout bounds one try of a start's step, longestStartPause the pause
	// before the next.
	startCallTimeout  = 10 * time.Second
	longestStartPause = 5 * time.Second
)

// retryStart repeats a step of the start for startTimeout, unless a service refuses it
// for good. A job waits, and a new task would take longer.
func (a *agent) retryStart(ctx context.Context, do func(context.Context) error) error {
	ctx, stop := context.WithTimeout(ctx, startTimeout)
	defer stop()
	pauses := backoff.NewExponentialBackOff()
	pauses.MaxInterval = longestStartPause
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		call, cancel := context.WithTimeout(ctx, startCallTimeout)
		defer cancel()
		last = do(call)
		if errors.Is(last, worker.ErrRefused) {
			return struct{}{}, backoff.Permanent(last)
		}
		if last != nil && ctx.Err() == nil {
			a.logger.Warn("a step of the start failed; trying again", "error", last)
		}
		return struct{}{}, last
	}, backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(startTimeout))
	if err != nil && last != nil {
		return last
	}
	return err
}

// reportStartFailure writes the error to the agent's log and fails the step that
// waits for the agent's start, if there is one.
func (a *agent) reportStartFailure(ctx context.Context, err error) int {
	a.logger.Error("the agent ends", "error", err)
	var startup *worker.StartupError // the worker has failed every job
	if a.arguments.token == "" || a.aws.Region == "" || errors.As(err, &startup) || errors.Is(err, worker.ErrSuperseded) {
		return exitFailed
	}
	ctx, cancel := lastly(ctx, reportReserve)
	defer cancel()
	failed := awsports.NewReporter(a.aws, a.logger).Fail(ctx, a.arguments.token, worker.Failure{
		Error: protocol.ErrorStartup, Cause: protocol.Shorten(err.Error(), protocol.MaxCause),
	})
	if failed != nil && !errors.Is(failed, worker.ErrTokenClosed) {
		a.logger.Error("cannot fail the waiting step", "error", failed)
	}
	return exitFailed
}

// runnerItem is the runner's item, for this agent's task.
func (a *agent) runnerItem() *awsports.RunnerItem {
	return awsports.NewRunnerItem(a.aws, a.settings.ResourceStateTable, a.settings.RunnerName, a.container.TaskARN, a.logger)
}
