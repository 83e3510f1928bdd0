package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

type filled struct{ count int }

func (f *filled) Fill(context.Context, protocol.DeploymentOrigin, string) error {
	f.count++
	return nil
}

// TestForeignBucket: a distribution, whose scripts run with the runner's role, comes from
// the account's artifact store alone.
func TestForeignBucket(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		store, bucket, object string
		fetched               bool
	}{
		"the store":               {"store", "store", "dev/shop", true},
		"another":                 {"store", "attacker", "dev/shop", false},
		"a longer name":           {"store", "store-2", "dev/shop", false},
		"in capitals":             {"store", "Store", "dev/shop", false},
		"none":                    {"store", "", "dev/shop", false},
		"an access point":         {"store", "arn:aws:s3:eu-west-1:999999999999:accesspoint/store", "dev/shop", false},
		"no distribution":         {"store", "", "", true},
		"an unknown store":        {"", "any", "dev/shop", true},
		"a path into the store ":  {"store", "store/x", "dev/shop", false},
		"in letters that look so": {"store", "stоre", "dev/shop", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var source filled
			origin := protocol.DeploymentOrigin{ObjectIdentifier: c.object, Source: protocol.DeploymentSource{Bucket: c.bucket}}
			err := ownSource{&source, artifactStore(c.store)}.Fill(t.Context(), origin, "")
			if c.fetched {
				require.NoError(t, err)
				assert.Equal(t, 1, source.count)
				return
			}
			require.ErrorContains(t, err, `is not the account's artifact store "store"`)
			assert.Zero(t, source.count)
		})
	}
}
