package launch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/internal/launch/message"
)

const (
	// checkSlack is how much too early a check may come: clocks differ.
	checkSlack = 5 * time.Second
	// checkTime is how long no other check begins: longer than checkSoon, so that a start
	// arranges one of its own, and shorter than until SQS delivers this one again.
	checkTime = 4 * time.Minute
)

// Check looks at a runner and takes it out of every state that it cannot leave by
// itself (rules). A start arranges the first check; each check arranges the next one,
// until the runner is cold. So every event that is lost has a second way, and a runner
// without a task costs nothing.
func (l *Launcher) Check(ctx context.Context, name string) error {
	now := time.Now()
	state, err := l.ports.States.BeginCheck(ctx, name, now.Add(checkSlack), now.Add(checkTime))
	switch {
	case errors.Is(err, ErrNoRunner), errors.Is(err, ErrChanged):
		return nil // Remove has ended everything; or another check is being made, or comes later
	case err != nil:
		return fmt.Errorf("begin the check of the runner %s: %w", name, err) // SQS delivers it again
	}
	record, err := l.check(ctx, name, state)
	if err != nil {
		l.logger.Warn("check a runner", "runner", name, "error", err)
		record = l.failingCheck(ctx, name, state, err)
	}
	record.Before = state.CheckAt
	if !record.At.IsZero() {
		if err := l.ports.Checks.At(ctx, name, record.At); err != nil {
			return fmt.Errorf("arrange the next check of the runner %s: %w", name, err)
		}
	}
	err = l.ports.States.EndCheck(ctx, name, record)
	switch {
	case errors.Is(err, ErrNoRunner), errors.Is(err, ErrChanged): // an earlier one comes
		return nil
	case err != nil:
		return fmt.Errorf("record the check of the runner %s: %w", name, err)
	}
	return nil
}

// check looks once, and acts by the rule that counts.
func (l *Launcher) check(ctx context.Context, name string, state State) (CheckRecord, error) {
	seen, err := l.look(ctx, name, state)
	if err != nil {
		return CheckRecord{}, err
	}
	rule, _ := seen.rule()
	now := time.Now()
	if rule.after > 0 {
		record := CheckRecord{At: now.Add(checkSoon), Doubt: rule.name, DoubtSince: now}
		if state.Doubt == rule.name {
			record.DoubtSince = state.DoubtSince
		}
		if now.Sub(record.DoubtSince) < rule.after {
			return record, nil
		}
	}
	if rule.remedy != leave && rule.remedy != sweep {
		l.logger.Warn("a runner is mended", "runner", name, "rule", rule.name, "state", rule.state, "action", rule.action)
	}
	left, err := l.mend(ctx, name, state, seen, rule)
	next, record := rule.next, CheckRecord{}
	if left {
		next = checkLater
		record.Doubt, record.DoubtSince = drains, now
		if state.Doubt == drains {
			record.DoubtSince = state.DoubtSince
		}
	}
	if err != nil || next == 0 {
		return CheckRecord{}, err
	}
	record.At = time.Now().Add(next)
	return record, nil
}

// failingCheck arranges the check after one that failed. Steps that wait fail when
// checks have failed for too long: nothing else would tell them why they wait.
func (l *Launcher) failingCheck(ctx context.Context, name string, state State, cause error) CheckRecord {
	const failing = "check-fails"
	ctx, cancel := l.reportContext(ctx)
	defer cancel()
	now := time.Now()
	record := CheckRecord{At: now.Add(checkSoon), Doubt: failing, DoubtSince: now}
	if state.Doubt == failing {
		record.DoubtSince = state.DoubtSince
	}
	if now.Sub(record.DoubtSince) < failingTimeout {
		return record
	}
	record.At = now.Add(checkLater)
	failure := &message.Failure{Name: message.ErrorTask, Cause: fmt.Sprintf(
		"the runner %s could not be looked at for %s: %s. What to do: give the step a Retry", name, failingTimeout, cause)}
	if err := l.failAllJobs(ctx, state.QueueURL, failure); err != nil {
		l.logger.Error("not all waiting steps could be failed; they fail when their heartbeats are missing", "runner", name, "error", err)
	}
	return record
}

// arrangeCheck arranges a check of a runner that is being started, unless one comes
// soon anyway. It fails if no check comes at all: then nothing would look at a start
// whose events are lost.
func (l *Launcher) arrangeCheck(ctx context.Context, name string, state *State) error {
	at, err := l.sendCheck(ctx, name, *state)
	if err != nil || at.IsZero() {
		return err
	}
	l.recordCheck(ctx, name, at)
	state.CheckAt = at
	return nil
}

// sendCheck is arrangeCheck, but the caller records the time of the check. It is zero
// if there is nothing to record.
func (l *Launcher) sendCheck(ctx context.Context, name string, state State) (at time.Time, err error) {
	now := time.Now()
	if state.CheckAt.After(now) && !state.CheckAt.After(now.Add(checkSoon)) {
		return time.Time{}, nil
	}
	at = now.Add(checkSoon)
	err = l.ports.Checks.At(ctx, name, at)
	switch {
	case err == nil:
		return at, nil
	case !state.CheckAt.After(now):
		return time.Time{}, fmt.Errorf("arrange a check of the runner %s: %w", name, err)
	}
	l.logger.Warn("arrange a check of the runner", "runner", name, "error", err)
	return time.Time{}, nil
}

// recordCheck records the time of a check, which comes without it, too.
func (l *Launcher) recordCheck(ctx context.Context, name string, at time.Time) {
	err := l.ports.States.SetCheck(ctx, name, at)
	if err != nil && !errors.Is(err, ErrNoRunner) { // which the start finds out
		l.logger.Warn("record when the runner is checked", "runner", name, "error", err)
	}
}
