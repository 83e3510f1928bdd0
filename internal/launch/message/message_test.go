package message_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// TestUnreadablePrewarm: the other cases are package launch's.
func TestUnreadablePrewarm(t *testing.T) {
	t.Parallel()
	for _, event := range []string{`{"Runners":7}`, `no`, `{"Runners":[{"Runner":"Build","ConfigurationId":"v1-0"}]}`, `{"Runners":[{"Runner":"Build","ConfigurationId":"x"}],"input":{"deploymentOriginData":{"stackName":"s"}}}`} {
		_, err := message.ParsePrewarm([]byte(event))
		require.Error(t, err, event)
	}
}

// FuzzParseRequest: whatever a step sends is refused, or makes a message that
// an agent can read, for the same token.
func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"RunnerConfig":{"Runner":"Build","ConfigurationId":"v1-0"},"Properties":{"Commands":["a",1,null]},"deploymentPlanExecutionMetadata":{"sfnToken":"t"},
		"input":{"deploymentOriginData":{"stackName":"s"},"a":"\ufffe","A":1e400,"a":2}}`))
	f.Add([]byte(`{"input":[]}`))
	f.Fuzz(func(t *testing.T, event []byte) {
		request, err := message.ParseRequest(event)
		if err != nil {
			return
		}
		body, err := request.Message()
		if err != nil {
			return
		}
		message, err := protocol.ParseMessage(body)
		require.NoError(t, err)
		assert.Equal(t, request.Token, message.Metadata.TaskToken)
		assert.Equal(t, configuration.Hash(request.Configuration), message.ConfigurationHash)
		assert.NotContains(t, string(body), "\uFFFF")
	})
}
