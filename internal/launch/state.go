package launch

import (
	"context"
	"errors"
	"time"
)

// State is a runner's item in the state table: its task, the task's host, and the
// start that a launcher is making.
type State struct {
	// QueueURL is the runner's queue.
	QueueURL string

	// Task is the ARN of the runner's ECS task; "" without one.
	Task string
	// Configuration is the id of the configuration that the task runs, Cluster
	// where it runs, TaskHost its EC2 host, TaskStartedAt when ECS was asked for it.
	Configuration string
	Cluster       string
	TaskHost      string
	TaskStartedAt time.Time
	// Started means that the task's agent is up.
	Started bool
	// TaskHostReused means that the host had another task before.
	TaskHostReused bool
	// Retired is the last task whose agent has said that it accepts no more jobs.
	Retired string

	// Host is the runner's newest EC2 host, HostConfiguration the id of the
	// configuration that it was started with. HostBootedAt is when it was
	// started, until a task runs on it; zero after that.
	Host              string
	HostConfiguration string
	HostBootedAt      time.Time
	// HostCluster is the cluster that the host joins; "" if it is not known.
	HostCluster string
	// RunnerConfiguration is the id of the runner's current configuration, RunnerCluster
	// its cluster.
	RunnerConfiguration string
	RunnerCluster       string

	// CheckAt is when the runner is checked next; zero if it is not. Doubt is the rule
	// that the last check was not sure of, since DoubtSince.
	CheckAt    time.Time
	Doubt      string
	DoubtSince time.Time

	// Attempt is the name of the start that a launcher is making, or was making when
	// it died; "" without one. AttemptConfiguration is the configuration that is being
	// started.
	Attempt              string
	AttemptConfiguration string
	// LockedUntil is when the start lock ends; zero if no launcher has it.
	LockedUntil time.Time
	// FailedAttempt is the last start that was given up.
	FailedAttempt string
	// StartFailures counts the tasks and hosts in a row that ended before
	// they took a job.
	StartFailures int
}

// isCold reports whether nothing of the runner is there or being started.
func (s State) isCold() bool {
	return s.QueueURL != "" && s.Task == "" && s.Host == "" && s.Attempt == ""
}

// isBooting reports whether the runner's newest host has had no task yet.
func (s State) isBooting() bool { return !s.HostBootedAt.IsZero() }

// Lock asks for a runner's start lock.
type Lock struct {
	// Owner is the launcher's unique name.
	Owner string
	// Until is when the lock ends by itself.
	Until time.Time
	// Attempt is the name of the start, unless an interrupted one is repeated.
	Attempt string
	// Configuration is what is to be started.
	Configuration string
	// CheckAt is when the runner is checked next; zero leaves it as it is.
	CheckAt time.Time
}

// TaskRecord is a task that was started.
type TaskRecord struct {
	Task          string
	Configuration string
	Cluster       string
	// Host is the EC2 host that it runs on; "" on Fargate. Reused means that the host
	// had another task before.
	Host      string
	Reused    bool
	StartedAt time.Time
}

// HostRecord is a host that was started.
type HostRecord struct {
	Host          string
	Configuration string
	// Cluster is the one that the host joins.
	Cluster  string
	BootedAt time.Time
}

// CheckRecord is how a check ended.
type CheckRecord struct {
	// Before is the state's CheckAt while the check is made. At is when the next check
	// comes; zero if none does.
	Before, At time.Time
	// Doubt is a rule that needs another look, since DoubtSince; "" without one.
	Doubt      string
	DoubtSince time.Time
}

// States are the runners' items in the state table. Every read sees every write before
// it. Every write is conditional, and writes only what it changes. Renew and the Record methods return ErrChanged if another has the
// lock. A runner that is not deployed, or is being deleted, is
// ErrNoRunner, unless a method says otherwise.
type States interface {
	// State reads a runner's item.
	State(ctx context.Context, runner string) (State, error)
	// Lock takes the start lock if it is free or has ended, and returns the state
	// with it. An interrupted attempt keeps its name. It returns ErrLocked and the
	// state if another launcher has the lock.
	Lock(ctx context.Context, runner string, lock Lock) (State, error)
	// Renew lets the lock end later.
	Renew(ctx context.Context, runner, owner string, until time.Time) error
	// RecordTask makes a task the runner's, not started yet and not retired,
	// and ends the attempt, the lock and every doubt. The runner's host stays.
	RecordTask(ctx context.Context, runner, owner string, record TaskRecord) error
	// RecordHost makes a host the runner's newest, and ends the attempt and
	// the lock. The runner's task stays as it is.
	RecordHost(ctx context.Context, runner, owner string, record HostRecord) error
	// Release ends the lock and the attempt. failed means that the attempt was given
	// up. A lock that another launcher has is no error.
	Release(ctx context.Context, runner, owner string, failed bool) error

	// RemoveTask removes a task that has ended, if it is still the runner's. It counts
	// a failed start or, with progress, resets the count, and ends every doubt. It returns ErrChanged if the
	// runner has another task.
	RemoveTask(ctx context.Context, runner, task string, progress bool) (State, error)
	// ForgetHost removes a host without a task, if it is still the runner's newest
	// host and no launcher but the owner has the lock. failed counts a failed start.
	// Otherwise it returns ErrChanged.
	ForgetHost(ctx context.Context, runner, host, owner string, failed bool) (State, error)
	// ResetFailures sets the count of failed starts to 0.
	ResetFailures(ctx context.Context, runner string) error
	// BootingRunners returns the names of the runners whose host has had no task yet.
	BootingRunners(ctx context.Context) ([]string, error)
	// RunnersOnHost returns the names of the runners whose host it is.
	RunnersOnHost(ctx context.Context, host string) ([]string, error)

	// SetCheck records when the runner is checked next.
	SetCheck(ctx context.Context, runner string, at time.Time) error
	// BeginCheck sets CheckAt to until, if no check is arranged that comes after due, and
	// returns the state. Otherwise it returns ErrChanged. So of checks at the same
	// moment only one is made.
	BeginCheck(ctx context.Context, runner string, due, until time.Time) (State, error)
	// EndCheck records how a check ended. It returns ErrChanged if another one was
	// arranged meanwhile that comes earlier.
	EndCheck(ctx context.Context, runner string, record CheckRecord) error

	// MarkDeleted marks the runner as being deleted, so that nothing can be started
	// or recorded any more, and returns its state. It can be repeated; a
	// runner that is gone is ErrNoRunner.
	MarkDeleted(ctx context.Context, runner string) (State, error)
	// Delete removes the item. One that is gone is no error.
	Delete(ctx context.Context, runner string) error
}

var (
	// ErrNoRunner means that a runner is not deployed, or is being deleted.
	ErrNoRunner = errors.New("the runner is not deployed, or is being deleted")
	// ErrLocked means that another launcher has the start lock.
	ErrLocked = errors.New("another launcher is starting the runner")
	// ErrChanged means that the state names another task, host or owner of the lock
	// than the write was meant for.
	ErrChanged = errors.New("the runner's state has changed")
)
