package launchtest

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/attini-go/runner/internal/launch"
)

// item is a runner's item.
type item struct {
	launch.State
	owner  string
	closed bool
}

// States implements launch.States.
type States struct{ *user }

var _ launch.States = States{}

// write does something to a runner's item, if it is there and open.
func (s States) write(name, runner string, do func(*item) error) (launch.State, error) {
	return call(s.user, name, func() (launch.State, error) {
		found := s.runners[runner]
		if found == nil || found.closed {
			return launch.State{}, launch.ErrNoRunner
		}
		err := do(found)
		return found.State, err
	})
}

// State implements launch.States.
func (s States) State(_ context.Context, runner string) (launch.State, error) {
	return s.write("States.State", runner, func(*item) error { return nil })
}

// Lock implements launch.States.
func (s States) Lock(_ context.Context, runner string, lock launch.Lock) (launch.State, error) {
	return s.write("States.Lock", runner, func(i *item) error {
		if !s.LockOpen && i.owner != "" && i.owner != lock.Owner && time.Now().Before(i.LockedUntil) {
			return launch.ErrLocked
		}
		i.owner, i.LockedUntil, i.AttemptConfiguration = lock.Owner, lock.Until, lock.Configuration
		if i.Attempt == "" {
			i.Attempt = lock.Attempt
		}
		if !lock.CheckAt.IsZero() {
			i.CheckAt = lock.CheckAt
		}
		return nil
	})
}

// owned does something as the lock's owner.
func (s States) owned(name, runner, owner string, do func(*item)) error {
	_, err := s.write(name, runner, func(i *item) error {
		if i.owner != owner {
			return launch.ErrChanged
		}
		do(i)
		return nil
	})
	return err
}

func (i *item) release() {
	i.owner, i.LockedUntil, i.Attempt, i.AttemptConfiguration = "", time.Time{}, "", ""
}

// Renew implements launch.States.
func (s States) Renew(_ context.Context, runner, owner string, until time.Time) error {
	return s.owned("States.Renew", runner, owner, func(i *item) { i.LockedUntil = until })
}

// RecordTask implements launch.States.
func (s States) RecordTask(_ context.Context, runner, owner string, record launch.TaskRecord) error {
	return s.owned("States.RecordTask", runner, owner, func(i *item) {
		i.Task, i.Configuration, i.Cluster = record.Task, record.Configuration, record.Cluster
		i.TaskHost, i.TaskStartedAt, i.Retired, i.Started = record.Host, record.StartedAt, "", false
		i.TaskHostReused, i.Doubt, i.DoubtSince = record.Reused, "", time.Time{}
		if record.Host != "" {
			i.HostBootedAt = time.Time{}
		}
		i.release()
	})
}

// RecordHost implements launch.States.
func (s States) RecordHost(_ context.Context, runner, owner string, record launch.HostRecord) error {
	return s.owned("States.RecordHost", runner, owner, func(i *item) {
		i.Host, i.HostConfiguration, i.HostBootedAt = record.Host, record.Configuration, record.BootedAt
		i.HostCluster = record.Cluster
		i.release()
	})
}

// Release implements launch.States.
func (s States) Release(_ context.Context, runner, owner string, failed bool) error {
	_, err := s.write("States.Release", runner, func(i *item) error {
		if i.owner != owner {
			return nil
		}
		if failed {
			i.FailedAttempt = i.Attempt
		}
		i.release()
		return nil
	})
	if err == launch.ErrNoRunner {
		return nil
	}
	return err
}

// RemoveTask implements launch.States.
func (s States) RemoveTask(_ context.Context, runner, task string, progress bool) (launch.State, error) {
	return s.write("States.RemoveTask", runner, func(i *item) error {
		if i.Task != task {
			return launch.ErrChanged
		}
		i.Task, i.Configuration, i.Cluster, i.TaskHost, i.TaskStartedAt, i.Started = "", "", "", "", time.Time{}, false
		i.TaskHostReused, i.Doubt, i.DoubtSince = false, "", time.Time{}
		i.StartFailures++
		if progress {
			i.StartFailures = 0
		}
		return nil
	})
}

// ForgetHost implements launch.States.
func (s States) ForgetHost(_ context.Context, runner, host, owner string, failed bool) (launch.State, error) {
	return s.write("States.ForgetHost", runner, func(i *item) error {
		locked := i.owner != "" && i.owner != owner && time.Now().Before(i.LockedUntil)
		if locked || i.Host != host || i.TaskHost == host {
			return launch.ErrChanged
		}
		i.Host, i.HostConfiguration, i.HostCluster, i.HostBootedAt = "", "", "", time.Time{}
		if failed {
			i.StartFailures++
		}
		return nil
	})
}

// ResetFailures implements launch.States.
func (s States) ResetFailures(_ context.Context, runner string) error {
	_, err := s.write("States.ForgetFailures", runner, func(i *item) error {
		i.StartFailures = 0
		return nil
	})
	return err
}

// BootingRunners implements launch.States.
func (s States) BootingRunners(context.Context) ([]string, error) {
	return call(s.user, "States.Booting", func() ([]string, error) {
		var names []string
		for _, name := range slices.Sorted(maps.Keys(s.runners)) {
			if !s.runners[name].HostBootedAt.IsZero() && !s.runners[name].closed {
				names = append(names, name)
			}
		}
		return names, nil
	})
}

// RunnersOnHost implements launch.States.
func (s States) RunnersOnHost(_ context.Context, host string) ([]string, error) {
	return call(s.user, "States.OnHost", func() ([]string, error) {
		var names []string
		for _, name := range slices.Sorted(maps.Keys(s.runners)) {
			if s.runners[name].Host == host && !s.runners[name].closed {
				names = append(names, name)
			}
		}
		return names, nil
	})
}

// SetCheck implements launch.States.
func (s States) SetCheck(_ context.Context, runner string, at time.Time) error {
	_, err := s.write("States.SetCheck", runner, func(i *item) error {
		i.CheckAt = at
		return nil
	})
	return err
}

// BeginCheck implements launch.States.
func (s States) BeginCheck(_ context.Context, runner string, due, until time.Time) (launch.State, error) {
	return s.write("States.BeginCheck", runner, func(i *item) error {
		if i.CheckAt.After(due) {
			return launch.ErrChanged
		}
		i.CheckAt = until
		return nil
	})
}

// EndCheck implements launch.States.
func (s States) EndCheck(_ context.Context, runner string, record launch.CheckRecord) error {
	_, err := s.write("States.EndCheck", runner, func(i *item) error {
		later := !record.At.IsZero() && i.CheckAt.After(record.At)
		if !i.CheckAt.IsZero() && !i.CheckAt.Equal(record.Before) && !later {
			return launch.ErrChanged
		}
		i.CheckAt, i.Doubt, i.DoubtSince = record.At, record.Doubt, record.DoubtSince
		return nil
	})
	return err
}

// MarkDeleted implements launch.States.
func (s States) MarkDeleted(_ context.Context, runner string) (launch.State, error) {
	return call(s.user, "States.Close", func() (launch.State, error) {
		found := s.runners[runner]
		if found == nil {
			return launch.State{}, launch.ErrNoRunner
		}
		found.closed = true
		return found.State, nil
	})
}

// Delete implements launch.States.
func (s States) Delete(_ context.Context, runner string) error {
	return notify(s.user, "States.Delete", func() error {
		delete(s.runners, runner)
		return nil
	})
}

// Name has the state name a task.
func (w *Fake) Name(runner, task string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runners[runner].Task = task
}

// Started reports whether the agent of the runner's task has said that it is
// up.
func (w *Fake) Started(runner string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.runners[runner].Started
}
