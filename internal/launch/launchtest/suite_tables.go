package launchtest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// Configuration is a complete configuration of a runner's.
func Configuration(stack, runner string) configuration.Configuration {
	return configuration.Configuration{
		StackName: stack, RunnerName: runner, QueueURL: "https://queue/" + stack + "-" + runner,
		Task:    configuration.Task{Definition: "definition:1", Container: "Container", Cluster: "attini-default"},
		Network: configuration.Network{Subnets: []string{"subnet-0a1"}, AssignPublicIP: "ENABLED"},
	}
}

// TestConfigurations holds an implementation of launch.Configurations to what
// package launch expects.
func TestConfigurations(t *testing.T, configurations configuration.Store) {
	t.Helper()
	ctx := t.Context()
	first := Configuration("dev-shop", "Build")
	second := first
	second.Startup.Commands = []string{"echo é\n\"<&>\""}
	// A runner whose name begins like the other's.
	other := Configuration("dev-shop", "Build2")
	id := func(c configuration.Configuration) string {
		id, err := c.ID()
		require.NoError(t, err)
		return id
	}
	there := func(c configuration.Configuration) {
		t.Helper()
		found, err := configurations.GetConfiguration(ctx, c.ResourceName(), id(c))
		require.NoError(t, err)
		assert.Equal(t, c, found)
	}
	_, err := configurations.GetConfiguration(ctx, "dev-shop-Build", id(first))
	require.ErrorIs(t, err, configuration.ErrNotFound)
	for _, c := range []configuration.Configuration{first, second, other, first, first} {
		require.NoError(t, configurations.PutConfiguration(ctx, c))
		there(c)
	}
	there(second)
	_, err = configurations.GetConfiguration(ctx, "dev-shop-Build2", id(first))
	require.ErrorIs(t, err, configuration.ErrNotFound)

	require.NoError(t, configurations.DeleteConfigurations(ctx, "dev-shop-Build"))
	require.NoError(t, configurations.DeleteConfigurations(ctx, "dev-shop-Build"), "again")
	for _, c := range []configuration.Configuration{first, second} {
		_, err = configurations.GetConfiguration(ctx, "dev-shop-Build", id(c))
		require.ErrorIs(t, err, configuration.ErrNotFound)
	}
	there(other)
}

// ClaimsFixture is an implementation of launch.Claims to be held to it.
type ClaimsFixture struct {
	Claims launch.Claims
	// Claim writes a claim, as an agent does.
	Claim func(t testing.TB, runner string, claim launch.Claim)
}

// TestClaims holds an implementation of launch.Claims to what package launch
// expects.
func TestClaims(t *testing.T, f ClaimsFixture) {
	t.Helper()
	ctx := t.Context()
	a := launch.Claim{Name: "a", Token: "token a", Task: "task/1", StepName: "Build", ErrorNames: "Runner.OutOfMemory Runner.Interrupted"}
	b := launch.Claim{Name: "b", Token: "token b", Task: "task/2", StepName: "Test"}
	f.Claim(t, "shop-Build", a)
	f.Claim(t, "shop-Build", b)
	f.Claim(t, "shop-Other", launch.Claim{Name: "c", Token: "token c", Task: "task/1", StepName: "Other"})
	all := func(runner, task string) []launch.Claim {
		t.Helper()
		found, err := f.Claims.Claims(ctx, runner, task)
		require.NoError(t, err)
		return found
	}
	assert.ElementsMatch(t, []launch.Claim{a, b}, all("shop-Build", ""))
	assert.Equal(t, []launch.Claim{a}, all("shop-Build", "task/1"))
	assert.Empty(t, all("shop-Build", "task/3"))
	assert.Empty(t, all("shop", ""))

	require.NoError(t, f.Claims.Finish(ctx, "shop-Build", a))
	require.NoError(t, f.Claims.Finish(ctx, "shop-Build", a), "again")
	require.NoError(t, f.Claims.Finish(ctx, "shop-Build", launch.Claim{Name: "gone"}))
	a.Token, a.Finished = "", true
	assert.ElementsMatch(t, []launch.Claim{a, b}, all("shop-Build", ""), "it stays, without its token")
}
