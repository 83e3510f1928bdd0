package protocol_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// TestSealedTokens: what an agent seals, the runner's secret opens, and nothing else.
func TestSealedTokens(t *testing.T) {
	t.Parallel()
	const token = "AQCEAAAAKgAAAAMAAAAAAAAAAc/token+of=="
	key, err := protocol.TokenKey("secret of the runner")
	require.NoError(t, err)
	again, err := protocol.TokenKey("secret of the runner")
	require.NoError(t, err)
	assert.Equal(t, key, again, "a repeated start asks for the same task")

	sealed, err := protocol.SealToken(key, "task/a", token)
	require.NoError(t, err)
	assert.True(t, protocol.IsSealedToken(sealed))
	assert.NotContains(t, sealed, token[:8])
	other, err := protocol.SealToken(key, "task/a", token)
	require.NoError(t, err)
	assert.NotEqual(t, sealed, other)
	opened, err := protocol.OpenToken("secret of the runner", "task/a", sealed)
	require.NoError(t, err)
	assert.Equal(t, token, opened)

	for name, attempt := range map[string][3]string{
		"another runner's secret": {"secret of another runner", "task/a", sealed},
		"no secret":               {"", "task/a", sealed},
		"the public key":          {key, "task/a", sealed},
		"a changed token":         {"secret of the runner", "task/a", sealed[:len(sealed)-2] + "AA"},
		"a cut token":             {"secret of the runner", "task/a", sealed[:20]},
		"another task":            {"secret of the runner", "task/b", sealed},
		"no base64":               {"secret of the runner", "task/a", "hpke:%"},
		"nothing":                 {"secret of the runner", "task/a", "hpke:"},
	} {
		opened, err := protocol.OpenToken(attempt[0], attempt[1], attempt[2])
		require.Error(t, err, name)
		assert.Empty(t, opened, name)
		assert.NotContains(t, err.Error(), token)
	}
}

// TestUnsealedTokens: a launcher of before gives no key, and its agents' claims have the
// token itself. A key that is none is no reason to write the token.
func TestUnsealedTokens(t *testing.T) {
	t.Parallel()
	kept, err := protocol.SealToken("", "task/a", "token")
	require.NoError(t, err)
	assert.Equal(t, "token", kept)
	opened, err := protocol.OpenToken("", "task/a", "token")
	require.NoError(t, err)
	assert.Equal(t, "token", opened)
	for _, key := range []string{"a", "%", strings.Repeat("A", 42)} {
		kept, err := protocol.SealToken(key, "task/a", "token")
		require.Error(t, err)
		assert.Empty(t, kept)
	}
	_, err = protocol.TokenKey("")
	require.Error(t, err)
}
