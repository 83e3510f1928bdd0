package aws

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// typeRunner is the resource type of runners' items.
const typeRunner = "Runner"

// Attributes of a runner item (docs/wire.md, "Runner item"). The lifecycle
// function or the agent uses those of the first group, too.
const (
	attributeQueue        = "sqsQueueUrl"
	attributeTask         = "taskId"
	attributeStarted      = "started"
	attributeTaskHash     = "taskConfigHashCode"
	attributeHost         = "latestEc2InstanceId"
	attributeHookDisabled = "shutdownHookDisabled"
	attributeRetired      = "retiredTaskId"
	attributeRetiredAt    = "retiredAt"

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
func NewRunnerStates(config aws.Config, table string) *RunnerStates {
	return &RunnerStates{client: dynamodb.NewFromConfig(config), table: table, now: time.Now}
}

func stateOf(found item) launch.State {
	return launch.State{
		QueueURL: stringOf(found[attributeQueue]),
		Task:     stringOf(found[attributeTask]), Configuration: stringOf(found[attributeConfiguration]), Cluster: stringOf(found[attributeCluster]),
		TaskHost: stringOf(found[attributeTaskHost]), TaskStartedAt: timeOf(found[attributeTaskStartedAt]), Retired: stringOf(found[attributeRetired]),
		Host: stringOf(found[attributeHost]), HostConfiguration: stringOf(found[attributeHostConfiguration]), HostBootedAt: timeOf(found[attributeHostBootedAt]),
		Attempt: stringOf(found[attributeAttempt]), AttemptConfiguration: stringOf(found[attributeAttemptConfiguration]),
		LockedUntil: timeOf(found[attributeLockedUntil]), FailedAttempt: stringOf(found[attributeFailedAttempt]),
		StartFailures: int(intOf(found[attributeFailures])),
	}
}

// isActive reports whether an item is a runner's that is not being deleted.
func isActive(found item) bool { return found != nil && !isTrue(found[attributeDeleted]) }

// State implements launch.States.
func (s *RunnerStates) State(ctx context.Context, runner string) (launch.State, error) {
	found, err := read(ctx, s.client, s.table, itemKey(typeRunner, runner))
	switch {
	case err != nil:
		return launch.State{}, wrapError(ctx, "dynamodb:GetItem", err)
	case !isActive(found):
		return launch.State{}, launch.ErrNoRunner
	}
	return stateOf(found), nil
}

// write writes to the item of a runner that is there and open; unmet is the
// error when the write's own condition did not hold.
func (s *RunnerStates) write(ctx context.Context, runner string, u *update, unmet error) (launch.State, error) {
	u.ifExists(keyName).ifNotExists(attributeDeleted)
	written, err := u.write(ctx, s.client, s.table, itemKey(typeRunner, runner))
	found, isUnmet := conditionFailed(err)
	switch {
	case isUnmet && !isActive(found):
		return launch.State{}, launch.ErrNoRunner
	case isUnmet:
		return stateOf(found), unmet
	case err != nil:
		return launch.State{}, wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	return stateOf(written), nil
}

// ifUnlocked: nobody but the owner has the lock.
func (s *RunnerStates) ifUnlocked(u *update, owner string) *update {
	until := u.namePlaceholder(attributeLockedUntil)
	u.condition = append(u.condition, "(attribute_not_exists("+until+") OR "+until+" < "+u.valuePlaceholder(millisAttr(s.now()))+
		" OR "+u.namePlaceholder(attributeOwner)+" = "+u.valuePlaceholder(stringAttr(owner))+")")
	return u
}

// removeLock ends lock and attempt.
func removeLock(u *update) *update {
	return u.remove(attributeOwner, attributeLockedUntil, attributeAttempt, attributeAttemptConfiguration)
}

// Lock implements launch.States.
func (s *RunnerStates) Lock(ctx context.Context, runner string, lock launch.Lock) (launch.State, error) {
	u := s.ifUnlocked(newUpdate(), lock.Owner)
	u.set(attributeOwner, stringAttr(lock.Owner)).set(attributeLockedUntil, millisAttr(lock.Until))
	u.set(attributeAttemptConfiguration, stringAttr(lock.Configuration)).setIfNotExists(attributeAttempt, stringAttr(lock.Attempt))
	return s.write(ctx, runner, u, launch.ErrLocked)
}

// Renew implements launch.States.
func (s *RunnerStates) Renew(ctx context.Context, runner, owner string, until time.Time) error {
	u := newUpdate().ifEqual(attributeOwner, stringAttr(owner)).set(attributeLockedUntil, millisAttr(until))
	_, err := s.write(ctx, runner, u, launch.ErrLockLost)
	return err
}

// RecordTask implements launch.States.
func (s *RunnerStates) RecordTask(ctx context.Context, runner, owner string, record launch.TaskRecord) error {
	u := removeLock(newUpdate().ifEqual(attributeOwner, stringAttr(owner)))
	u.set(attributeTask, stringAttr(record.Task)).set(attributeStarted, boolAttr(false))
	u.set(attributeConfiguration, stringAttr(record.Configuration)).set(attributeCluster, stringAttr(record.Cluster))
	u.set(attributeTaskHash, stringAttr(strconv.Itoa(int(configuration.Hash(record.Configuration)))))
	u.set(attributeTaskStartedAt, millisAttr(record.StartedAt)).set(attributeHookDisabled, boolAttr(false))
	u.remove(attributeRetired, attributeRetiredAt, attributeHostBootedAt)
	if record.Host == "" {
		u.remove(attributeTaskHost, attributeHost, attributeHostConfiguration)
	} else {
		u.set(attributeTaskHost, stringAttr(record.Host))
	}
	_, err := s.write(ctx, runner, u, launch.ErrLockLost)
	return err
}

// RecordHost implements launch.States.
func (s *RunnerStates) RecordHost(ctx context.Context, runner, owner string, record launch.HostRecord) error {
	u := removeLock(newUpdate().ifEqual(attributeOwner, stringAttr(owner)))
	u.set(attributeHost, stringAttr(record.Host)).set(attributeHostConfiguration, stringAttr(record.Configuration))
	u.set(attributeHostBootedAt, millisAttr(record.BootedAt))
	_, err := s.write(ctx, runner, u, launch.ErrLockLost)
	return err
}

// Release implements launch.States.
func (s *RunnerStates) Release(ctx context.Context, runner, owner string, failed bool) error {
	u := removeLock(newUpdate().ifEqual(attributeOwner, stringAttr(owner)))
	if failed {
		u.copyFrom(attributeFailedAttempt, attributeAttempt)
	}
	_, err := s.write(ctx, runner, u, launch.ErrLockLost)
	if errors.Is(err, launch.ErrLockLost) || errors.Is(err, launch.ErrNoRunner) {
		return nil
	}
	return err
}

// RemoveTask implements launch.States.
func (s *RunnerStates) RemoveTask(ctx context.Context, runner, task string, progress bool) (launch.State, error) {
	u := newUpdate().ifEqual(attributeTask, stringAttr(task))
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
	u := s.ifUnlocked(newUpdate(), owner).ifEqual(attributeHost, stringAttr(host)).ifNotEqual(attributeTaskHost, stringAttr(host))
	u.remove(attributeHost, attributeHostConfiguration, attributeHostBootedAt)
	if failed {
		u.increment(attributeFailures)
	}
	return s.write(ctx, runner, u, launch.ErrChanged)
}

// ResetFailures implements launch.States.
func (s *RunnerStates) ResetFailures(ctx context.Context, runner string) error {
	_, err := s.write(ctx, runner, newUpdate().remove(attributeFailures), launch.ErrChanged)
	return err
}

// BootingRunners implements launch.States.
func (s *RunnerStates) BootingRunners(ctx context.Context) ([]string, error) {
	items, err := query(ctx, s.client, s.table, typeRunner, "", newUpdate().ifExists(attributeHostBootedAt).ifNotExists(attributeDeleted))
	if err != nil {
		return nil, wrapError(ctx, "dynamodb:Query", err)
	}
	names := make([]string, len(items))
	for i, found := range items {
		names[i] = stringOf(found[keyName])
	}
	return names, nil
}

// MarkDeleted implements launch.States.
func (s *RunnerStates) MarkDeleted(ctx context.Context, runner string) (launch.State, error) {
	u := newUpdate().ifExists(keyName).set(attributeDeleted, boolAttr(true))
	written, err := u.write(ctx, s.client, s.table, itemKey(typeRunner, runner))
	if _, isUnmet := conditionFailed(err); isUnmet {
		return launch.State{}, launch.ErrNoRunner
	}
	if err != nil {
		return launch.State{}, wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	return stateOf(written), nil
}

// Delete implements launch.States.
func (s *RunnerStates) Delete(ctx context.Context, runner string) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: itemKey(typeRunner, runner)})
	if err != nil {
		return wrapError(ctx, "dynamodb:DeleteItem", err)
	}
	return nil
}
