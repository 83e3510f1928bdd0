package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// RunnerConfigurations keeps the versions of runners' configurations in the
// resource-state table.
type RunnerConfigurations struct {
	client tableClient
	table  string
	now    func() time.Time
}

var _ configuration.Store = (*RunnerConfigurations)(nil)

// NewRunnerConfigurations keeps them in the table of the given name.
func NewRunnerConfigurations(config aws.Config, table string) *RunnerConfigurations {
	return &RunnerConfigurations{client: dynamodb.NewFromConfig(config), table: table, now: time.Now}
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
	put := newUpdate().set(protocol.AttrConfiguration, stringAttr(string(body))).remove(protocol.AttrExpiresAt)
	if _, err := put.write(ctx, r.client, r.table, itemKey(protocol.TypeRunnerConfiguration, current)); err != nil {
		return wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	others, err := r.versions(ctx, c.ResourceName(), newUpdate().ifNotExists(protocol.AttrExpiresAt))
	if err != nil {
		return err
	}
	expiry := numberAttr(r.now().Add(configuration.RetentionDays * 24 * time.Hour).Unix())
	for _, other := range others {
		if other == current {
			continue
		}
		// One that is gone by now stays so.
		expire := newUpdate().ifExists(protocol.AttrName).set(protocol.AttrExpiresAt, expiry)
		_, err := expire.write(ctx, r.client, r.table, itemKey(protocol.TypeRunnerConfiguration, other))
		if _, gone := conditionFailed(err); err != nil && !gone {
			return wrapError(ctx, "dynamodb:UpdateItem", err)
		}
	}
	return nil
}

// versions are the names of a runner's items that the filter lets through.
func (r *RunnerConfigurations) versions(ctx context.Context, runner string, filter *update) ([]string, error) {
	items, err := query(ctx, r.client, r.table, protocol.TypeRunnerConfiguration, runner+protocol.NameSeparator, filter)
	if err != nil {
		return nil, wrapError(ctx, "dynamodb:Query", err)
	}
	names := make([]string, len(items))
	for i, found := range items {
		names[i] = stringOf(found[protocol.AttrName])
	}
	return names, nil
}

// GetConfiguration implements configuration.Store.
func (r *RunnerConfigurations) GetConfiguration(ctx context.Context, runner, id string) (configuration.Configuration, error) {
	found, err := read(ctx, r.client, r.table, itemKey(protocol.TypeRunnerConfiguration, runner+protocol.NameSeparator+id))
	switch {
	case err != nil:
		return configuration.Configuration{}, wrapError(ctx, "dynamodb:GetItem", err)
	case found == nil:
		return configuration.Configuration{}, configuration.ErrNotFound
	}
	return configuration.Parse([]byte(stringOf(found[protocol.AttrConfiguration])), id)
}

// DeleteConfigurations implements configuration.Store.
func (r *RunnerConfigurations) DeleteConfigurations(ctx context.Context, runner string) error {
	names, err := r.versions(ctx, runner, newUpdate())
	if err != nil {
		return err
	}
	for _, name := range names {
		_, err := r.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &r.table, Key: itemKey(protocol.TypeRunnerConfiguration, name)})
		if err != nil {
			return wrapError(ctx, "dynamodb:DeleteItem", err)
		}
	}
	return nil
}
