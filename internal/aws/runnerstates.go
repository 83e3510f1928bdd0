package aws

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
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
		QueueURL: stringOf(found[protocol.AttrQueueURL]),
		Task:     stringOf(found[protocol.AttrTaskID]), Configuration: stringOf(found[protocol.AttrTaskConfigurationID]), Cluster: stringOf(found[protocol.AttrTaskCluster]),
		TaskHost: stringOf(found[protocol.AttrTaskHostID]), TaskStartedAt: timeOf(found[protocol.AttrTaskStartedAt]), Retired: stringOf(found[protocol.AttrRetiredTaskID]),
		Host: stringOf(found[protocol.AttrHostID]), HostConfiguration: stringOf(found[protocol.AttrHostConfigurationID]), HostBootedAt: timeOf(found[protocol.AttrHostBootedAt]),
		Attempt: stringOf(found[protocol.AttrStartAttempt]), AttemptConfiguration: stringOf(found[protocol.AttrStartConfigurationID]),
		LockedUntil: timeOf(found[protocol.AttrStartUntil]), FailedAttempt: stringOf(found[protocol.AttrFailedAttempt]),
		StartFailures: int(intOf(found[protocol.AttrStartFailures])),
	}
}

// isActive reports whether an item is a runner's that is not being deleted.
func isActive(found item) bool { return found != nil && !isTrue(found[protocol.AttrDeleted]) }

// State implements launch.States.
func (s *RunnerStates) State(ctx context.Context, runner string) (launch.State, error) {
	found, err := read(ctx, s.client, s.table, itemKey(protocol.TypeRunner, runner))
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
	u.ifExists(protocol.AttrName).ifNotExists(protocol.AttrDeleted)
	written, err := u.write(ctx, s.client, s.table, itemKey(protocol.TypeRunner, runner))
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
	until := u.namePlaceholder(protocol.AttrStartUntil)
	u.condition = append(u.condition, "(attribute_not_exists("+until+") OR "+until+" < "+u.valuePlaceholder(millisAttr(s.now()))+
		" OR "+u.namePlaceholder(protocol.AttrStartOwner)+" = "+u.valuePlaceholder(stringAttr(owner))+")")
	return u
}

// removeLock ends lock and attempt.
func removeLock(u *update) *update {
	return u.remove(protocol.AttrStartOwner, protocol.AttrStartUntil, protocol.AttrStartAttempt, protocol.AttrStartConfigurationID)
}

// Lock implements launch.States.
func (s *RunnerStates) Lock(ctx context.Context, runner string, lock launch.Lock) (launch.State, error) {
	u := s.ifUnlocked(newUpdate(), lock.Owner)
	u.set(protocol.AttrStartOwner, stringAttr(lock.Owner)).set(protocol.AttrStartUntil, millisAttr(lock.Until))
	u.set(protocol.AttrStartConfigurationID, stringAttr(lock.Configuration)).setIfNotExists(protocol.AttrStartAttempt, stringAttr(lock.Attempt))
	return s.write(ctx, runner, u, launch.ErrLocked)
}

// Renew implements launch.States.
func (s *RunnerStates) Renew(ctx context.Context, runner, owner string, until time.Time) error {
	u := newUpdate().ifEqual(protocol.AttrStartOwner, stringAttr(owner)).set(protocol.AttrStartUntil, millisAttr(until))
	_, err := s.write(ctx, runner, u, launch.ErrChanged)
	return err
}

// RecordTask implements launch.States.
func (s *RunnerStates) RecordTask(ctx context.Context, runner, owner string, record launch.TaskRecord) error {
	u := removeLock(newUpdate().ifEqual(protocol.AttrStartOwner, stringAttr(owner)))
	u.set(protocol.AttrTaskID, stringAttr(record.Task)).set(protocol.AttrStarted, boolAttr(false))
	u.set(protocol.AttrTaskConfigurationID, stringAttr(record.Configuration)).set(protocol.AttrTaskCluster, stringAttr(record.Cluster))
	u.set(protocol.AttrTaskHash, stringAttr(strconv.Itoa(int(configuration.Hash(record.Configuration)))))
	u.set(protocol.AttrTaskStartedAt, millisAttr(record.StartedAt)).set(protocol.AttrHostKept, boolAttr(false))
	u.remove(protocol.AttrRetiredTaskID, protocol.AttrRetiredAt, protocol.AttrHostBootedAt)
	if record.Host == "" {
		u.remove(protocol.AttrTaskHostID, protocol.AttrHostID, protocol.AttrHostConfigurationID)
	} else {
		u.set(protocol.AttrTaskHostID, stringAttr(record.Host))
	}
	_, err := s.write(ctx, runner, u, launch.ErrChanged)
	return err
}

// RecordHost implements launch.States.
func (s *RunnerStates) RecordHost(ctx context.Context, runner, owner string, record launch.HostRecord) error {
	u := removeLock(newUpdate().ifEqual(protocol.AttrStartOwner, stringAttr(owner)))
	u.set(protocol.AttrHostID, stringAttr(record.Host)).set(protocol.AttrHostConfigurationID, stringAttr(record.Configuration))
	u.set(protocol.AttrHostBootedAt, millisAttr(record.BootedAt))
	_, err := s.write(ctx, runner, u, launch.ErrChanged)
	return err
}

// Release implements launch.States.
func (s *RunnerStates) Release(ctx context.Context, runner, owner string, failed bool) error {
	u := removeLock(newUpdate().ifEqual(protocol.AttrStartOwner, stringAttr(owner)))
	if failed {
		u.copyFrom(protocol.AttrFailedAttempt, protocol.AttrStartAttempt)
	}
	_, err := s.write(ctx, runner, u, launch.ErrChanged)
	if errors.Is(err, launch.ErrChanged) || errors.Is(err, launch.ErrNoRunner) {
		return nil
	}
	return err
}

// RemoveTask implements launch.States.
func (s *RunnerStates) RemoveTask(ctx context.Context, runner, task string, progress bool) (launch.State, error) {
	u := newUpdate().ifEqual(protocol.AttrTaskID, stringAttr(task))
	u.remove(protocol.AttrTaskID, protocol.AttrStarted, protocol.AttrTaskConfigurationID, protocol.AttrTaskHash, protocol.AttrTaskCluster, protocol.AttrTaskHostID, protocol.AttrTaskStartedAt)
	if progress {
		u.remove(protocol.AttrStartFailures)
	} else {
		u.increment(protocol.AttrStartFailures)
	}
	return s.write(ctx, runner, u, launch.ErrChanged)
}

// ForgetHost implements launch.States.
func (s *RunnerStates) ForgetHost(ctx context.Context, runner, host, owner string, failed bool) (launch.State, error) {
	u := s.ifUnlocked(newUpdate(), owner).ifEqual(protocol.AttrHostID, stringAttr(host)).ifNotEqual(protocol.AttrTaskHostID, stringAttr(host))
	u.remove(protocol.AttrHostID, protocol.AttrHostConfigurationID, protocol.AttrHostBootedAt)
	if failed {
		u.increment(protocol.AttrStartFailures)
	}
	return s.write(ctx, runner, u, launch.ErrChanged)
}

// ResetFailures implements launch.States.
func (s *RunnerStates) ResetFailures(ctx context.Context, runner string) error {
	_, err := s.write(ctx, runner, newUpdate().remove(protocol.AttrStartFailures), launch.ErrChanged)
	return err
}

// BootingRunners implements launch.States.
func (s *RunnerStates) BootingRunners(ctx context.Context) ([]string, error) {
	items, err := query(ctx, s.client, s.table, protocol.TypeRunner, "", newUpdate().ifExists(protocol.AttrHostBootedAt).ifNotExists(protocol.AttrDeleted))
	if err != nil {
		return nil, wrapError(ctx, "dynamodb:Query", err)
	}
	names := make([]string, len(items))
	for i, found := range items {
		names[i] = stringOf(found[protocol.AttrName])
	}
	return names, nil
}

// MarkDeleted implements launch.States.
func (s *RunnerStates) MarkDeleted(ctx context.Context, runner string) (launch.State, error) {
	u := newUpdate().ifExists(protocol.AttrName).set(protocol.AttrDeleted, boolAttr(true))
	written, err := u.write(ctx, s.client, s.table, itemKey(protocol.TypeRunner, runner))
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
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: itemKey(protocol.TypeRunner, runner)})
	if err != nil {
		return wrapError(ctx, "dynamodb:DeleteItem", err)
	}
	return nil
}
