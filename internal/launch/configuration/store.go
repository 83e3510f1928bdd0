package configuration

import (
	"context"
	"errors"
)

// Store keeps the versions of runners' configurations. A runner is named by its
// ResourceName, a version by its ID.
type Store interface {
	// PutConfiguration stores a version and makes it the runner's current one. All
	// other versions of the runner are removed after RetentionDays. Storing a version
	// again makes it the current one, as a rollback does.
	PutConfiguration(ctx context.Context, c Configuration) error
	// GetConfiguration reads a version, even if it was stored just now. It returns
	// ErrNotFound for one that does not exist.
	GetConfiguration(ctx context.Context, runner, id string) (Configuration, error)
	// DeleteConfigurations removes all versions of a runner, and its secret. A runner
	// without one is no error.
	DeleteConfigurations(ctx context.Context, runner string) error
}

// RetentionDays is how many days a version is kept after it was replaced: longer than
// an execution that began with it can run (a year) and be redriven.
const RetentionDays = 400

// ErrNotFound means that the runner has no configuration of this id.
var ErrNotFound = errors.New("the runner has no such configuration")
