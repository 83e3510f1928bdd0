package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// TestAgentRunsAPlan: the real binary, from its start to its end.
func TestAgentRunsAPlan(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
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
	assert.True(t, strings.HasPrefix(*ended.Cause, "Script exited with code 3, command 2 of 2: exit 3, see complete logs at: https://eu-west-1.console.aws.amazon.com/"), *ended.Cause)
	started, _ := b.runnerState(t)["started"].(*dynamodbtypes.AttributeValueMemberBOOL)
	require.NotNil(t, started)
	assert.True(t, started.Value)
	for _, line := range []string{"Startup | ready to go\n", "Build | hello from the distribution\n", "Fail | going wrong\n"} {
		assert.Contains(t, a.output.String(), line)
	}
	assert.NotContains(t, a.output.String(), "sfnToken")
	assert.Equal(t, 0, a.stop(t), "%s", a.output)
}

// TestNoStartupCommands: an agent that was started from a configuration without startup
// commands runs none that somebody writes into the runner's item, and reads none.
func TestNoStartupCommands(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.runner(t, "arn:task/a", "echo forged")
	a := b.prepare(t, "arn:task/a")
	a.process.Env = append(a.process.Env, "ATTINI_CONFIGURATION_ID=v1-0", "ATTINI_STARTUP_COMMANDS=none")
	a.begin(t)
	machine := b.machine(t, `{"StartAt":"Build","States":{"Build":`+b.job([]string{"true"}, nil, `,"End":true`)+`}}`)
	ended := b.ended(t, b.run(t, machine, `{"output":{}}`), soon)
	assert.Equal(t, sfntypes.ExecutionStatusSucceeded, ended.Status, "%s", a.output)
	assert.NotContains(t, a.output.String(), "forged")
	assert.Zero(t, a.caller.AllCalls()["dynamodb.GetItem"])
}

// TestEveryJobOnce: 200 jobs of five executions, 20 at a time, each once, as
// the jobs themselves wrote it.
func TestEveryJobOnce(t *testing.T) {
	t.Parallel()
	const executions, items = 5, 40
	b := newFixture(t)
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

// TestAgentDrains: a stopped task takes nothing more, ends what runs, and its
// waiting jobs are the next task's, each once.
func TestAgentDrains(t *testing.T) {
	t.Parallel()
	const jobs = 30 // more than run at a time
	b := newFixture(t)
	b.runner(t, "arn:task/a")
	first := b.prepare(t, "arn:task/a")
	// Its jobs run until the next agent is up, however long that takes.
	first.process.Env = append(first.process.Env, fmt.Sprint("ECS_CONTAINER_STOP_TIMEOUT=", int(soon.Seconds())))
	first.begin(t)
	written := t.TempDir()
	release := filepath.Join(written, "release")
	machine := b.machine(t, `{"StartAt":"One","States":{"One":`+b.job([]string{
		fmt.Sprintf(`echo "$ITEM" >>%q/job-"$ITEM"`, written), fmt.Sprintf(`until [ -e %q ]; do sleep 0.05; done`, release),
	}, map[string]string{"ITEM.$": "$.item"}, `,"End":true`)+`}}`)
	executions := make([]string, jobs)
	for i := range executions {
		executions[i] = b.run(t, machine, fmt.Sprintf(`{"item":"%d"}`, i))
	}
	begun := func() int {
		files, err := filepath.Glob(filepath.Join(written, "job-*"))
		require.NoError(t, err)
		return len(files)
	}
	require.Eventually(t, func() bool { return begun() == 20 }, soon, tick, "as many as may run at a time")
	b.runner(t, "arn:task/b")
	first.terminate(t)
	b.start(t, "arn:task/b")
	require.Eventually(t, func() bool { return begun() == jobs }, soon, tick, "the next task runs what the first gave back")
	require.NoError(t, os.WriteFile(release, nil, 0o600))
	for _, execution := range executions {
		assert.Equal(t, sfntypes.ExecutionStatusSucceeded, b.ended(t, execution, soon).Status)
	}
	<-first.ended
	assert.Equal(t, 0, first.process.ProcessState.ExitCode(), "%s", first.output)
	for i := range jobs {
		text, err := os.ReadFile(filepath.Join(written, fmt.Sprint("job-", i)))
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintln(i), string(text), "once")
	}
}

// TestStoppedExecutionEndsItsJob: the refused heartbeat is the only sign, and
// everything that the job started goes with it, setsid or not.
func TestStoppedExecutionEndsItsJob(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.runner(t, "arn:task/a")
	b.start(t, "arn:task/a")
	file := filepath.Join(t.TempDir(), "pid")
	machine := b.machine(t, `{"StartAt":"Long","States":{"Long":`+b.job([]string{
		fmt.Sprintf(`setsid sh -c 'echo $$ >%q; exec sleep 600' &`, file), "wait",
	}, nil, `,"End":true`)+`}}`)
	execution := b.run(t, machine, `{}`)
	var pid int
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(file)
		if err == nil {
			pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
		}
		return err == nil
	}, soon, tick)
	_, err := b.states.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }, soon+protocol.HeartbeatInterval, tick,
		"the job ends with the next beat")
}

// TestAgentReportsWhyItCannotStart: the step whose token it was given fails with
// the reason.
func TestAgentReportsWhyItCannotStart(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.runner(t, "arn:task/a")
	function, received := tokens(t, b.cloud, nil)
	execution := b.run(t, b.machine(t, oneState(waiting(function, `,"End":true`))), `{}`)
	a := b.start(t, "arn:task/a", next(t, received).Token, "99.0.0")
	ended := b.ended(t, execution, soon)
	assert.Equal(t, "Startup tasks failed", *ended.Error)
	assert.Contains(t, *ended.Cause, "requires 99.0.0")
	<-a.ended
	assert.Equal(t, 1, a.process.ProcessState.ExitCode())
}
