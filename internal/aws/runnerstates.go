package aws

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// RunnerStates are the runners' items in the resource-state table. The
// lifecycle function creates them.
type RunnerStates struct {
	table table
	now   func() time.Time
}

var _ launch.States = (*RunnerStates)(nil)

// NewRunnerStates reads and writes the table of the given name.
func NewRunnerStates(config aws.Config, table string) *RunnerStates {
	return &RunnerStates{table: newTable(config, table), now: time.Now}
}

func stateOf(found item) launch.State {
	return launch.State{
		QueueURL: stringOf(found[protocol.AttrQueueURL]),
		Task:     stringOf(found[protocol.AttrTaskID]), Configuration: stringOf(found[protocol.AttrTaskConfigurationID]), Cluster: stringOf(found[protocol.AttrTaskCluster]),
		TaskHost: stringOf(found[protocol.AttrTaskHostID]), TaskStartedAt: timeOf(found[protocol.AttrTaskStartedAt]), Retired: stringOf(found[protocol.AttrRetiredTaskID]),
		Host: stringOf(found[protocol.AttrHostID]), HostConfiguration: stringOf(found[protocol.AttrHostConfigurationID]), HostBootedAt: timeOf(found[protocol.AttrHostBootedAt]),
		Attempt: stringOf(found[protocol.AttrStartAttempt]), AttemptConfiguration: stringOf(found[protocol.AttrStartConfigurationID]),
		LockedUntil: timeOf(found[protocol.AttrStartUntil]), FailedAttempt: stringOf(found[protocol.AttrFailedAttempt]),
		Started: isTrue(found[protocol.AttrStarted]), TaskHostReused: isTrue(found[protocol.AttrTaskHostReused]),
		HostCluster: stringOf(found[protocol.AttrHostCluster]), RunnerCluster: stringOf(found[protocol.AttrCluster]),
		RunnerConfiguration: stringOf(found[protocol.AttrConfigurationID]),
		CheckAt:             timeOf(found[protocol.AttrCheckAt]), Doubt: stringOf(found[protocol.AttrDoubt]), DoubtSince: timeOf(found[protocol.AttrDoubtSince]),
		StartFailures: int(intOf(found[protocol.AttrStartFailures])),
	}
}

// isActive reports whether an item is a runner's that is not being deleted.
func isActive(found item) bool { return found != nil && !isTrue(found[protocol.AttrDeleted]) }

// State implements launch.States.
func (s *RunnerStates) State(ctx context.Context, runner string) (launch.State, error) {
	found, err := s.table.read(ctx, itemKey(protocol.TypeRunner, runner))
	switch {
	case err != nil:
		return launch.State{}, err
	case !isActive(found):
		return launch.State{}, launch.ErrNoRunner
	}
	return stateOf(found), nil
}

// write changes the item of a runner that is not being deleted; unmet is the error if
// the change's own conditions are not met.
func (s *RunnerStates) write(ctx context.Context, runner string, u *update, unmet error) (launch.State, error) {
	u.ifExists(protocol.AttrName).ifNotExists(protocol.AttrDeleted)
	found, met, err := s.table.update(ctx, itemKey(protocol.TypeRunner, runner), u)
	switch {
	case err != nil:
		return launch.State{}, err
	case !isActive(found):
		return launch.State{}, launch.ErrNoRunner
	case !met:
		return stateOf(found), unmet
	}
	return stateOf(found), nil
}

// ifUnlocked requires that no launcher but the owner has the lock.
func (s *RunnerStates) ifUnlocked(u *update, owner string) *update {
	u.tests = append(u.tests, fmt.Sprintf("(attribute_not_exists(%[1]s) OR %[1]s < %[2]s OR %[3]s = %[4]s)",
		u.name(protocol.AttrStartUntil), u.value(s.now()), u.name(protocol.AttrStartOwner), u.value(owner)))
	return u
}

// removeLock removes the lock and the attempt.
func removeLock(u *update) *update {
	return u.remove(protocol.AttrStartOwner, protocol.AttrStartUntil, protocol.AttrStartAttempt, protocol.AttrStartConfigurationID)
}

// Lock implements launch.States.
func (s *RunnerStates) Lock(ctx context.Context, runner string, lock launch.Lock) (launch.State, error) {
	u := s.ifUnlocked(newUpdate(), lock.Owner)
	u.set(protocol.AttrStartOwner, lock.Owner).set(protocol.AttrStartUntil, lock.Until)
	u.set(protocol.AttrStartConfigurationID, lock.Configuration).setIfNotExists(protocol.AttrStartAttempt, lock.Attempt)
	if !lock.CheckAt.IsZero() {
		u.set(protocol.AttrCheckAt, lock.CheckAt)
	}
	return s.write(ctx, runner, u, launch.ErrLocked)
}

// Renew implements launch.States.
func (s *RunnerStates) Renew(ctx context.Context, runner, owner string, until time.Time) error {
	u := newUpdate().ifEqual(protocol.AttrStartOwner, owner).set(protocol.AttrStartUntil, until)
	_, err := s.write(ctx, runner, u, launch.ErrChanged)
	return err
}

// RecordTask implements launch.States.
func (s *RunnerStates) RecordTask(ctx context.Context, runner, owner string, record launch.TaskRecord) error {
	u := removeLock(newUpdate().ifEqual(protocol.AttrStartOwner, owner))
	u.set(protocol.AttrTaskID, record.Task).set(protocol.AttrStarted, false)
	u.set(protocol.AttrTaskConfigurationID, record.Configuration).set(protocol.AttrTaskCluster, record.Cluster)
	u.set(protocol.AttrTaskHash, strconv.Itoa(int(configuration.Hash(record.Configuration))))
	u.set(protocol.AttrTaskStartedAt, record.StartedAt).set(protocol.AttrHostKept, false)
	u.remove(protocol.AttrRetiredTaskID, protocol.AttrRetiredAt, protocol.AttrDoubt, protocol.AttrDoubtSince)
	if record.Host == "" {
		u.remove(protocol.AttrTaskHostID, protocol.AttrTaskHostReused)
	} else {
		u.set(protocol.AttrTaskHostID, record.Host).remove(protocol.AttrHostBootedAt)
		if record.Reused {
			u.set(protocol.AttrTaskHostReused, true)
		} else {
			u.remove(protocol.AttrTaskHostReused)
		}
	}
	_, err := s.write(ctx, runner, u, launch.ErrChanged)
	return err
}

// RecordHost implements launch.States.
func (s *RunnerStates) RecordHost(ctx context.Context, runner, owner string, record launch.HostRecord) error {
	u := removeLock(newUpdate().ifEqual(protocol.AttrStartOwner, owner))
	u.set(protocol.AttrHostID, record.Host).set(protocol.AttrHostConfigurationID, record.Configuration)
	u.set(protocol.AttrHostBootedAt, record.BootedAt).setOrRemove(protocol.AttrHostCluster, record.Cluster)
	_, err := s.write(ctx, runner, u, launch.ErrChanged)
	return err
}

// Release implements launch.States.
func (s *RunnerStates) Release(ctx context.Context, runner, owner string, failed bool) error {
	u := removeLock(newUpdate().ifEqual(protocol.AttrStartOwner, owner))
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
	u := newUpdate().ifEqual(protocol.AttrTaskID, task)
	u.remove(protocol.AttrTaskID, protocol.AttrStarted, protocol.AttrTaskConfigurationID, protocol.AttrTaskHash, protocol.AttrTaskCluster, protocol.AttrTaskHostID, protocol.AttrTaskStartedAt,
		protocol.AttrTaskHostReused, protocol.AttrDoubt, protocol.AttrDoubtSince)
	if progress {
		u.remove(protocol.AttrStartFailures)
	} else {
		u.increment(protocol.AttrStartFailures)
	}
	return s.write(ctx, runner, u, launch.ErrChanged)
}

// ForgetHost implements launch.States.
func (s *RunnerStates) ForgetHost(ctx context.Context, runner, host, owner string, failed bool) (launch.State, error) {
	u := s.ifUnlocked(newUpdate(), owner).ifEqual(protocol.AttrHostID, host).ifNotEqual(protocol.AttrTaskHostID, host)
	u.remove(protocol.AttrHostID, protocol.AttrHostConfigurationID, protocol.AttrHostCluster, protocol.AttrHostBootedAt)
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
	items, err := s.table.query(ctx, protocol.TypeRunner, "", newUpdate().ifExists(protocol.AttrHostBootedAt).ifNotExists(protocol.AttrDeleted))
	return stringsOf(items, protocol.AttrName), err
}

// RunnersOnHost implements launch.States.
func (s *RunnerStates) RunnersOnHost(ctx context.Context, host string) ([]string, error) {
	items, err := s.table.query(ctx, protocol.TypeRunner, "", newUpdate().ifEqual(protocol.AttrHostID, host).ifNotExists(protocol.AttrDeleted))
	return stringsOf(items, protocol.AttrName), err
}

// SetCheck implements launch.States.
func (s *RunnerStates) SetCheck(ctx context.Context, runner string, at time.Time) error {
	_, err := s.write(ctx, runner, newUpdate().set(protocol.AttrCheckAt, at), launch.ErrChanged)
	return err
}

// BeginCheck implements launch.States.
func (s *RunnerStates) BeginCheck(ctx context.Context, runner string, due, until time.Time) (launch.State, error) {
	u := newUpdate().set(protocol.AttrCheckAt, until)
	u.tests = append(u.tests, fmt.Sprintf("(attribute_not_exists(%[1]s) OR %[1]s <= %[2]s)", u.name(protocol.AttrCheckAt), u.value(due)))
	return s.write(ctx, runner, u, launch.ErrChanged)
}

// EndCheck implements launch.States.
func (s *RunnerStates) EndCheck(ctx context.Context, runner string, record launch.CheckRecord) error {
	u := newUpdate()
	unchanged := fmt.Sprintf("attribute_not_exists(%[1]s) OR %[1]s = %[2]s", u.name(protocol.AttrCheckAt), u.value(record.Before))
	if record.At.IsZero() {
		u.remove(protocol.AttrCheckAt)
	} else {
		u.set(protocol.AttrCheckAt, record.At)
		unchanged += fmt.Sprintf(" OR %s > %s", u.name(protocol.AttrCheckAt), u.value(record.At))
	}
	u.tests = append(u.tests, "("+unchanged+")")
	if record.Doubt == "" {
		u.remove(protocol.AttrDoubt, protocol.AttrDoubtSince)
	} else {
		u.set(protocol.AttrDoubt, record.Doubt).set(protocol.AttrDoubtSince, record.DoubtSince)
	}
	_, err := s.write(ctx, runner, u, launch.ErrChanged)
	return err
}

// MarkDeleted implements launch.States.
func (s *RunnerStates) MarkDeleted(ctx context.Context, runner string) (launch.State, error) {
	found, met, err := s.table.update(ctx, itemKey(protocol.TypeRunner, runner), newUpdate().ifExists(protocol.AttrName).set(protocol.AttrDeleted, true))
	if err == nil && !met {
		err = launch.ErrNoRunner
	}
	return stateOf(found), err
}

// Delete implements launch.States.
func (s *RunnerStates) Delete(ctx context.Context, runner string) error {
	return s.table.remove(ctx, itemKey(protocol.TypeRunner, runner), newUpdate())
}
