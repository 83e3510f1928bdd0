package launch

import (
	"context"
	"errors"
	"time"

	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// Ports are what a Launcher works with. All of them are required and may be called
// concurrently. An error that is not named here means that it is not known whether the
// call was done.
type Ports struct {
	Configurations configuration.Store
	Secrets        configuration.Secrets
	Admissions     Admissions
	Queue          Queue
	Steps          Steps
	States         States
	Claims         Claims
	Cluster        Cluster
	// Hosts is EC2.
	Hosts Hosts
	// Checks is a timer. A Remover needs none.
	Checks Checks
}

func (p Ports) isComplete() bool {
	return p.Configurations != nil && p.Secrets != nil && p.Admissions != nil && p.Queue != nil && p.Steps != nil && p.States != nil && p.Claims != nil && p.Cluster != nil && p.Hosts != nil
}

// Admissions are what the lifecycle function records of deployments, plans and runners.
type Admissions interface {
	// Admission reads what decides whether a job may run, in one call: every job needs
	// it, and all of it may have changed since the job before. It returns
	// configuration.ErrNotFound for a configuration that does not exist.
	Admission(ctx context.Context, job AdmissionKeys) (Admission, error)
}

// AdmissionKeys name what an Admission is read from; "" names nothing.
type AdmissionKeys struct {
	// Runner is the runner's resource name, Configuration the id of its configuration,
	// StateMachine the ARN of the job's plan, Deployment the deployment's name,
	// {environment}-{distribution}.
	Runner, Configuration, StateMachine, Deployment string
}

// Admission decides whether a job may run.
type Admission struct {
	Configuration configuration.Configuration
	// State is the runner's before the job is queued; zero if it is not deployed. A
	// runner that is not cold may end meanwhile, and is read again.
	State State
	// Secret is the runner's; zero if it has none.
	Secret configuration.Secret
	// Stack is the name of the stack that the state machine belongs to; "" if it is no
	// plan's.
	Stack string
	// Deployment is empty if there is no item of it.
	Deployment message.Deployment
}

// Queue is the runners' FIFO queues by their URLs. All methods return ErrNoQueue for a
// queue that does not exist.
type Queue interface {
	// Send sends a message, once for each id: the id is its group and its
	// deduplication id. It returns ErrTooLarge if the queue does not accept a message
	// of this size.
	Send(ctx context.Context, queue, id string, body []byte) error
	// Receive waits at most wait for messages, and returns at most 10. It hides them
	// for the duration hide. With a wait, it asks every server of the queue, so that
	// no message means that none is visible.
	Receive(ctx context.Context, queue string, wait, hide time.Duration) ([]Delivery, error)
	// Hidden returns about how many messages are hidden. SQS may be a minute
	// behind.
	Hidden(ctx context.Context, queue string) (int, error)
	// Hide hides a received message for a duration from now; 0 makes it visible. A
	// message that is visible already, or deleted, is no error.
	Hide(ctx context.Context, queue, receipt string, duration time.Duration) error
	// Delete deletes a received message. One that is deleted already is no error.
	Delete(ctx context.Context, queue, receipt string) error
}

// Delivery is one received message.
type Delivery struct {
	Body    []byte
	Receipt string
}

var (
	// ErrNoQueue means that the queue does not exist.
	ErrNoQueue = errors.New("the runner's queue does not exist")
	// ErrTooLarge means that the message is larger than the queue allows.
	ErrTooLarge = errors.New("the message is larger than the queue allows")
)

// Steps are the steps that wait with a task token. Both methods return ErrTokenClosed
// for a step that has ended.
type Steps interface {
	// Fail fails the step.
	Fail(ctx context.Context, token string, failure message.Failure) error
	// Heartbeat lets the step wait for another heartbeat timeout.
	Heartbeat(ctx context.Context, token string) error
}

// ErrTokenClosed means that the task token is no longer valid: the step was answered,
// timed out or was stopped.
var ErrTokenClosed = errors.New("the task token is no longer valid: the step has ended")

// Claims are the items that agents write when they begin a job.
type Claims interface {
	// Claims returns a runner's claims of one task, or of all tasks if task is "".
	// Finished claims are among them.
	Claims(ctx context.Context, runner, task string) ([]Claim, error)
	// Renewed returns when the agent of a task has last renewed its claims, which it
	// does every 45 s while it has jobs; zero if it never did.
	Renewed(ctx context.Context, runner, task string) (time.Time, error)
	// Finish marks a claim as finished: its step has its answer. A claim that does not
	// exist is no error.
	Finish(ctx context.Context, runner string, claim Claim) error
}

// Claim records that the agent of a task has begun a job.
type Claim struct {
	// Name is its key.
	Name string
	// Token is the job's task token, sealed (protocol.OpenToken) or of a runner without a
	// secret as it is; a finished claim has none. It is never logged.
	Token    string
	Task     string
	StepName string
	// ErrorNames are the error names by cause that the step's plan handles.
	ErrorNames string
	Finished   bool
	// ClaimedAt is when the job began.
	ClaimedAt time.Time
}

// Checks is a one-shot timer.
type Checks interface {
	// At has a runner checked at a time or soon after it, at most 15 minutes from now.
	// Checks of one runner are independent of each other.
	At(ctx context.Context, runner string, at time.Time) error
}

// Cluster is ECS.
type Cluster interface {
	// Run runs one task. The same Token and request again returns the same task with
	// its present status. It returns a *Refusal if ECS refuses.
	Run(ctx context.Context, request TaskRequest) (TaskStatus, error)
	// Task describes a task, for an hour at least after it has stopped. It
	// returns ErrNoTask for one that ECS does not know, or not yet.
	Task(ctx context.Context, cluster, task string) (TaskStatus, error)
	// Stop stops a task. A task that has stopped, or does not exist, is no error.
	Stop(ctx context.Context, cluster, task, reason string) error
	// Instance describes the container instance of an EC2 host. It returns
	// ErrNotRegistered for a host that has not registered in the cluster.
	Instance(ctx context.Context, cluster, host string) (Instance, error)
	// Deregister removes an EC2 host from the cluster, with the tasks on it. One that
	// is not registered, or a cluster that does not exist, is no error.
	Deregister(ctx context.Context, cluster, host string) error
	// StartedBy returns the tasks of a cluster that have not stopped and have this
	// startedBy. A cluster that does not exist has none.
	StartedBy(ctx context.Context, cluster, startedBy string) ([]TaskStatus, error)
}

var (
	// ErrNoTask means that ECS does not know the task.
	ErrNoTask = errors.New("ECS does not know the task")
	// ErrNotRegistered means that the host is not a container instance of the cluster.
	ErrNotRegistered = errors.New("the host is not registered in the cluster")
)

// Instance is a container instance: an EC2 host, as its cluster sees it.
type Instance struct {
	// Host is the EC2 instance's id, Runner its attribute runnerResourceName.
	Host, Runner string
	// Ready means that it is active and its ECS agent is connected.
	Ready bool
	// Tasks counts its running and pending tasks, other programs' too.
	Tasks int
}

// Hosts is EC2.
type Hosts interface {
	// Run runs one instance and returns its id. The same Token and request again
	// returns the same instance. It returns a *Refusal if EC2 refuses.
	Run(ctx context.Context, request HostRequest) (string, error)
	// Host describes an instance. It returns ErrNoHost for one that EC2 does
	// not know, or not yet.
	Host(ctx context.Context, host string) (HostStatus, error)
	// IsImpaired reports whether EC2's status checks of an instance or of its system
	// fail. An instance that is not checked yet, or does not run, is not impaired.
	IsImpaired(ctx context.Context, host string) (bool, error)
	// Terminate terminates an instance. One that does not exist is no error.
	Terminate(ctx context.Context, host string) error
	// Tagged returns the instances of a runner that have not ended, by their tag.
	Tagged(ctx context.Context, runner string) ([]TaggedHost, error)
}

// TaggedHost is an instance of a runner.
type TaggedHost struct {
	ID string
	// Cluster is the one that it joins.
	Cluster    string
	LaunchedAt time.Time
}

// ErrNoHost means that EC2 does not know the instance.
var ErrNoHost = errors.New("EC2 does not know the instance")

// HostRequest asks for an instance.
type HostRequest struct {
	// Token is the idempotency token, at most 64 characters.
	Token           string
	LaunchTemplate  string
	TemplateVersion string
	Subnet          string
	// InstanceType takes the place of the launch template's; "" leaves it.
	InstanceType string
}

// HostStatus is an instance's.
type HostStatus struct {
	// State is EC2's name of the instance's state, such as "running".
	State string
	// Reason is why the instance is in that state, if EC2 gives one.
	Reason string
}

// hasEnded reports whether nothing of an instance is left, its network interface
// included.
func (s HostStatus) hasEnded() bool { return s.State == "terminated" }

// isGone reports whether an instance will never run (again).
func (s HostStatus) isGone() bool { return s.State != "pending" && s.State != "running" }
