package localrun_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/runevents"
)

// jsonataPlan is a template with one runner and a plan in JSONata.
func jsonataPlan(states string) string {
	return plan("        QueryLanguage: JSONata\n        StartAt: A\n        States:\n" + states)
}

// TestJobsInJSONata: expressions in Commands and Environment are computed, and
// the output is where it always is, at output.StepName.
func TestJobsInJSONata(t *testing.T) {
	t.Parallel()
	result, lines := run(t, t.Context(), jsonataPlan(`
          A:
            Type: AttiniRunnerJob
            Properties:
              Commands: "{% ['echo hello ' & $states.input.customData.who, 'printf 1 > $ATTINI_OUTPUT'] %}"
            Next: My "B"
          My "B":
            Type: AttiniRunnerJob
            Properties:
              Environment: {A: "{% $string($states.input.output.A + 1) %}", PLAIN: "$states.input"}
              Commands: ["printf '{\"a\": \"%s\", \"p\": \"%s\"}' \"$A\" \"$PLAIN\" > $ATTINI_OUTPUT", "{% 'echo ' & $uppercase($states.input.customData.who) %}"]
            Assign: {b: "{% $states.result.a %}"}
            Next: C
          C:
            Type: AttiniRunnerJob
            Properties: {Commands: ["{% 'printf ' & $b & ' > $ATTINI_OUTPUT' %}"]}
            Output: {c: "{% $states.result %}", before: "{% $states.input.output %}"}
            End: true
`), func(o *localrun.Options) { o.Input = json.RawMessage(`{"customData": {"who": "Ann"}}`) })
	require.Equal(t, runevents.Succeeded, result.Status, "%v", result.Error)
	assert.Equal(t, "hello Ann\n", lines.of("A"))
	assert.Equal(t, "ANN\n", lines.of(`My "B"`))
	assert.JSONEq(t, `{"c": 2, "before": {"A": 1, "My \"B\"": {"a": "2", "p": "$states.input"}}}`, string(result.Output))
}

// TestJobsInJSONataAmongOthers has jobs in a Map and a Parallel, which are
// retried, caught and merged.
func TestJobsInJSONataAmongOthers(t *testing.T) {
	t.Parallel()
	result, _ := run(t, t.Context(), jsonataPlan(`
          A:
            Type: Map
            Items: "{% $states.input.customData.shards %}"
            ItemSelector: "{% $merge([$states.input, {'output': {}, 'shard': $states.context.Map.Item.Value}]) %}"
            ItemProcessor:
              StartAt: Shard
              States:
                Shard:
                  Type: AttiniRunnerJob
                  Properties:
                    Environment: {SHARD: "{% $states.input.shard %}"}
                    Commands: ['printf "{\"%s\": true}" "$SHARD" > "$ATTINI_OUTPUT"']
                  End: true
            Next: Merge
          Merge: {Type: AttiniMergeOutput, Next: Fork}
          Fork:
            Type: Parallel
            Branches:
            - StartAt: Flaky
              States:
                Flaky:
                  Type: AttiniRunnerJob
                  Properties: {Commands: [exit 1]}
                  Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 1, MaxAttempts: 1}]
                  Catch: [{ErrorEquals: [States.ALL], Output: "{% $merge([$states.input, {'output': {'Caught': $states.errorOutput.Error}}]) %}", Next: Done}]
                  End: true
                Done: {Type: Pass, End: true}
            - StartAt: Right
              States: {Right: {Type: AttiniRunnerJob, Properties: {Commands: [printf 2 > $ATTINI_OUTPUT]}, End: true}}
            Next: Join
          Join: {Type: AttiniMergeOutput, End: true}
`), func(o *localrun.Options) { o.Input = json.RawMessage(`{"customData": {"shards": ["a", "b"]}}`) })
	assert.Equal(t, map[string]any{
		"Shard": map[string]any{"a": true, "b": true}, "Caught": "ScriptExecutionError", "Right": 2.0,
	}, outputs(t, result))
}

// TestAJobInJSONataBesideOthers: one step may be in JSONata alone.
func TestAJobInJSONataBesideOthers(t *testing.T) {
	t.Parallel()
	result, _ := run(t, t.Context(), plan(`
        StartAt: A
        States:
          A: {Type: AttiniRunnerJob, Properties: {Commands: [printf 1 > $ATTINI_OUTPUT]}, Assign: {n.$: $}, Next: B}
          B: {Type: AttiniRunnerJob, QueryLanguage: JSONata, Properties: {Commands: ["{% 'printf ' & $string($n + 1) & ' > $ATTINI_OUTPUT' %}"]}, Next: C}
          C: {Type: AttiniRunnerJob, Properties: {Environment: {N.$: "States.Format('{}{}', $n, $.output.B)"}, Commands: [printf $N > $ATTINI_OUTPUT]}, End: true}
`), nil)
	assert.Equal(t, map[string]any{"A": 1.0, "B": 2.0, "C": 12.0}, outputs(t, result))
}
