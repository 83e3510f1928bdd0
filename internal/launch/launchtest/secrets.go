package launchtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
)

// Secrets implements configuration.Secrets.
type Secrets struct{ *user }

var _ configuration.Secrets = Secrets{}

// EnsureSecret implements configuration.Secrets.
func (s Secrets) EnsureSecret(_ context.Context, runner string) (configuration.Secret, error) {
	return call(s.user, "Secrets.EnsureSecret", func() (configuration.Secret, error) {
		if s.secrets[runner].Key == "" {
			s.secrets[runner] = configuration.NewSecret(time.Now())
		}
		return s.secrets[runner], nil
	})
}

// Secret implements configuration.Secrets.
func (s Secrets) Secret(_ context.Context, runner string) (configuration.Secret, error) {
	return call(s.user, "Secrets.Secret", func() (configuration.Secret, error) { return s.secrets[runner], nil })
}

// TestSecrets holds an implementation of configuration.Secrets to what the launcher and
// the lifecycle function expect. remove removes a runner.
func TestSecrets(t *testing.T, secrets configuration.Secrets, remove func(runner string) error) {
	t.Helper()
	ctx := t.Context()
	none, err := secrets.Secret(ctx, "dev-shop-Deploy")
	require.NoError(t, err)
	assert.Zero(t, none)
	first, err := secrets.EnsureSecret(ctx, "dev-shop-Deploy")
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(first.Key), 32)
	assert.WithinDuration(t, time.Now(), first.CreatedAt, time.Minute)
	for _, read := range []func(context.Context, string) (configuration.Secret, error){secrets.EnsureSecret, secrets.Secret} {
		again, err := read(ctx, "dev-shop-Deploy")
		require.NoError(t, err)
		assert.Equal(t, first.Key, again.Key)
		assert.True(t, first.CreatedAt.Equal(again.CreatedAt))
	}
	other, err := secrets.EnsureSecret(ctx, "dev-shop-Deploy2")
	require.NoError(t, err)
	assert.NotEqual(t, first.Key, other.Key)

	require.NoError(t, remove("dev-shop-Deploy"))
	none, err = secrets.Secret(ctx, "dev-shop-Deploy")
	require.NoError(t, err)
	assert.Zero(t, none, "removed with the runner")
	kept, err := secrets.Secret(ctx, "dev-shop-Deploy2")
	require.NoError(t, err)
	assert.Equal(t, other.Key, kept.Key)
}
