package stacks_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/stacks"
)

// FuzzResolve: whatever a configuration file, a variable and a name have in them, resolving
// ends, is bounded, and fails with a reason for the step's user if it fails.
func FuzzResolve(f *testing.F) {
	for _, seed := range [][3]string{
		{"stackName: s\ntemplate: t\nparameters: {A: {value: a, fallback: true}}", "v", "${v}"},
		{"extends: /c.yaml", "${v}", "${v:-${v}}"},
		{"{\"a\": [", "$${v}", "}${"},
		{"parameters: null", "", "${"},
		{"tags: {a: {value: ${v}, type: ssm-parameter, default: 1}}", "${w:-x}", "${v}${v}"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, file, variable, name string) {
		raw, err := json.Marshal(map[string]any{"ConfigFile": "/c.yaml", "StackName": name, "Variables": map[string]string{"v": variable, "w": name}})
		require.NoError(t, err)
		p, err := stacks.ReadProperties(raw)
		require.NoError(t, err)
		stack, err := stacks.Resolve(t.Context(), p, distribution{"c.yaml": file})
		var failure *message.Failure
		if err != nil {
			require.True(t, errors.As(err, &failure), "%v", err)
			return
		}
		assert.LessOrEqual(t, len(stack.Name), 512<<10)
		values, err := stack.Values(t.Context(), parameters{}, nil)
		if err != nil {
			require.True(t, errors.As(err, &failure), "%v", err)
			return
		}
		assert.Len(t, values, len(stack.Settings))
	})
}

// TestKeys: no path leads out of what belongs to the distribution.
func TestKeys(t *testing.T) {
	t.Parallel()
	o := stacks.Origin{Prefix: "dev/shop/7/distribution-origin"}
	for file, want := range map[string]string{
		"a/b.yaml": "dev/shop/7/distribution-origin/a/b.yaml", "../Made.json": "dev/shop/7/Made.json", "a/../../x": "dev/shop/7/x",
		"../../8/distribution-origin/x": "", "../../../other": "", "..": "", "../../../../../x": "",
	} {
		key, inside := o.Key(file)
		if want == "" {
			assert.False(t, inside, "%s: %s", file, key)
			continue
		}
		assert.True(t, inside, file)
		assert.Equal(t, want, key)
	}
	_, inside := stacks.Origin{}.Key("a")
	assert.False(t, inside, "a payload without a distribution")
}
