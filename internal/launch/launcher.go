package launch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

const (
	// lockTime is how long the start lock lasts unless it is renewed: longer
	// than any single call takes, and as long as a start waits for one that
	// died.
	lockTime = time.Minute
	// minRetryDelay and maxRetryDelay are between two requests for a lock that
	// another launcher has.
	minRetryDelay = 200 * time.Millisecond
	maxRetryDelay = 2 * time.Second
	// startRetryTime is how long a start asks again that was refused for now.
	startRetryTime = 90 * time.Second
	// newTaskGrace is how long a task counts as alive that was just started. If
	// it ends sooner, its event tells.
	newTaskGrace = 10 * time.Second
	// consistencyTime is how long after its start ECS may not know a task yet.
	consistencyTime = 2 * time.Minute
	// registrationTimeout is how long a host may take to register in its cluster. It
	// is shorter than the heartbeat of a step (300 s), so that who notices the
	// heartbeat's end finds the host overdue.
	registrationTimeout = 4*time.Minute + 30*time.Second
	// maxStartFailures is how many tasks or hosts in a row may end before they
	// take a job, until the jobs that wait fail.
	maxStartFailures = 3
	// reportReserve is what is kept of an invocation's time to tell the steps.
	reportReserve = 15 * time.Second
	// reportTimeout bounds telling the steps.
	reportTimeout = 2 * time.Minute
)

// Launcher gets jobs to warm runners. It keeps nothing between two calls, and
// all methods may be called concurrently, also by other processes.
type Launcher struct {
	settings Settings
	ports    Ports
	logger   *slog.Logger
}

// New makes a Launcher. A nil logger drops what it is told.
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
		{"a port", !ports.isComplete()},
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
	return &Launcher{settings: settings, ports: ports, logger: logger}, nil
}

// runner is a runner and the configuration that it is to have.
type runner struct {
	name, id      string
	configuration configuration.Configuration
	// registered is a host that is known to have come into its cluster.
	registered string
}

// Launch puts a job into its runner's queue and ensures that the runner is
// there or is being started. What is wrong with the job or its runner is told
// to the step, and is no error here. An error says that nobody could be told.
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
	telling, cancel := l.reportContext(ctx)
	defer cancel()
	if told := l.failStep(telling, request.Token, failure); told != nil {
		return fmt.Errorf("fail %s: %w", request, told)
	}
	return nil
}

func (l *Launcher) launch(ctx context.Context, request message.Request) error {
	r, err := l.loadRunner(ctx, request.Runner, request.Configuration)
	if err != nil {
		return err
	}
	if err := l.checkDeployment(ctx, &request); err != nil {
		return err
	}
	body, err := request.Message()
	if err != nil {
		return err
	}
	// First the message, then the look at the runner: an agent that leaves
	// does it the other way round, so one of the two sees the other.
	err = l.ports.Queue.Send(ctx, r.configuration.QueueURL, protocol.JobID(request.Token), body)
	switch {
	case errors.Is(err, ErrTooLarge):
		return request.TooLarge(len(body))
	case errors.Is(err, ErrNoQueue):
		return message.ConfigurationFailure("Runner %q: %s; it was removed from its stack, or its stack is being deleted", r.configuration.RunnerName, ErrNoQueue)
	case err != nil:
		return fmt.Errorf("send the job to the runner's queue: %w", err)
	}
	return l.ensureRunner(ctx, r)
}

// checkDeployment refuses a request as Admit does.
func (l *Launcher) checkDeployment(ctx context.Context, r *message.Request) error {
	deployment, err := l.ports.Deployments.Deployment(ctx, r.Deployment())
	if err != nil {
		return fmt.Errorf("read the deployment %s: %w", r.Deployment(), err)
	}
	return r.Admit(deployment)
}

// Prewarm ensures that runners are there or are being started, without a job.
// Runners that cannot be started are in the error; no step is told but those
// that wait already.
func (l *Launcher) Prewarm(ctx context.Context, wanted []message.PrewarmTarget) error {
	var problems []error
	for _, want := range wanted {
		r, err := l.loadRunner(ctx, want.Runner, want.Configuration)
		if err == nil {
			err = l.ensureRunner(ctx, r)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("start the runner %s ahead: %w", want.Runner, err))
		}
	}
	return errors.Join(problems...)
}

// loadRunner reads and checks a runner's configuration. What is wrong with it is a
// *Failure.
func (l *Launcher) loadRunner(ctx context.Context, name, id string) (runner, error) {
	c, err := l.ports.Configurations.GetConfiguration(ctx, name, id)
	switch {
	case errors.Is(err, configuration.ErrNotFound):
		return runner{}, message.ConfigurationFailure("Runner %q has no configuration %s; its stack was deleted, or has not been deployed with this plan. What to do: deploy the stack again", name, id)
	case err != nil:
		return runner{}, fmt.Errorf("read the configuration of the runner %s: %w", name, err)
	}
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
	// What ECS cannot take is refused before anybody starts anything.
	if _, err := l.settings.taskRequest(r, host); err != nil {
		return runner{}, err
	}
	return r, nil
}

// longestInstanceID is an instance's id at its full length.
const longestInstanceID = "i-00000000000000000"

// failStep fails a step; that nobody waits for it any more is fine.
func (l *Launcher) failStep(ctx context.Context, token string, failure *message.Failure) error {
	err := l.ports.Steps.Fail(ctx, token, message.Failure{
		Name:  protocol.Shorten(failure.Name, protocol.MaxErrorName),
		Cause: protocol.Shorten(failure.Cause, protocol.MaxCause),
	})
	if errors.Is(err, ErrTokenClosed) {
		return nil
	}
	return err
}

// reportContext is a context for telling steps why they fail, also when ctx has
// ended.
func (l *Launcher) reportContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), reportTimeout)
}

// randomName is a name that nobody else has.
func randomName() string { return rand.Text() }
