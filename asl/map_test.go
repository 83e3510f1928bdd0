package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// loop is a Map state M over one task, Step.
func loop(fields string) string {
	return single(`"Type": "Map", "End": true, ` + fields + `"ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Step", "States": {
		"Step": {"Type": "Task", "Resource": "r", "End": true}}}`)
}

func TestMap(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ fields, input, want string }{
		"items are the input":       {``, `[1, "a", null]`, `[1,"a",null]`},
		"nothing":                   {``, `[]`, `[]`},
		"ItemsPath":                 {`"ItemsPath": "$.l", "ResultPath": "$.l", `, `{"l": [{"x": 1}]}`, `{"l":[{"x":1}]}`},
		"ItemsPath after InputPath": {`"InputPath": "$.a", "ItemsPath": "$.l", `, `{"a": {"l": [1]}}`, `[1]`},
		"ItemSelector":              {`"ItemsPath": "$.l", "ItemSelector": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "all.$": "$.n", "s.$": "$$.State.Name"}, `, `{"l": ["a", "b"], "n": 2}`, `[{"i":0,"v":"a","all":2,"s":"S"},{"i":1,"v":"b","all":2,"s":"S"}]`},
		"Parameters, the old name":  {`"Parameters": {"v.$": "$$.Map.Item.Value"}, `, `[1]`, `[{"v":1}]`},
		"ResultSelector":            {`"ResultSelector": {"first.$": "$[0]"}, `, `[1, 2]`, `{"first":1}`},
		"more than run at once":     {``, "[" + strings.Repeat("1,", 99) + "1]", "[" + strings.Repeat("1,", 99) + "1]"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := execute(t, loop(c.fields), c.input)
			require.NoError(t, err)
			assert.Equal(t, c.want, output)
		})
	}
}

func TestMapFails(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ fields, input, name, cause string }{
		"no array":             {``, `{}`, asl.Runtime, `Map state input must be an array but was: {}`},
		"no items":             {`"ItemsPath": "$.l", `, `{}`, asl.Runtime, `Invalid path '$.l' : No results for path: $['l']`},
		"selector":             {`"ItemSelector": {"x.$": "$.x"}, `, `[1]`, asl.Runtime, `The JSONPath '$.x' specified for the field 'x.$' could not be found in the input`},
		"concurrency no count": {`"ItemsPath": "$.l", "MaxConcurrencyPath": "$.c", `, `{"l": [], "c": -1}`, asl.Runtime, `The MaxConcurrencyPath field refers to value -1, which is not allowed (a whole number from 0 to 2147483647): $.c`},
		"concurrency missing":  {`"MaxConcurrencyPath": "$.c", `, `[]`, asl.Runtime, `Invalid path '$.c' : No results for path: $['c']`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := execute(t, loop(c.fields), c.input)
			assert.Equal(t, &asl.Error{Name: c.name, Cause: c.cause, State: "S"}, failureOf(t, err))
		})
	}
}

func TestMapConcurrency(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fields string
		want   int64
	}{
		"one at a time":   {`"ItemsPath": "$.l", "MaxConcurrency": 1, `, 1},
		"three":           {`"ItemsPath": "$.l", "MaxConcurrency": 3, `, 3},
		"from the input":  {`"ItemsPath": "$.l", "MaxConcurrencyPath": "$.c", `, 2},
		"as the service":  {`"ItemsPath": "$.l", `, 40},
		"not beyond that": {`"ItemsPath": "$.l", "MaxConcurrency": 1000, `, 40},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var now, most atomic.Int64
				tasks := tasksFunc(func(_ context.Context, task asl.Task) (any, error) {
					running := now.Add(1)
					defer now.Add(-1)
					most.Store(max(most.Load(), running))
					time.Sleep(time.Second) // of the bubble's clock: all that may run, run
					return task.Input, nil
				})
				input := `{"c": 2, "l": [` + strings.Repeat("1,", 99) + `1]}`
				_, err := parse(t, loop(c.fields)).Run(t.Context(), asl.Execution{Input: json.RawMessage(input)}, asl.Options{Tasks: tasks})
				require.NoError(t, err)
				assert.Equal(t, c.want, most.Load())
			})
		})
	}
}

func TestMapFailureEndsTheOthersAndStartsNoMore(t *testing.T) {
	t.Parallel()
	seen := &recorder{}
	tasks := tasksFunc(func(_ context.Context, task asl.Task) (any, error) {
		if task.Path == "S[1].Step" {
			return nil, errors.New("item 1 is bad")
		}
		return nil, nil
	})
	_, err := parse(t, loop(`"MaxConcurrency": 1, `)).Run(t.Context(), asl.Execution{Input: json.RawMessage(`[1, 2, 3]`)}, asl.Options{Tasks: tasks, Observer: seen})
	assert.Equal(t, &asl.Error{Name: asl.TaskFailed, Cause: "item 1 is bad", State: "S[1].Step"}, failureOf(t, err))
	assert.Equal(t, []string{"Entered S", "Entered S[0].Step", "Succeeded S[0].Step", "Entered S[1].Step", "Failed S[1].Step", "Failed S"}, seen.lines())
}

func TestNestedMapsSeeTheirOwnItem(t *testing.T) {
	t.Parallel()
	output, err := execute(t, single(`"Type": "Map", "End": true, "Iterator": {"StartAt": "Inner", "States": {
		"Inner": {"Type": "Map", "Next": "Outer", "ResultPath": "$", "Iterator": {"StartAt": "Deep", "States": {
			"Deep": {"Type": "Pass", "End": true, "Parameters": {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value"}}}}},
		"Outer": {"Type": "Pass", "End": true, "Parameters": {"i.$": "$$.Map.Item.Index", "inner.$": "$"}}}}`), `[["a"], ["b", "c"]]`)
	require.NoError(t, err)
	assert.Equal(t, `[{"i":0,"inner":[{"i":0,"v":"a"}]},{"i":1,"inner":[{"i":0,"v":"b"},{"i":1,"v":"c"}]}]`, output)
}
