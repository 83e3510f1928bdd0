package launch

import (
	"context"
	"errors"
	"time"
)

// State is a runner's item in the state table: which task it is, on which
// host, and who is starting another.
type State struct {
	// QueueURL is the runner's queue.
	QueueURL string

	// Task is the runner's ECS task by its ARN; "" when there is none.
	Task string
	// Configuration is the id of the configuration that the task runs, Cluster
	// where it runs, TaskHost its EC2 host, TaskStartedAt when ECS was asked for it.
	Configuration string
	Cluster       string
	TaskHost      string
	TaskStartedAt time.Time
	// Retired is the task whose agent has said that it takes nothing more.
	Retired string

	// Host is the runner's newest EC2 host, HostConfiguration the id of the
	// configuration that it was started with. HostBootedAt is when it was
	// started, as long as no task runs on it; zero after that.
	Host              string
	HostConfiguration string
	HostBootedAt      time.Time

	// Attempt is the start that somebody is making or was making when it died,
	// by a name of its own; "" when nobody is. AttemptConfiguration is the
	// configuration that is being started.
	Attempt              string
	AttemptConfiguration string
	// LockedUntil is when the start lock ends; zero when nobody has it.
	LockedUntil time.Time
	// FailedAttempt is the last start that was given up.
	FailedAttempt string
	// StartFailures counts the tasks and hosts in a row that ended before
	// they took a job.
	StartFailures int
}

// isBooting reports whether the runner's newest host has had no task yet.
func (s State) isBooting() bool { return !s.HostBootedAt.IsZero() }

// Lock asks for a runner's start lock.
type Lock struct {
	// Owner is who asks, by a name that nobody else has.
	Owner string
	// Until is when the lock ends by itself.
	Until time.Time
	// Attempt is the name of the start, unless another was broken off.
	Attempt string
	// Configuration is what is to be started.
	Configuration string
}

// TaskRecord is a task that was started.
type TaskRecord struct {
	Task          string
	Configuration string
	Cluster       string
	// Host is the EC2 host that it runs on; "" on Fargate.
	Host      string
	StartedAt time.Time
}

// HostRecord is a host that was started.
type HostRecord struct {
	Host          string
	Configuration string
	BootedAt      time.Time
}

// States are the runners' items in the state table. Every read sees every
// write before it, and every write is conditional: nobody writes back what
// they only read. Renew and the Record methods return ErrChanged if another has the
// lock. A runner that is not deployed, or is being deleted, is
// ErrNoRunner, unless a method says otherwise.
type States interface {
	// State reads a runner's item.
	State(ctx context.Context, runner string) (State, error)
	// Lock takes the start lock if nobody has it, or who had it let it end,
	// and returns the state with it. An attempt that was broken off keeps its
	// name. It returns ErrLocked when another has the lock.
	Lock(ctx context.Context, runner string, lock Lock) (State, error)
	// Renew lets the lock end later.
	Renew(ctx context.Context, runner, owner string, until time.Time) error
	// RecordTask makes a task the runner's, not started yet and not retired,
	// and ends the attempt and the lock.
	RecordTask(ctx context.Context, runner, owner string, record TaskRecord) error
	// RecordHost makes a host the runner's newest, and ends the attempt and
	// the lock. The runner's task stays as it is.
	RecordHost(ctx context.Context, runner, owner string, record HostRecord) error
	// Release ends the lock, and with it the attempt; failed says that the
	// attempt was given up. A lock that another has is no error.
	Release(ctx context.Context, runner, owner string, failed bool) error

	// RemoveTask removes a task that has ended, if it is still the runner's, and
	// counts a failed start or, with progress, forgets those before. It
	// returns ErrChanged when the task is not the runner's.
	RemoveTask(ctx context.Context, runner, task string, progress bool) (State, error)
	// ForgetHost removes a host on which no task is, if it is still the
	// runner's newest and nobody but the owner has the lock; failed counts a
	// failed start. It returns ErrChanged otherwise.
	ForgetHost(ctx context.Context, runner, host, owner string, failed bool) (State, error)
	// ResetFailures lets the count begin anew.
	ResetFailures(ctx context.Context, runner string) error
	// BootingRunners returns the names of the runners whose host has no task yet.
	BootingRunners(ctx context.Context) ([]string, error)

	// MarkDeleted marks the runner as being deleted, so that nothing can be started
	// or recorded any more, and returns its state. It can be repeated; a
	// runner that is gone is ErrNoRunner.
	MarkDeleted(ctx context.Context, runner string) (State, error)
	// Delete removes the item. One that is gone is no error.
	Delete(ctx context.Context, runner string) error
}

var (
	// ErrNoRunner says that a runner is not deployed, or is being deleted.
	ErrNoRunner = errors.New("the runner is not deployed, or is being deleted")
	// ErrLocked says that another has the start lock.
	ErrLocked = errors.New("the runner is being started by another")
	// ErrChanged means that the state names another task, host or owner of the lock
	// than the write was meant for.
	ErrChanged = errors.New("the runner's state has changed")
)
