package configuration_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
)

// counted is a store that counts its reads.
type counted struct {
	configuration.Store
	reads int
	err   error
}

func (c *counted) GetConfiguration(_ context.Context, runner, id string) (configuration.Configuration, error) {
	c.reads++
	return configuration.Configuration{StackName: runner, RunnerName: id}, c.err
}

func (*counted) DeleteConfigurations(context.Context, string) error { return nil }

func TestCache(t *testing.T) {
	t.Parallel()
	store := &counted{err: errors.New("throttled")}
	cache, err := configuration.NewCache(store)
	require.NoError(t, err)
	get := func(runner, id string) configuration.Configuration {
		t.Helper()
		got, err := cache.GetConfiguration(t.Context(), runner, id)
		require.NoError(t, err)
		assert.Equal(t, configuration.Configuration{StackName: runner, RunnerName: id}, got)
		return got
	}
	_, err = cache.GetConfiguration(t.Context(), "a", "1")
	require.Error(t, err)
	store.err = nil
	for range 2 {
		get("a", "1")
		get("a", "2")
		get("b", "1")
	}
	assert.Equal(t, 4, store.reads, "a failed read, and one for each version of each runner")
	require.NoError(t, cache.DeleteConfigurations(t.Context(), "a"))
	get("b", "1")
	assert.Equal(t, 4, store.reads)
	get("a", "1")
	assert.Equal(t, 5, store.reads)
}
