package aws

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// environment has the process's AWS variables be these alone, until the test
// ends.
func environment(t *testing.T, variables ...string) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // which also restores it
			require.NoError(t, os.Unsetenv(name))
		}
	}
	for _, variable := range append([]string{"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull}, variables...) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
}

func TestLoadConfig(t *testing.T) {
	environment(t, fakeaws.Environment(nil, "http://127.0.0.1:1")...)
	loaded, err := LoadConfig(t.Context())
	require.NoError(t, err)
	assert.Equal(t, fakeaws.Region, loaded.Region)
	assert.Equal(t, maxAttempts, loaded.Retryer().MaxAttempts())
}

func TestLoadConfigErrors(t *testing.T) {
	const words = "load the AWS configuration: "
	// A profile whose credentials come from a call.
	profiles := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(profiles, []byte(`[profile source]
aws_access_key_id = AKIASTANDIN
aws_secret_access_key = standin
[profile other]
role_arn = arn:aws:iam::111122223333:role/other
source_profile = source
`), 0o600))
	denies := fakeaws.NewProxy(t, "http://127.0.0.1:1") // nobody else is asked
	denies.On("AssumeRole", fakeaws.Error(http.StatusForbidden, "AccessDenied"))
	for _, test := range []struct {
		name      string
		variables []string
		want      string
	}{
		{"no region", []string{"AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b"}, "no region; set AWS_REGION, or region in your profile"},
		{
			"no credentials",
			[]string{"AWS_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true"},
			"no credentials; sign in (aws sso login, aws configure), set AWS_PROFILE, or set the variables of an access key",
		},
		{
			"role not allowed",
			[]string{"AWS_REGION=eu-west-1", "AWS_PROFILE=other", "AWS_CONFIG_FILE=" + profiles, "AWS_ENDPOINT_URL_STS=" + denies.Endpoint()},
			"the credentials cannot be renewed: STS AssumeRole: AccessDenied; sign in again",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			environment(t, test.variables...)
			_, err := LoadConfig(t.Context())
			assert.EqualError(t, err, words+test.want)
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		environment(t, "AWS_REGION=eu-west-1", "AWS_PROFILE=other", "AWS_CONFIG_FILE="+profiles, "AWS_ENDPOINT_URL_STS="+denies.Endpoint())
		asked, release := make(chan struct{}), make(chan struct{})
		// The SDK shares its call for credentials, and lets it go on.
		defer close(release)
		denies.On("AssumeRole", func(n int, w http.ResponseWriter, r *http.Request) bool {
			close(asked)
			<-release
			return fakeaws.Error(http.StatusForbidden, "AccessDenied")(n, w, r)
		})
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		enough := errors.New("enough")
		go func() {
			<-asked
			cancel(enough)
		}()
		_, err := LoadConfig(ctx)
		require.ErrorIs(t, err, enough)
	})
}
