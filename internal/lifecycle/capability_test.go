package lifecycle_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/lifecycle/lifecycletest"
)

// TestCapability: a deployment gets what its steps show to the launcher, the same one
// each time, so that a retry or a rollback changes no state machine. A template that was
// expanded before gets the id alone, and no secret.
func TestCapability(t *testing.T) {
	t.Parallel()
	fake := lifecycletest.NewFake()
	fake.Resources = []string{queueURL}
	l, err := lifecycle.New(lifecycle.Settings{ArtifactStore: "store"}, fake.Ports(), nil)
	require.NoError(t, err)
	put := func(pairs ...string) string {
		t.Helper()
		pairs = append([]string{evilQueue, queueURL}, pairs...)
		id, err := l.PutRunner(t.Context(), lifecycle.ReadRunner(stackID, "Build", replaced(t, evilRunner, pairs...)))
		require.NoError(t, err)
		return id
	}
	capable := []string{`{"RunnerName"`, `{"Capability":"true","RunnerName"`}

	bare := put()
	assert.NotContains(t, bare, ".")
	assert.Empty(t, fake.Secrets)
	assert.Equal(t, bare, put(`{"RunnerName"`, `{"Capability":"false","RunnerName"`))

	sent := put(capable...)
	id, capability, _ := strings.Cut(sent, ".")
	assert.Equal(t, bare, id)
	assert.Len(t, capability, 32)
	assert.Equal(t, sent, put(capable...), "again")
	assert.Equal(t, bare, put(), "rolled back")
	assert.Equal(t, bare, fake.Runners["dev-shop-Build"].ConfigurationID, "agents read the item")

	changed := put(append(capable, "curl evil", "curl other")...)
	_, other, _ := strings.Cut(changed, ".")
	assert.NotEqual(t, capability, other, "of another version")
	secret := fake.Secrets["dev-shop-Build"]
	assert.NotContains(t, sent+changed, secret.Key)

	fake.Fail = func(call string) error {
		if call == "EnsureSecret" {
			return assert.AnError
		}
		return nil
	}
	_, err = l.PutRunner(t.Context(), lifecycle.ReadRunner(stackID, "Build", replaced(t, evilRunner, append([]string{evilQueue, queueURL}, capable...)...)))
	assert.ErrorContains(t, err, `keep the secret of Runner "Build"`)
}
