package launchtest

import (
	"context"
	"slices"
	"time"

	"github.com/attini-go/runner/internal/launch"
)

// timer is a check that was arranged.
type timer struct {
	runner string
	at     time.Time
}

// Checks implements launch.Checks.
type Checks struct{ *user }

var _ launch.Checks = Checks{}

// At implements launch.Checks.
func (c Checks) At(_ context.Context, runner string, at time.Time) error {
	return notify(c.user, "Checks.At", func() error {
		c.timers = append(c.timers, timer{runner, at})
		return nil
	})
}

// NextCheck is when the next check comes; false if none does.
func (w *Fake) NextCheck() (at time.Time, found bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.timers {
		if !found || t.at.Before(at) {
			at, found = t.at, true
		}
	}
	return at, found
}

// DueChecks are the runners whose checks have come, in their order; they are not
// arranged any more.
func (w *Fake) DueChecks() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var due []string
	w.timers = slices.DeleteFunc(w.timers, func(t timer) bool {
		if t.at.After(time.Now()) {
			return false
		}
		due = append(due, t.runner)
		return true
	})
	return due
}

// HangHost has a host's ECS agent lose its connection.
func (w *Fake) HangHost(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.host(id).Hangs = true
}

// ImpairHost has EC2's status checks of a host fail, or succeed again.
func (w *Fake) ImpairHost(id string, impaired bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.host(id).Impaired = impaired
}
