package localrun

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/schema"
)

// How the local agents behave where a deployment has its own ways.
const (
	// KillGrace is the time between a job's SIGTERM and SIGKILL. It lets jobs
	// clean up, and a person not wait for long.
	KillGrace = 5 * time.Second
	// heartbeat is how soon a job notices that nobody waits for it any more.
	heartbeat = 200 * time.Millisecond
)

// agentPool has one agent for each runner, started when its first job comes and
// kept until the end, as a warm task is. A runner with Isolation: job has one agent for
// each job, one after the other.
type agentPool struct {
	deployment *Deployment
	options    Options
	directory  string
	reporter   worker.Reporter
	source     worker.Source
	log        *jobLog
	logger     *slog.Logger

	mu         sync.Mutex
	queues     map[string]*agentQueue
	running    sync.WaitGroup
	startAgent func(run func(context.Context))
}

// agentQueue is the queue of a runner's agents, of which one at a time works.
type agentQueue struct {
	*memory.Queue
	working sync.Mutex
}

// send puts a job into the queue of the runner of that resource name, and starts
// the runner if need be. The error is a *launch.Failure.
func (f *agentPool) send(name string, body []byte) error {
	runner := f.deployment.runners[name]
	if runner == nil {
		return &message.Failure{Name: message.ErrorConfiguration, Cause: fmt.Sprintf("Runner %q is not one of this template's", name)}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	q := f.queues[name]
	if q != nil && !isIsolated(runner) {
		q.Send(body)
		return nil
	}
	if q == nil {
		q = &agentQueue{Queue: memory.NewQueue()}
	}
	f.queues[name] = q
	q.Send(body)
	f.startAgent(func(ctx context.Context) {
		q.working.Lock()
		defer q.working.Unlock()
		if q.Waiting() == 0 { // its job's step has ended
			return
		}
		if err := f.run(ctx, runner, q); err != nil {
			f.refuse(ctx, q, fmt.Sprintf("start the Runner %q: %s", runner.Name, err))
		}
	})
	return nil
}

// run runs an agent until its queue is closed or its only job has ended. The error says
// why it could not start.
func (f *agentPool) run(ctx context.Context, runner *schema.Runner, q worker.Queue) error {
	directory := filepath.Join(f.directory, runner.Name)
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	config := f.config(runner, directory)
	if f.options.Containers != nil {
		c, err := f.startContainer(ctx, runner, directory)
		if err != nil {
			return err
		}
		defer c.Remove()
		config = inContainer(config, c)
	}
	agent, err := worker.New(config, worker.Ports{
		Queue: q, Reporter: f.reporter, Source: f.source, Log: runnerLog{f.log, runner.Name},
	}, f.logger)
	if err != nil {
		return err
	}
	var startup *worker.StartupError // its jobs have failed with the reason
	if err := agent.Run(ctx); err != nil && ctx.Err() == nil && !errors.As(err, &startup) {
		f.logger.Error("runner ended", "runner", runner.Name, "error", err)
	}
	return nil
}

// refuse fails the jobs of a runner that did not start.
func (f *agentPool) refuse(ctx context.Context, q worker.Queue, cause string) {
	for {
		deliveries, err := q.Receive(ctx, 1, time.Hour)
		if err != nil {
			return // the run is over
		}
		for _, delivery := range deliveries {
			if job, err := protocol.ParseMessage(delivery.Body); err == nil {
				// The step may have ended.
				_ = f.reporter.Fail(ctx, job.Metadata.TaskToken, worker.Failure{Error: message.ErrorTask, Cause: cause})
			}
		}
	}
}

// close lets all agents finish what they have and end.
func (f *agentPool) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(f.queues)) {
		f.queues[name].Close()
	}
}

func (f *agentPool) config(runner *schema.Runner, directory string) worker.Config {
	facts := f.deployment.facts
	return worker.Config{
		SingleJob:         isIsolated(runner),
		MaxConcurrentJobs: runner.RunnerConfiguration.MaxConcurrentJobs.Literal,
		JobTimeout:        seconds(runner.RunnerConfiguration.JobTimeout.Literal),
		StartupCommands:   runner.Startup.Commands.Literal,
		StartupTimeout:    seconds(runner.Startup.CommandsTimeout.Literal),
		Shell:             f.options.Shell,
		Directory:         directory,
		Environment: append(slices.Clone(f.options.Environment),
			protocol.EnvArtifactStore+"="+artifactStore(facts),
			protocol.EnvAccount+"="+facts.Account,
			protocol.EnvRegion+"="+facts.Region,
		),
		KillGrace:         KillGrace,
		KillNow:           f.options.KillNow,
		Program:           f.options.Program,
		HeartbeatInterval: heartbeat,
		OutputLimit:       protocol.MaxPayload,
	}
}

func isIsolated(runner *schema.Runner) bool { return runner.Isolation.Literal == protocol.IsolationJob }

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
