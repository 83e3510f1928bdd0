package launch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

const (
	// lockTime is how long the start lock lasts unless it is renewed. It is longer
	// than any single call takes. A start waits this long for a launcher that died.
	lockTime = time.Minute
	// minRetryDelay and maxRetryDelay are between two requests for a lock that
	// another launcher has.
	minRetryDelay = 200 * time.Millisecond
	maxRetryDelay = 2 * time.Second
	// startRetryTime is how long a start is retried that AWS refuses for now.
	startRetryTime = 90 * time.Second
	// newTaskGrace is how long a task counts as usable after its start, or after a
	// question about it. An event reports a task that ends sooner.
	newTaskGrace = 10 * time.Second
	// consistencyTime is how long after its start ECS may not know a task yet.
	consistencyTime = 2 * time.Minute
	// registrationTimeout is how long a host may take to register in its cluster. It
	// is shorter than the heartbeat timeout of a step (300 s), so that the host is
	// overdue when a step fails by its heartbeat.
	registrationTimeout = 4*time.Minute + 30*time.Second
	// maxStartFailures is how many tasks or hosts in a row may end without a job
	// before the waiting jobs fail.
	maxStartFailures = 3
	// reportReserve is the part of an invocation's time that is kept for failing
	// steps.
	reportReserve = 15 * time.Second
	// reportTimeout is how long failing the steps may take.
	reportTimeout = 2 * time.Minute
)

// Launcher sends jobs to warm runners. It keeps nothing between two calls. All methods
// may be called concurrently, also by other processes.
type Launcher struct {
	settings Settings
	ports    Ports
	logger   *slog.Logger
	// usable is when this process has last seen a task usable, by runner and ARN: agents
	// can write another runner's task into an item.
	usable *lru.Cache[string, time.Time]
	// pause waits, at most until the context ends. steady means that pauses are not
	// random.
	pause  func(ctx context.Context, duration time.Duration)
	steady bool
}

// usableTasks is how many tasks a Launcher remembers.
const usableTasks = 256

// WithPauses returns a Launcher whose pauses are not random, and are made by pause, so
// that a simulation decides what happens meanwhile, and can be replayed.
func (l *Launcher) WithPauses(pause func(ctx context.Context, duration time.Duration)) *Launcher {
	steady := *l
	steady.pause, steady.steady = pause, true
	return &steady
}

// New returns a Launcher. A nil logger discards all log output.
func New(settings Settings, ports Ports, logger *slog.Logger) (*Launcher, error) {
	var problems []error
	for _, required := range []struct {
		name    string
		missing bool
	}{
		{"the account", settings.Account == ""},
		{"the region", settings.Region == ""},
		{"the table of deployments", settings.DeployDataTable == ""},
		{"the table of resource states", settings.ResourceStateTable == ""},
		{"the artifact store", settings.ArtifactStore == ""},
		{"the agent's version", settings.Agent.Version == ""},
		{"a port", !ports.isComplete() || ports.Checks == nil},
	} {
		if required.missing {
			problems = append(problems, errors.New(required.name+" is missing"))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("configure the launcher: %w", err)
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	usable, err := lru.New[string, time.Time](usableTasks)
	if err != nil {
		return nil, fmt.Errorf("make room for tasks: %w", err)
	}
	return &Launcher{settings: settings, ports: ports, logger: logger, usable: usable, pause: pause}, nil
}

// runner is a runner and the configuration to start it with.
type runner struct {
	name, id      string
	configuration configuration.Configuration
	// secret is the runner's, without a Key if its stack was deployed before runners had
	// one; nil if it has not been read.
	secret *configuration.Secret
	// registered is a host of which an event says that it has registered.
	registered string
	// before is the state before the job was queued; nil if it was not read.
	before *State
}

// Launch sends a job to its runner's queue and ensures that the runner is there or is
// being started. If that is impossible, it fails the step and returns no error. An
// error means that the step could not be failed either.
func (l *Launcher) Launch(ctx context.Context, event []byte) error {
	request, err := message.ParseRequest(event)
	if request.Token == "" {
		return err
	}
	if err == nil {
		err = l.launch(ctx, request)
	}
	if err == nil {
		return nil
	}
	var failure *message.Failure
	if !errors.As(err, &failure) {
		failure = &message.Failure{Name: message.ErrorTask, Cause: fmt.Sprintf("start the runner of step %q: %s. What to do: give the step a Retry", request.Step, err)}
	}
	l.logger.Warn("a job is not launched", "step", request.Step, "execution", request.Execution, "error", failure)
	reporting, cancel := l.reportContext(ctx)
	defer cancel()
	if err := l.failStep(reporting, request.Token, failure.For(request.ErrorNames)); err != nil {
		return fmt.Errorf("fail %s: %w", request, err)
	}
	return nil
}

func (l *Launcher) launch(ctx context.Context, request message.Request) error {
	r, err := l.admit(ctx, &request)
	if err != nil {
		return err
	}
	body, err := request.Message()
	if err != nil {
		return err
	}
	// Send the message first, then read the state, or lock it: an agent that ends does
	// it the other way round, so one of the two sees the other.
	err = l.ports.Queue.Send(ctx, r.configuration.QueueURL, protocol.JobID(request.Token), body)
	switch {
	case errors.Is(err, ErrTooLarge):
		return request.TooLarge(len(body))
	case errors.Is(err, ErrNoQueue):
		return message.ConfigurationFailure("Runner %q: %s; it was removed from its stack, or its stack is being deleted", r.configuration.RunnerName, ErrNoQueue)
	case err != nil:
		return fmt.Errorf("send the job to the runner's queue: %w", err)
	}
	err = l.ensureRunner(ctx, r)
	var final *message.Failure
	if err == nil || errors.As(err, &final) {
		return err
	}
	// The job is in the queue: it must not fail because a look was throttled.
	later, cancel := l.reportContext(ctx)
	defer cancel()
	if problem := l.ports.Checks.At(later, r.name, time.Now().Add(checkSoon)); problem != nil {
		return errors.Join(err, problem)
	}
	l.logger.Warn("a runner cannot be started now; a check does it later", "runner", r.name, "error", err)
	return nil
}

// admit refuses a request of an earlier deployment, one of another stack that the
// runner's template does not share the runner with, since the job would run with the
// role of the runner's stack, and one whose step does not prove that its plan was
// deployed with the runner: whoever may invoke the launcher can name any execution.
func (l *Launcher) admit(ctx context.Context, request *message.Request) (runner, error) {
	r, found, err := l.readAdmission(ctx, AdmissionKeys{
		Runner: request.Runner, Configuration: request.Configuration, StateMachine: request.StateMachine(), Deployment: request.Deployment(),
	})
	if err != nil {
		return runner{}, err
	}
	if err := request.Admit(found.Deployment); err != nil {
		return runner{}, err
	}
	switch {
	case found.Stack == "":
		return runner{}, message.ConfigurationFailure("step %q: its state machine %s is not the plan of a stack; deploy the stack again", request.Step, request.StateMachine())
	case !r.configuration.IsSharedWith(found.Stack):
		return runner{}, message.ConfigurationFailure("step %q: Runner %q belongs to the stack %s, and jobs of the stack %s may not run on it; add %s to its SharedWith, or use a Runner of %s",
			request.Step, r.configuration.RunnerName, r.configuration.StackName, found.Stack, found.Stack, found.Stack)
	}
	return r, request.Authorize(found.Secret)
}

// readAdmission reads what keys name, and checks the runner's configuration.
func (l *Launcher) readAdmission(ctx context.Context, keys AdmissionKeys) (runner, Admission, error) {
	found, err := l.ports.Admissions.Admission(ctx, keys)
	switch {
	case errors.Is(err, configuration.ErrNotFound):
		return runner{}, Admission{}, noConfiguration(keys.Runner, keys.Configuration)
	case err != nil:
		return runner{}, Admission{}, fmt.Errorf("read the runner %s, its configuration and what the step's plan was deployed with: %w", keys.Runner, err)
	}
	r, err := l.newRunner(keys.Runner, keys.Configuration, found.Configuration)
	r.secret, r.before = &found.Secret, &found.State
	return r, found, err
}

// Prewarm ensures that runners are there or are being started, without a job. The
// error names the runners that cannot be started. Steps that already wait for them
// fail.
func (l *Launcher) Prewarm(ctx context.Context, wanted []message.PrewarmTarget) error {
	problems := make([]error, len(wanted))
	start := func(i int) {
		if err := l.prewarm(ctx, wanted[i]); err != nil {
			problems[i] = fmt.Errorf("start the runner %s ahead: %w", wanted[i].Runner, err)
		}
	}
	var others sync.WaitGroup
	for i := range wanted {
		if i > 0 {
			others.Go(func() { start(i) })
		}
	}
	if len(wanted) > 0 {
		start(0)
	}
	others.Wait()
	return errors.Join(problems...)
}

// prewarm starts a runner ahead. A plan without the runner's capability starts none:
// its steps do, if they may.
func (l *Launcher) prewarm(ctx context.Context, want message.PrewarmTarget) error {
	r, found, err := l.readAdmission(ctx, AdmissionKeys{Runner: want.Runner, Configuration: want.Configuration})
	switch {
	case err != nil:
		return err
	case found.Secret.Key != "" && !found.Secret.Allows(want.Configuration, want.Capability):
		l.logger.Info("a runner is not started ahead, since the plan has not got its configuration id from its deployment", "runner", want.Runner)
		return nil
	}
	return l.ensureRunner(ctx, r)
}

// loadRunner reads and checks a runner's configuration. A *message.Failure says what
// is wrong with it.
func (l *Launcher) loadRunner(ctx context.Context, name, id string) (runner, error) {
	c, err := l.ports.Configurations.GetConfiguration(ctx, name, id)
	switch {
	case errors.Is(err, configuration.ErrNotFound):
		return runner{}, noConfiguration(name, id)
	case err != nil:
		return runner{}, fmt.Errorf("read the configuration of the runner %s: %w", name, err)
	}
	return l.newRunner(name, id, c)
}

func noConfiguration(name, id string) error {
	return message.ConfigurationFailure("Runner %q has no configuration %s; its stack was deleted, or has not been deployed with this plan. What to do: deploy the stack again", name, id)
}

// newRunner checks a configuration that was read as that of a runner.
func (l *Launcher) newRunner(name, id string, c configuration.Configuration) (runner, error) {
	if problems := c.Validate(); problems.HasErrors() {
		text := ""
		for i, p := range problems {
			if i > 0 {
				text += "; "
			}
			text += p.Message
		}
		return runner{}, &message.Failure{Name: message.ErrorConfiguration, Cause: text}
	}
	if c.ResourceName() != name {
		return runner{}, message.ConfigurationFailure("Runner %q: its configuration %s is that of %q; deploy the stack again", name, id, c.ResourceName())
	}
	r := runner{name: name, id: id, configuration: c}
	host := ""
	if c.Host != nil {
		host = longestInstanceID
	}
	// Refuse what ECS cannot take before anything is started.
	if _, err := l.settings.taskRequest(r, host); err != nil {
		return runner{}, err
	}
	return r, nil
}

// longestInstanceID is an instance's id at its full length.
const longestInstanceID = "i-00000000000000000"

// failStep fails a step. A step that has ended is no error.
func (l *Launcher) failStep(ctx context.Context, token string, failure message.Failure) error {
	err := l.ports.Steps.Fail(ctx, token, message.Failure{
		Name:  protocol.Shorten(failure.Name, protocol.MaxErrorName),
		Cause: protocol.Shorten(failure.Cause, protocol.MaxCause),
	})
	if errors.Is(err, ErrTokenClosed) {
		return nil
	}
	return err
}

// reportContext returns a context for failing steps, which outlives ctx.
func (l *Launcher) reportContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), reportTimeout)
}

// randomName returns a unique name.
func randomName() string { return rand.Text() }
