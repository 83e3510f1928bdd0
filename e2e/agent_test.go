package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAgentRunsAPlan: the real binary, from its start to its end.
func TestAgentRunsAPlan(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.runner(t, "arn:task/a", "echo ready to go")
	a := b.start(t, "arn:task/a", "", "2.0.2")
	machine := b.machine(t, `{"StartAt":"Build","States":{
		"Build":`+b.job([]string{
		"cd bin", "./hello.sh", `printf '{"by":"%s","where":"%s"}' "$FIXED" "$ATTINI_ENVIRONMENT_NAME" >"$ATTINI_OUTPUT"`,
	}, nil, `,"ResultPath":"$.output.Build","Next":"Test"`)+`,
		"Test":`+b.job([]string{`cat "$ATTINI_INPUT" >"$ATTINI_OUTPUT"`, "exit 0"}, nil, `,"ResultPath":"$.output.Test","Next":"Fail"`)+`,
		"Fail":`+b.job([]string{"echo going wrong", "exit 3"}, nil, `,"End":true`)+`}}`)
	execution := b.run(t, machine, `{"output":{},"customData":{"a":1}}`)
	ended := b.ended(t, execution, soon)

	assert.Equal(t, sfntypes.ExecutionStatusFailed, ended.Status)
	assert.Equal(t, "ScriptExecutionError", *ended.Error)
	assert.True(t, strings.HasPrefix(*ended.Cause, "Script exited with code 3, see complete logs at: https://eu-west-1.console.aws.amazon.com/"), *ended.Cause)
	started, _ := b.runnerState(t)["started"].(*dynamodbtypes.AttributeValueMemberBOOL)
	require.NotNil(t, started)
	assert.True(t, started.Value)
	for _, line := range []string{"Startup | ready to go\n", "Build | hello from the distribution\n", "Fail | going wrong\n"} {
		assert.Contains(t, a.output.String(), line)
	}
	assert.NotContains(t, a.output.String(), "sfnToken")
	assert.Equal(t, 0, a.stop(t), "%s", a.output)
}

// TestEveryJobOnce: 200 jobs of five executions, 20 at a time, each once, as
// the jobs themselves wrote it.
func TestEveryJobOnce(t *testing.T) {
	t.Parallel()
	const executions, items = 5, 40
	b := newBed(t)
	b.runner(t, "arn:task/a")
	b.start(t, "arn:task/a")
	written := t.TempDir()
	machine := b.machine(t, `{"StartAt":"All","States":{"All":{"Type":"Map","ItemsPath":"$.items","ItemSelector":{"item.$":"$$.Map.Item.Value"},
		"ItemProcessor":{"StartAt":"One","States":{"One":`+b.job([]string{
		fmt.Sprintf(`echo "$ITEM" >>%q/"$ITEM"`, written), `printf '"%s"' "$ITEM" >"$ATTINI_OUTPUT"`,
	}, map[string]string{"ITEM.$": "$.item"}, `,"End":true`)+`}},"End":true}}}`)
	var running sync.WaitGroup
	for e := range executions {
		names := make([]string, items)
		for i := range names {
			names[i] = fmt.Sprintf("%d-%d", e, i)
		}
		input, err := json.Marshal(map[string]any{"items": names})
		require.NoError(t, err)
		execution := b.run(t, machine, string(input))
		running.Go(func() {
			ended := b.ended(t, execution, 2*time.Minute)
			assert.Equal(t, sfntypes.ExecutionStatusSucceeded, ended.Status)
			want, err := json.Marshal(names)
			assert.NoError(t, err)
			assert.JSONEq(t, string(want), *ended.Output)
		})
	}
	running.Wait()
	entries, err := os.ReadDir(written)
	require.NoError(t, err)
	assert.Len(t, entries, executions*items)
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(written, entry.Name()))
		require.NoError(t, err)
		assert.Equal(t, entry.Name()+"\n", string(text), "once")
	}
}
