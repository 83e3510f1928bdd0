package jsonata_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl/jsonata"
)

func TestObject(t *testing.T) {
	t.Parallel()
	for _, size := range []int{3, 30} { // below and above the size of an index
		object := &jsonata.Object{}
		for i := range size {
			object.Set(fmt.Sprint("k", size-i), i)
		}
		object.Set("k1", "changed")
		object.Delete("k2")
		object.Delete("missing")
		require.Equal(t, size-1, object.Len())
		value, ok := object.Get("k1")
		assert.True(t, ok)
		assert.Equal(t, "changed", value)
		_, ok = object.Get("k2")
		assert.False(t, ok)
		keys := object.Keys()
		assert.Equal(t, fmt.Sprint("k", size), keys[0])
		assert.Equal(t, "k1", keys[len(keys)-1])
		keys[0] = "own"
		seen := 0
		for key := range object.All() {
			assert.NotEqual(t, "own", key)
			seen++
			if seen == 2 {
				break
			}
		}
		assert.Equal(t, 2, seen)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`{"b": 1, "a": {"d": [], "c": {}}}`: `{"b":1,"a":{"d":[],"c":{}}}`,
		`{"a": 1, "b": 2, "a": 3}`:          `{"a":3,"b":2}`,
		` [1, "x", null, true, false] `:     `[1,"x",null,true,false]`,
		`1e2`:                               `100`,
		`-0.0`:                              `0`,
		`1e21`:                              `1e+21`,
		`1E-7`:                              `1e-7`,
		`9007199254740993`:                  `9007199254740993`,
		`-9223372036854775808`:              `-9223372036854775808`,
		`9223372036854775808`:               `9223372036854776000`,
		`"<&>\u2028é\u0001"`:                "\"<&>\u2028é\\u0001\"",
	} {
		value, err := jsonata.Decode([]byte(source))
		require.NoError(t, err, source)
		out, err := jsonata.Encode(value)
		require.NoError(t, err, source)
		assert.Equal(t, want, string(out), source)
	}
	for _, source := range []string{``, ` `, `{`, `[1,`, `{"a"}`, `1 2`, `{} {}`, `nope`, `1e400`, `'a'`, `[1 2]`} {
		_, err := jsonata.Decode([]byte(source))
		assert.Error(t, err, source)
	}
	for _, value := range []any{math.NaN(), math.Inf(1), 5, map[string]any{}, []any{[]string{}}} {
		_, err := jsonata.Encode(value)
		assert.Error(t, err, "%v", value)
	}
}

// TestObjectInGo: encoding/json reads and writes an Object as any other value.
func TestObjectInGo(t *testing.T) {
	t.Parallel()
	var holder struct {
		Object *jsonata.Object `json:"object"`
	}
	const source = `{"object":{"z":1,"a":[{"y":2,"b":3}]}}`
	require.NoError(t, json.Unmarshal([]byte(source), &holder))
	assert.Equal(t, []string{"z", "a"}, holder.Object.Keys())
	out, err := json.Marshal(holder)
	require.NoError(t, err)
	assert.Equal(t, source, string(out))
	assert.ErrorContains(t, json.Unmarshal([]byte(`{"object": []}`), &holder), "array")
	require.NoError(t, json.Unmarshal([]byte(`{"object": null}`), &holder))
	assert.Nil(t, holder.Object)
}

// TestBigIntegers: an integer beyond the exact ones of a float64 keeps its digits,
// as in Step Functions, until something computes with it.
func TestBigIntegers(t *testing.T) {
	t.Parallel()
	input, err := jsonata.Decode([]byte(`{"id": 9007199254740993, "other": 9007199254740993, "ids": [9007199254740993, 9007199254740995]}`))
	require.NoError(t, err)
	for expression, want := range map[string]string{
		`id`:                      `9007199254740993`,
		`$string(id)`:             `"9007199254740993"`,
		`"n" & id`:                `"n9007199254740993"`,
		`{"id": id}`:              `{"id":9007199254740993}`,
		`id = other`:              `true`,
		`ids[0] = ids[1]`:         `false`,
		`$distinct(ids)`:          `[9007199254740993,9007199254740995]`,
		`id + 1`:                  `9007199254740992`,
		`$type(id)`:               `"number"`,
		`id > 1`:                  `true`,
		`$number(id)`:             `9007199254740993`,
		`$sort([id, 1])`:          `[1,9007199254740993]`,
		`$boolean(id)`:            `true`,
		`id in ids`:               `true`,
		`$merge({"a": id}).a`:     `9007199254740993`,
		`$formatInteger(id, "0")`: `"9007199254740992"`,
	} {
		value, defined, err := compile(t, expression).Evaluate(t.Context(), input, nil)
		require.NoError(t, err, expression)
		require.True(t, defined, expression)
		out, err := jsonata.Encode(value)
		require.NoError(t, err)
		assert.Equal(t, want, string(out), expression)
	}
}
