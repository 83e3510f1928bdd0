package aws

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/lifecycle"
)

// TestEveryPropertyReachesTheItem: tools that read a runner's item find each of the
// Runner's properties there.
func TestEveryPropertyReachesTheItem(t *testing.T) {
	t.Parallel()
	put := func(c configuration.Configuration) (request map[string]any) {
		proxy, requests := answering(t, "UpdateItem", http.StatusOK, "{}")
		require.NoError(t, NewRunnerItems(sdkConfig(t, proxy.Endpoint()), stateTable).PutRunner(t.Context(), lifecycle.Runner{Configuration: c}))
		require.NoError(t, json.Unmarshal([]byte(requests.only(t)), &request))
		return request
	}
	base := launchtest.OnHost()
	require.Equal(t, put(base), put(base), "a request depends on nothing but the configuration")
	for path := range launchtest.PropertyValues() {
		assert.NotEqual(t, put(base), put(launchtest.WithProperty(t, base, path)), "%s: write it to the runner's item", path)
	}
}
