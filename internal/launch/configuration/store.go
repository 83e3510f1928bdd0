package configuration

import (
	"context"
	"errors"
)

// Configurations keeps the versions of runners' configurations. A runner is
// named by its ResourceName, a version by its ConfigurationID.
type Store interface {
	// PutConfiguration keeps a version and makes it the runner's current one,
	// which stays; all others of the runner are removed after ConfigurationLife.
	// Putting the same version again is fine, and makes an earlier one current
	// again, as a rollback does.
	PutConfiguration(ctx context.Context, c Configuration) error
	// GetConfiguration reads a version as it was put, however recently. It
	// returns ErrNoConfiguration when there is none.
	GetConfiguration(ctx context.Context, runner, id string) (Configuration, error)
	// DeleteConfigurations removes all versions of a runner. That there are
	// none is no error.
	DeleteConfigurations(ctx context.Context, runner string) error
}

// ConfigurationRetentionDays is how many days a version outlives the next: longer
// than an execution that began with it can run (a year) and be redriven.
const RetentionDays = 400

// ErrNoConfiguration says that a runner has no configuration of an id.
var ErrNotFound = errors.New("the runner has no such configuration")
