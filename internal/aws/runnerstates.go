package aws

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/attini-go/runner/internal/launch"
)

// typeRunner is the resource type of runners' items.
const typeRunner = "Runner"

// Attributes of a runner item (docs/wire.md, "Runner item"). The lifecycle
// function or the agent uses those of the first group, too.
const (
	attributeQueue     = "sqsQueueUrl"
	attributeTask      = "taskId"
	attributeStarted   = "started"
	attributeTaskHash  = "taskConfigHashCode"
	attributeHost      = "latestEc2InstanceId"
	attributeHostStays = "shutdownHookDisabled"
	attributeRetired   = "retiredTaskId"
	attributeRetiredAt = "retiredAt"

	attributeConfiguration        = "taskConfigurationId"
	attributeCluster              = "taskCluster"
	attributeTaskHost             = "taskEc2InstanceId"
	attributeTaskStartedAt        = "taskStartedAt"
	attributeHostConfiguration    = "hostConfigurationId"
	attributeHostBootedAt         = "hostBootedAt"
	attributeOwner                = "startOwner"
	attributeLockedUntil          = "startUntil"
	attributeAttempt              = "startAttempt"
	attributeAttemptConfiguration = "startConfigurationId"
	attributeFailedAttempt        = "failedAttempt"
	attributeFailures             = "startFailures"
	attributeDeleted              = "deleted"
)

// RunnerStates are the runners' items in the resource-state table. The
// lifecycle function makes them.
type RunnerStates struct {
	client tableClient
	table  string
	now    func() time.Time
}

var _ launch.States = (*RunnerStates)(nil)

// NewRunnerStates reads and writes the table of the given name.
func NewRunnerStates(configuration aws.Config, table string) *RunnerStates {
	return &RunnerStates{client: dynamodb.NewFromConfig(configuration), table: table, now: time.Now}
}

func stateOf(found item) launch.State {
	return launch.State{
		QueueURL: textOf(found[attributeQueue]),
		Task:     textOf(found[attributeTask]), Configuration: textOf(found[attributeConfiguration]), Cluster: textOf(found[attributeCluster]),
		TaskHost: textOf(found[attributeTaskHost]), TaskStartedAt: timeOf(found[attributeTaskStartedAt]), Retired: textOf(found[attributeRetired]),
		Host: textOf(found[attributeHost]), HostConfiguration: textOf(found[attributeHostConfiguration]), HostBootedAt: timeOf(found[attributeHostBootedAt]),
		Attempt: textOf(found[attributeAttempt]), AttemptConfiguration: textOf(found[attributeAttemptConfiguration]),
		LockedUntil: timeOf(found[attributeLockedUntil]), FailedAttempt: textOf(found[attributeFailedAttempt]),
		StartFailures: int(numberOf(found[attributeFailures])),
	}
}

// isOpen reports whether an item is a runner's that is not being deleted.
func isOpen(found item) bool { return found != nil && !isTrue(found[attributeDeleted]) }

// State implements launch.States.
func (s *RunnerStates) State(ctx context.Context, runner string) (launch.State, error) {
	found, err := read(ctx, s.client, s.table, itemKey(typeRunner, runner))
	switch {
	case err != nil:
		return launch.State{}, failed(ctx, "dynamodb:GetItem", err)
	case !isOpen(found):
		return launch.State{}, launch.ErrNoRunner
	}
	return stateOf(found), nil
}

// write writes to the item of a runner that is there and open; unmet is the
// error when the write's own condition did not hold.
func (s *RunnerStates) write(ctx context.Context, runner string, u *update, unmet error) (launch.State, error) {
	u.ifThere(keyName).ifAbsent(attributeDeleted)
	written, err := u.write(ctx, s.client, s.table, itemKey(typeRunner, runner))
	found, isUnmet := isUnmet(err)
	switch {
	case isUnmet && !isOpen(found):
		return launch.State{}, launch.ErrNoRunner
	case isUnmet:
		return stateOf(found), unmet
	case err != nil:
		return launch.State{}, failed(ctx, "dynamodb:UpdateItem", err)
	}
	return stateOf(written), nil
}

// ifUnlocked: nobody but the owner has the lock.
func (s *RunnerStates) ifUnlocked(u *update, owner string) *update {
	until := u.name(attributeLockedUntil)
	u.condition = append(u.condition, "(attribute_not_exists("+until+") OR "+until+" < "+u.value(millis(s.now()))+
		" OR "+u.name(attributeOwner)+" = "+u.value(text(owner))+")")
	return u
}

// unlock ends lock and attempt.
func unlock(u *update) *update {
	return u.remove(attributeOwner, attributeLockedUntil, attributeAttempt, attributeAttemptConfiguration)
}

// Lock implements launch.States.
func (s *RunnerStates) Lock(ctx context.Context, runner string, lock launch.Lock) (launch.State, error) {
	u := s.ifUnlocked(newUpdate(), lock.Owner)
	u.set(attributeOwner, text(lock.Owner)).set(attributeLockedUntil, millis(lock.Until))
	u.set(attributeAttemptConfiguration, text(lock.Configuration)).setUnlessThere(attributeAttempt, text(lock.Attempt))
	return s.write(ctx, runner, u, launch.ErrLocked)
}

// Renew implements launch.States.
func (s *RunnerStates) Renew(ctx context.Context, runner, owner string, until time.Time) error {
	u := newUpdate().ifIs(attributeOwner, text(owner)).set(attributeLockedUntil, millis(until))
	_, err := s.write(ctx, runner, u, launch.ErrLockLost)
	return err
}

// RecordTask implements launch.States.
func (s *RunnerStates) RecordTask(ctx context.Context, runner, owner string, record launch.TaskRecord) error {
	u := unlock(newUpdate().ifIs(attributeOwner, text(owner)))
	u.set(attributeTask, text(record.Task)).set(attributeStarted, boolean(false))
	u.set(attributeConfiguration, text(record.Configuration)).set(attributeCluster, text(record.Cluster))
	u.set(attributeTaskHash, text(strconv.Itoa(int(launch.Hash(record.Configuration)))))
	u.set(attributeTaskStartedAt, millis(record.StartedAt)).set(attributeHostStays, boolean(false))
	u.remove(attributeRetired, attributeRetiredAt, attributeHostBootedAt)
	if record.Host == "" {
		u.remove(attributeTaskHost, attributeHost, attributeHostConfiguration)
	} else {
		u.set(attributeTaskHost, text(record.Host))
	}
	_, err := s.write(ctx, runner, u, launch.ErrLockLost)
	return err
}

// RecordHost implements launch.States.
func (s *RunnerStates) RecordHost(ctx context.Context, runner, owner string, record launch.HostRecord) error {
	u := unlock(newUpdate().ifIs(attributeOwner, text(owner)))
	u.set(attributeHost, text(record.Host)).set(attributeHostConfiguration, text(record.Configuration))
	u.set(attributeHostBootedAt, millis(record.BootedAt))
	_, err := s.write(ctx, runner, u, launch.ErrLockLost)
	return err
}

// Release implements launch.States.
func (s *RunnerStates) Release(ctx context.Context, runner, owner string, failed bool) error {
	u := unlock(newUpdate().ifIs(attributeOwner, text(owner)))
	if failed {
		u.copyFrom(attributeFailedAttempt, attributeAttempt)
	}
	_, err := s.write(ctx, runner, u, launch.ErrLockLost)
	if errors.Is(err, launch.ErrLockLost) || errors.Is(err, launch.ErrNoRunner) {
		return nil
	}
	return err
}

// Bury implements launch.States.
func (s *RunnerStates) Bury(ctx context.Context, runner, task string, progress bool) (launch.State, error) {
	u := newUpdate().ifIs(attributeTask, text(task))
	u.remove(attributeTask, attributeStarted, attributeConfiguration, attributeTaskHash, attributeCluster, attributeTaskHost, attributeTaskStartedAt)
	if progress {
		u.remove(attributeFailures)
	} else {
		u.increment(attributeFailures)
	}
	return s.write(ctx, runner, u, launch.ErrChanged)
}

// ForgetHost implements launch.States.
func (s *RunnerStates) ForgetHost(ctx context.Context, runner, host, owner string, failed bool) (launch.State, error) {
	u := s.ifUnlocked(newUpdate(), owner).ifIs(attributeHost, text(host)).ifIsNot(attributeTaskHost, text(host))
	u.remove(attributeHost, attributeHostConfiguration, attributeHostBootedAt)
	if failed {
		u.increment(attributeFailures)
	}
	return s.write(ctx, runner, u, launch.ErrChanged)
}

// ForgetFailures implements launch.States.
func (s *RunnerStates) ForgetFailures(ctx context.Context, runner string) error {
	_, err := s.write(ctx, runner, newUpdate().remove(attributeFailures), launch.ErrChanged)
	return err
}

// Booting implements launch.States.
func (s *RunnerStates) Booting(ctx context.Context) ([]string, error) {
	items, err := query(ctx, s.client, s.table, typeRunner, "", newUpdate().ifThere(attributeHostBootedAt).ifAbsent(attributeDeleted))
	if err != nil {
		return nil, failed(ctx, "dynamodb:Query", err)
	}
	names := make([]string, len(items))
	for i, found := range items {
		names[i] = textOf(found[keyName])
	}
	return names, nil
}

// Close implements launch.States.
func (s *RunnerStates) Close(ctx context.Context, runner string) (launch.State, error) {
	u := newUpdate().ifThere(keyName).set(attributeDeleted, boolean(true))
	written, err := u.write(ctx, s.client, s.table, itemKey(typeRunner, runner))
	if _, isUnmet := isUnmet(err); isUnmet {
		return launch.State{}, launch.ErrNoRunner
	}
	if err != nil {
		return launch.State{}, failed(ctx, "dynamodb:UpdateItem", err)
	}
	return stateOf(written), nil
}

// Delete implements launch.States.
func (s *RunnerStates) Delete(ctx context.Context, runner string) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: itemKey(typeRunner, runner)})
	if err != nil {
		return failed(ctx, "dynamodb:DeleteItem", err)
	}
	return nil
}
