package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheTokenIsNeverPrinted(t *testing.T) {
	t.Parallel()
	m, err := ParseMessage([]byte(fullBody))
	require.NoError(t, err)
	require.Equal(t, testToken, m.Metadata.TaskToken)
	for name, value := range map[string]any{
		"message":             *m,
		"pointer":             m,
		"metadata":            m.Metadata,
		"pointer to metadata": &m.Metadata,
		"list":                []Message{*m},
		"list of pointers":    []*Message{m},
		"struct":              struct{ M Message }{*m},
		"map":                 map[string]any{"m": *m, "x": m.Metadata},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t"} {
				printed := fmt.Sprintf(verb, value)
				if name != "list of pointers" { // which fmt may print as addresses
					assert.Contains(t, printed, "Build", verb)
				}
				assertNoToken(t, printed)
			}
			for _, handler := range []func(*bytes.Buffer) slog.Handler{
				func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
				func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
			} {
				var b bytes.Buffer
				slog.New(handler(&b)).Info("job", "value", value, slog.Group("g", "value", value))
				require.NotEmpty(t, b.String())
				assertNoToken(t, b.String())
			}
			encoded, err := json.Marshal(value)
			require.NoError(t, err)
			assert.Contains(t, string(encoded), "Build")
			assertNoToken(t, string(encoded))
		})
	}
}

func assertNoToken(t *testing.T, text string) {
	t.Helper()
	assert.NotContains(t, text, testToken)
	assert.NotContains(t, text, "secret")
	assert.NotContains(t, text, fmt.Sprintf("%x", testToken))
	assert.NotContains(t, text, "make plan", "the payload")
}

func TestAMessageIsLoggedByItsStep(t *testing.T) {
	t.Parallel()
	m, err := ParseMessage([]byte(fullBody))
	require.NoError(t, err)
	for _, value := range []any{m, *m, m.Metadata} {
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "job", value)
		assert.Contains(t, b.String(), `job.step=Build job.execution=arn:aws:states:eu-west-1:111122223333:execution:AttiniDeploymentPlanSfnPlan-x:2f0c job.retry=2`)
	}
	assert.Equal(t, `job of step "Build" of arn:aws:states:eu-west-1:111122223333:execution:AttiniDeploymentPlanSfnPlan-x:2f0c`, m.String())
}
