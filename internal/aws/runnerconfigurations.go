package aws

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// RunnerConfigurations keeps the versions of runners' configurations in the
// resource-state table.
type RunnerConfigurations struct {
	table table
	now   func() time.Time
}

var _ configuration.Store = (*RunnerConfigurations)(nil)

// NewRunnerConfigurations keeps them in the table of the given name.
func NewRunnerConfigurations(config aws.Config, table string) *RunnerConfigurations {
	return &RunnerConfigurations{table: newTable(config, table), now: time.Now}
}

// PutConfiguration implements configuration.Store.
func (r *RunnerConfigurations) PutConfiguration(ctx context.Context, c configuration.Configuration) error {
	body, err := c.Canonical()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	current := c.ResourceName() + protocol.NameSeparator + id
	put := newUpdate().set(protocol.AttrConfiguration, string(body)).remove(protocol.AttrExpiresAt)
	if err := r.table.change(ctx, itemKey(protocol.TypeRunnerConfiguration, current), put); err != nil {
		return err
	}
	others, err := r.versions(ctx, c.ResourceName(), newUpdate().ifNotExists(protocol.AttrExpiresAt))
	if err != nil {
		return err
	}
	expiry := r.now().Add(configuration.RetentionDays * 24 * time.Hour).Unix()
	for _, other := range others {
		if other == current {
			continue
		}
		// Do not create a version again that was deleted in the meantime.
		expire := newUpdate().ifExists(protocol.AttrName).set(protocol.AttrExpiresAt, expiry)
		if err := r.table.change(ctx, itemKey(protocol.TypeRunnerConfiguration, other), expire); err != nil {
			return err
		}
	}
	return nil
}

// KeptConfigurations implements lifecycle.Configurations. A version that cannot be read
// is left out.
func (r *RunnerConfigurations) KeptConfigurations(ctx context.Context, runner string) ([]configuration.Configuration, error) {
	items, err := r.table.query(ctx, protocol.TypeRunnerConfiguration, runner+protocol.NameSeparator, newUpdate().ifExists(protocol.AttrConfiguration))
	var kept []configuration.Configuration
	for _, found := range items {
		_, id, _ := strings.Cut(stringOf(found[protocol.AttrName]), protocol.NameSeparator)
		if c, err := configuration.Parse([]byte(stringOf(found[protocol.AttrConfiguration])), id); err == nil {
			kept = append(kept, c)
		}
	}
	return kept, err
}

// versions are the names of a runner's items that meet the filter's conditions.
func (r *RunnerConfigurations) versions(ctx context.Context, runner string, filter *update) ([]string, error) {
	items, err := r.table.query(ctx, protocol.TypeRunnerConfiguration, runner+protocol.NameSeparator, filter)
	return stringsOf(items, protocol.AttrName), err
}

// GetConfiguration implements configuration.Store.
func (r *RunnerConfigurations) GetConfiguration(ctx context.Context, runner, id string) (configuration.Configuration, error) {
	found, err := r.table.read(ctx, configurationKey(runner, id))
	if err != nil {
		return configuration.Configuration{}, err
	}
	return configurationOf(found, id)
}

func configurationKey(runner, id string) item {
	return itemKey(protocol.TypeRunnerConfiguration, runner+protocol.NameSeparator+id)
}

// configurationOf reads the item of a version; nil is none.
func configurationOf(found item, id string) (configuration.Configuration, error) {
	if found == nil {
		return configuration.Configuration{}, configuration.ErrNotFound
	}
	return configuration.Parse([]byte(stringOf(found[protocol.AttrConfiguration])), id)
}

// DeleteConfigurations implements configuration.Store.
func (r *RunnerConfigurations) DeleteConfigurations(ctx context.Context, runner string) error {
	names, err := r.versions(ctx, runner, newUpdate())
	for _, name := range names {
		if err = r.table.remove(ctx, itemKey(protocol.TypeRunnerConfiguration, name), newUpdate()); err != nil {
			break
		}
	}
	if err != nil {
		return err
	}
	// Last: while a version is left, its steps need the secret.
	return r.table.remove(ctx, itemKey(protocol.TypeRunnerSecret, runner), newUpdate())
}
