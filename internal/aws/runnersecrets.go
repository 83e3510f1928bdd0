package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// RunnerSecrets keeps the runners' secrets in the resource-state table. The policy of
// agents permits none of its actions for these items.
type RunnerSecrets struct{ table table }

var _ configuration.Secrets = (*RunnerSecrets)(nil)

// NewRunnerSecrets keeps them in the table of the given name.
func NewRunnerSecrets(config aws.Config, table string) *RunnerSecrets {
	return &RunnerSecrets{newTable(config, table)}
}

// EnsureSecret implements configuration.Secrets. Of two calls at the same time, both
// return the secret of the one that comes first.
func (r *RunnerSecrets) EnsureSecret(ctx context.Context, runner string) (configuration.Secret, error) {
	wanted := configuration.NewSecret(time.Now())
	u := newUpdate().setIfNotExists(protocol.AttrSecret, wanted.Key).setIfNotExists(protocol.AttrCreatedAt, wanted.CreatedAt)
	found, _, err := r.table.update(ctx, itemKey(protocol.TypeRunnerSecret, runner), u)
	return secretOf(found), err
}

// Secret implements configuration.Secrets.
func (r *RunnerSecrets) Secret(ctx context.Context, runner string) (configuration.Secret, error) {
	found, err := r.table.read(ctx, itemKey(protocol.TypeRunnerSecret, runner))
	return secretOf(found), err
}

func secretOf(found item) configuration.Secret {
	return configuration.Secret{Key: stringOf(found[protocol.AttrSecret]), CreatedAt: timeOf(found[protocol.AttrCreatedAt])}
}
