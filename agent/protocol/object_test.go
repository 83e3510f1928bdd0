package protocol_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// FuzzSplitObject: the members are those that package json reads, in their order, and
// keep their text.
func FuzzSplitObject(f *testing.F) {
	for _, object := range []string{
		`{}`, ` { } `, `{"a":1}`, "{\t\"a\" :\r\n[1, {\"b\":\"]}\\\"\"}] , \"c\":null}", `{"a":1,"b":2,"a":[3]}`, `{"\u0061":1,"a":-2.50e+10}`,
		`{"":"","\\":"\\\\","\"":"\\\""}`, "{\"\xff\":\"\xfe\"}", `{"å":"\ud83d\ude00"}`, `{"a":{"a":{"a":[[[]]]}},"b":true}`,
		`[]`, `"a"`, `7`, ``, `{`, `{"a"}`, `{"a":1}}`, `{"a":1,}`, "{\"a\":\"\n\"}", `{} {}`,
	} {
		f.Add([]byte(object))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		members, err := protocol.SplitObject(object)
		var want map[string]json.RawMessage
		if json.Unmarshal(object, &want) != nil || want == nil {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.Len(t, members, len(want))
		at := 0
		for _, m := range members {
			assert.Equal(t, string(want[m.Key]), string(m.Value), m.Key)
			var key string
			require.NoError(t, json.Unmarshal(m.Literal, &key))
			assert.Equal(t, key, m.Key)
			found := bytes.Index(object[at:], m.Literal)
			require.GreaterOrEqual(t, found, 0, "in their order, and as they are written")
			at += found + len(m.Literal)
		}
	})
}
