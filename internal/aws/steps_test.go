package aws

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

func TestSteps(t *testing.T) {
	t.Parallel()
	proxy, failed := answering(t, "SendTaskFailure", 200, "{}")
	beaten := &recordedRequests{}
	proxy.On("SendTaskHeartbeat", beaten.answer(200, "{}"))
	steps := NewSteps(sdkConfig(t, proxy.Endpoint()))
	require.NoError(t, steps.Fail(t.Context(), "secret-token", message.Failure{Name: "RunnerConfigError", Cause: "why"}))
	require.NoError(t, steps.Heartbeat(t.Context(), "secret-token"))
	assert.JSONEq(t, `{"taskToken":"secret-token","error":"RunnerConfigError","cause":"why"}`, failed.only(t))
	assert.JSONEq(t, `{"taskToken":"secret-token"}`, beaten.only(t))

	for code, closed := range map[string]bool{"TaskTimedOut": true, "TaskDoesNotExist": true, "InvalidToken": true, "AccessDeniedException": false, "KmsAccessDeniedException": false} {
		proxy.On("SendTaskFailure", fakeaws.Error(http.StatusBadRequest, code))
		proxy.On("SendTaskHeartbeat", fakeaws.Error(http.StatusBadRequest, code))
		for _, err := range []error{steps.Fail(t.Context(), "secret-token", message.Failure{}), steps.Heartbeat(t.Context(), "secret-token")} {
			require.Error(t, err)
			assert.Equal(t, closed, errors.Is(err, launch.ErrTokenClosed), code)
			assert.NotContains(t, err.Error(), "secret")
			assert.NotContains(t, err.Error(), "SECRET")
		}
	}
}

// TestReadsAreConsistent: every read sees all earlier writes.
func TestReadsAreConsistent(t *testing.T) {
	t.Parallel()
	proxy, got := answering(t, "GetItem", 200, `{"Item":{"resourceType":{"S":"Runner"},"name":{"S":"x"}}}`)
	queried := &recordedRequests{}
	proxy.On("Query", queried.answer(200, `{"Items":[]}`))
	config := sdkConfig(t, proxy.Endpoint())
	_, err := NewRunnerStates(config, stateTable).State(t.Context(), "dev-shop-Build")
	require.NoError(t, err)
	_, err = NewRunnerConfigurations(config, stateTable).GetConfiguration(t.Context(), "dev-shop-Build", "v1-0")
	require.Error(t, err)
	_, err = NewRunnerClaims(config, stateTable).Claims(t.Context(), "dev-shop-Build", "")
	require.NoError(t, err)
	_, err = NewRunnerStates(config, stateTable).BootingRunners(t.Context())
	require.NoError(t, err)
	bodies := append(got.bodies, queried.bodies...)
	require.Len(t, bodies, 4)
	for _, body := range bodies {
		assert.Contains(t, body, `"ConsistentRead":true`)
	}
}
