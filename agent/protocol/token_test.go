package protocol_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

func TestFindTaskToken(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ body, want string }{
		"cut off":             {`{"deploymentPlanExecutionMetadata":{"sfnToken":"AQC","stepName":"Bu`, "AQC"},
		"with blanks":         {"{ \"sfnToken\" :\n\"AQC\",,}", "AQC"},
		"escaped":             {`{"sfnToken":"A\u003d\/",`, "A=/"},
		"none":                {`no JSON`, ""},
		"empty":               {``, ""},
		"cut off inside":      {`{"sfnToken":"AQC`, ""},
		"two to choose from":  {`{"sfnToken":"A","x":{"sfnToken":"B"}`, ""},
		"an empty one":        {`{"sfnToken":""`, ""},
		"no text":             {`{"sfnToken":5`, ""},
		"inside a text":       {`{"Commands":["echo \"sfnToken\":\"A\""]`, ""},
		"a bad escape":        {`{"sfnToken":"A\x"`, ""},
		"a text and the true": {`{"sfnToken":"A","Commands":["echo \"sfnToken\":\"B\""]`, "A"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, protocol.FindTaskToken([]byte(c.body)))
		})
	}
}

// FuzzFindTaskToken: a token that is found is what a message without the
// damage would have said.
func FuzzFindTaskToken(f *testing.F) {
	f.Add("AQC", `,"x"`)
	f.Add("é\"\\", "")
	f.Fuzz(func(t *testing.T, token, rest string) {
		text, err := json.Marshal(token)
		require.NoError(t, err)
		body := []byte(`{"sfnToken":` + string(text) + rest)
		found := protocol.FindTaskToken(body)
		if found == "" {
			return
		}
		var same string
		require.NoError(t, json.Unmarshal(text, &same))
		if token != "" {
			assert.Equal(t, same, found)
		}
	})
}
