package message_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/message"
)

// TestShortRequest: a step's request in the short form becomes the same message as in
// the long form of plans that were deployed before.
func TestShortRequest(t *testing.T) {
	t.Parallel()
	const (
		input = `"input":{"deploymentOriginData":{"environment":"dev","distributionName":"shop"},"n":1.50}`
		long  = `{"attiniActionType":"ExecuteRunner","RunnerConfig":{"Runner":"Build","ConfigurationId":"v1-0a1","StackName":"dev-shop"%s},` +
			`"Properties":{"Runner":"Build"%s},"deploymentPlanExecutionMetadata":{"executionArn":"arn","executionStartTime":"2026-05-01T10:00:00Z","sfnToken":"t\"\u00e9","retryCounter":0,"stepName":"A/b"},` + input + `}`
		short = `{"attiniActionType":"ExecuteRunner","RunnerConfig":"dev-shop/Build/v1-0a1%s","Properties":{%s},` +
			`"deploymentPlanExecutionMetadata":["arn","2026-05-01T10:00:00Z","t\"\u00e9",0,"A/b"],` + input + `}`
	)
	for name, c := range map[string]struct{ longNames, shortNames, longProperties, shortProperties string }{
		"as it is":   {"", "", `,"Commands":["ls"]`, `"Commands":["ls"]`},
		"with names": {`,"ErrorNames":"Runner.OutOfMemory Runner.Throttled"`, `/Runner.OutOfMemory Runner.Throttled`, `,"Commands":["a/b"]`, ` "Commands":["a/b"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := func(event string) (message.Request, string) {
				request, err := message.ParseRequest([]byte(event))
				require.NoError(t, err)
				body, err := request.Message()
				require.NoError(t, err)
				return request, string(body)
			}
			want, wanted := read(fmt.Sprintf(long, c.longNames, c.longProperties))
			got, body := read(fmt.Sprintf(short, c.shortNames, c.shortProperties))
			assert.JSONEq(t, wanted, body)
			assert.Equal(t, want.Runner, got.Runner)
			assert.Equal(t, "dev-shop-Build", got.Runner)
			assert.Equal(t, want.Token, got.Token)
			assert.Equal(t, want.ErrorNames, got.ErrorNames)
			assert.Equal(t, "v1-0a1", message.ConfigurationIDOf([]byte(body)))
		})
	}
}

// TestShortRequestsThatAreWrong: hand-written requests fail their step; none is taken
// for another.
func TestShortRequestsThatAreWrong(t *testing.T) {
	t.Parallel()
	const event = `{"RunnerConfig":%s,"Properties":%s,"deploymentPlanExecutionMetadata":%s,"input":{"deploymentOriginData":{}}}`
	const metadata = `["arn","2026-05-01T10:00:00Z","token",0,"A"]`
	for name, c := range map[string]struct{ config, properties, metadata, says string }{
		"no parts":         {`""`, `{"Commands":[]}`, metadata, "does not name a Runner"},
		"too few":          {`"dev-shop/Build"`, `{"Commands":[]}`, metadata, "does not name a Runner"},
		"a number":         {`7`, `{"Commands":[]}`, metadata, "does not name a Runner"},
		"no configuration": {`"dev-shop/Build/none"`, `{"Commands":[]}`, metadata, "its Condition is false"},
		"other properties": {`"dev-shop/Build/v1-0"`, `[]`, metadata, "must be an object"},
		"fewer values":     {`"dev-shop/Build/v1-0"`, `{}`, `["arn","token"]`, "no task token"},
		"no list":          {`"dev-shop/Build/v1-0"`, `{}`, `"token"`, "no task token"},
	} {
		_, err := message.ParseRequest(fmt.Appendf(nil, event, c.config, c.properties, c.metadata))
		assert.ErrorContains(t, err, c.says, name)
	}
}
