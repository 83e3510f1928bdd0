package plan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plan"
)

func decoded(t *testing.T, text string) []any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var branches []any
	require.NoError(t, decoder.Decode(&branches))
	return branches
}

func TestMergeOutput(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ in, want, err string }{
		"outputs of branches": {in: `[{"a":1,"output":{"A":1}},{"a":1,"output":{"B":{"x":2}}},{"output":{"B":{"y":3}}}]`, want: `{"a":1,"output":{"A":1,"B":{"x":2,"y":3}}}`},
		"one result":          {in: `[{"a":{"b":[1]}}]`, want: `{"a":{"b":[1]}}`},
		"empty objects":       {in: `[{},{}]`, want: `{}`},
		"later object counts": {in: `[{"a":[2]},{"a":{"b":1}}]`, want: `{"a":{"b":1}}`},
		"later list counts":   {in: `[{"a":{"b":1}},{"a":[2]}]`, want: `{"a":[2]}`},
		"lists are joined":    {in: `[{"a":[1,{"x":2}]},{"a":[3,{"x":2}]},{"a":[3]}]`, want: `{"a":[3,{"x":2},1]}`},
		"null counts nothing": {in: `[{"a":{"b":1},"c":null},{"a":null}]`, want: `{"a":{"b":1},"c":null}`},
		"empty object adds":   {in: `[{"a":{"b":1}},{"a":{}}]`, want: `{"a":{"b":1}}`},
		"numbers keep digits": {in: `[{"a":12345678901234567890},{"b":1.10}]`, want: `{"a":12345678901234567890,"b":1.10}`},
		"nothing":             {in: `[]`, want: `{}`},
		"text":                {in: `[{},"x"]`, err: "merge outputs: result 1 is no payload object but a string"},
		"null":                {in: `[null]`, err: "merge outputs: result 0 is no payload object but null"},
		"list":                {in: `[[{}]]`, err: "merge outputs: result 0 is no payload object but a list"},
		"boolean":             {in: `[true]`, err: "merge outputs: result 0 is no payload object but a boolean"},
		"number":              {in: `[{},{},5]`, err: "merge outputs: result 2 is no payload object but a number"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			branches := decoded(t, c.in)
			merged, err := plan.MergeOutput(branches)
			assert.Equal(t, decoded(t, c.in), branches, "the input must not change")
			if c.err != "" {
				require.EqualError(t, err, c.err)
				return
			}
			require.NoError(t, err)
			text, err := json.Marshal(merged)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(text))
		})
	}
}
