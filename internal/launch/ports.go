package launch

import (
	"context"
	"errors"
	"time"

	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// Ports are what a Launcher works with; all of them are required, and may be
// called concurrently. An error that is none of those named here says that a
// service could not be asked: nothing is known of whether the call was done.
type Ports struct {
	Configurations configuration.Store
	Deployments    Deployments
	Queue          Queue
	Steps          Steps
	States         States
	Claims         Claims
	Cluster        Cluster
	// Hosts is EC2.
	Hosts Hosts
}

func (p Ports) isComplete() bool {
	return p.Configurations != nil && p.Deployments != nil && p.Queue != nil && p.Steps != nil && p.States != nil && p.Claims != nil && p.Cluster != nil && p.Hosts != nil
}

// Deployments is the deployment data table, in which lifecycle notes what it
// starts.
type Deployments interface {
	// Deployment reads a deployment by its name, {environment}-{distribution};
	// one that nobody has noted is empty.
	Deployment(ctx context.Context, name string) (message.Deployment, error)
}

// Queue is the runners' FIFO queues, each by its URL. A queue that does not
// exist is ErrNoQueue.
type Queue interface {
	// Send puts a message into the queue, once for each id: that is its group
	// and its deduplication id. It returns ErrTooLarge when the queue takes no
	// message of this size.
	Send(ctx context.Context, queue, id string, body []byte) error
	// Receive waits for messages, at most so long, and returns at most 10,
	// which it hides from others for so long. A wait of some time asks every
	// server of the queue, so that none means that none is visible.
	Receive(ctx context.Context, queue string, wait, hide time.Duration) ([]Delivery, error)
	// Hidden returns about how many messages are hidden. SQS may be a minute
	// behind.
	Hidden(ctx context.Context, queue string) (int, error)
	// Hide hides a received message for so long from now; 0 gives it back.
	// One that is hidden no more, or deleted, is no error.
	Hide(ctx context.Context, queue, receipt string, duration time.Duration) error
	// Delete takes a received message out of the queue for good. One that is
	// gone is no error.
	Delete(ctx context.Context, queue, receipt string) error
}

// Delivery is one received message.
type Delivery struct {
	Body    []byte
	Receipt string
}

var (
	// ErrNoQueue says that there is no such queue.
	ErrNoQueue = errors.New("the runner's queue does not exist")
	// ErrTooLarge says that a queue takes no message of this size.
	ErrTooLarge = errors.New("the queue takes no message of this size")
)

// Steps are the steps that wait with a task token. Both methods return
// ErrTokenClosed when nobody waits with it any more.
type Steps interface {
	// Fail fails the step.
	Fail(ctx context.Context, token string, failure message.Failure) error
	// Heartbeat says that the job is not forgotten.
	Heartbeat(ctx context.Context, token string) error
}

// ErrTokenClosed says that nobody waits with a task token: the step has its
// answer, or ran out of time, or its execution was stopped.
var ErrTokenClosed = errors.New("nobody waits with the task token any more")

// Claims are what agents write when they begin with a job.
type Claims interface {
	// Claims returns a runner's claims of one task, finished ones too; with
	// task "" those of all tasks.
	Claims(ctx context.Context, runner, task string) ([]Claim, error)
	// Finish says that the claim's step has its answer. One that is gone is no
	// error.
	Finish(ctx context.Context, runner string, claim Claim) error
}

// Claim says that the agent of a task has begun with a job.
type Claim struct {
	// Name is its key.
	Name string
	// Token is the job's task token; a finished claim has none. It is never
	// logged.
	Token    string
	Task     string
	StepName string
	Finished bool
}

// Cluster is ECS.
type Cluster interface {
	// Run runs one task. The same Token and request again gives the same task,
	// as it is by then. It returns a *Refusal when ECS said no.
	Run(ctx context.Context, request TaskRequest) (TaskStatus, error)
	// Task describes a task, for an hour at least after it has stopped. It
	// returns ErrNoTask for one that ECS does not know, or not yet.
	Task(ctx context.Context, cluster, task string) (TaskStatus, error)
	// Stop stops a task. One that has stopped, or is gone, is no error.
	Stop(ctx context.Context, cluster, task, reason string) error
	// Instance describes the container instance that an EC2 host is. It
	// returns ErrNotRegistered while it is none.
	Instance(ctx context.Context, cluster, host string) (Instance, error)
}

var (
	// ErrNoTask says that ECS does not know a task.
	ErrNoTask = errors.New("ECS does not know the task")
	// ErrNotRegistered says that a host is no container instance of the
	// cluster.
	ErrNotRegistered = errors.New("the host is not registered in the cluster")
)

// Instance is a container instance: an EC2 host, as its cluster sees it.
type Instance struct {
	// Host is the EC2 instance's id, Runner its attribute runnerResourceName.
	Host, Runner string
	// Ready says that it is active and its ECS agent connected.
	Ready bool
	// Tasks counts what runs on it or is to run.
	Tasks int
}

// Hosts is EC2.
type Hosts interface {
	// Run runs one instance and returns its id. The same Token and request
	// again gives the same instance. It returns a *Refusal when EC2 said no.
	Run(ctx context.Context, request HostRequest) (string, error)
	// Host describes an instance. It returns ErrNoHost for one that EC2 does
	// not know, or not yet.
	Host(ctx context.Context, host string) (HostStatus, error)
	// Terminate terminates an instance. One that is gone is no error.
	Terminate(ctx context.Context, host string) error
}

// ErrNoHost says that EC2 does not know an instance.
var ErrNoHost = errors.New("EC2 does not know the instance")

// HostRequest asks for an instance.
type HostRequest struct {
	// Token is what the request is known by, at most 64 characters.
	Token           string
	LaunchTemplate  string
	TemplateVersion string
	Subnet          string
}

// HostStatus is an instance's.
type HostStatus struct {
	// State is EC2's name of it, as in "running".
	State string
	// Reason is why it is in that state, if EC2 says so.
	Reason string
}

// isGone reports whether an instance will never run (again).
func (s HostStatus) isGone() bool { return s.State != "pending" && s.State != "running" }
