package asl_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	document, err := asl.ParseDocument([]byte(`{"a": [{"b c": 1.0}, {"b c": null}]}`))
	require.NoError(t, err)
	for path, want := range map[string]string{
		"$.a[0]['b c']": "1.0", "$.a[1]['b c']": "null", "$.a[2]": "", "$.b": "", "$": `{"a":[{"b c":1.0},{"b c":null}]}`, "$..['b c']": "[1.0,null]",
	} {
		value, ok, err := document.Find(path)
		require.NoError(t, err, path)
		assert.Equal(t, want != "", ok, path)
		assert.Equal(t, want, string(value), path)
	}
	require.Error(t, asl.CheckPath("a.b"))
	require.Error(t, asl.CheckPath("$.a["))
	require.NoError(t, asl.CheckPath("$.a"))
	assert.True(t, asl.Equal(json.RawMessage(`{"a":1,"b":[2]}`), json.RawMessage(`{"b":[2.0],"a":1e0}`)))
	assert.False(t, asl.Equal(json.RawMessage(`{"a":1}`), json.RawMessage(`{"a":1,"b":null}`)))
	assert.False(t, asl.Equal(json.RawMessage(`x`), json.RawMessage(`x`)))
}
