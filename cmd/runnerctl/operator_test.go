package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/doctor"
	"github.com/attini-go/runner/internal/planlog"
	"github.com/attini-go/runner/internal/stackdiff"
)

// fakeOperator is an account with one stack.
type fakeOperator struct {
	observed doctor.Observations
	fails    error
	text     string
	stopped  *string
}

func (f fakeOperator) Observe(context.Context, string, time.Time) (doctor.Observations, error) {
	return f.observed, f.fails
}

func (f fakeOperator) Runs(context.Context, string, int) ([]planlog.Run, error) {
	started := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	stopped := started.Add(90 * time.Second)
	return []planlog.Run{{ARN: "arn:aws:states:eu-west-1:111122223333:execution:plan:1", Name: "1", Status: "FAILED", Started: started, Stopped: &stopped}}, f.fails
}

func (f fakeOperator) Logs(context.Context, string) (planlog.Store, string, error) {
	return fakeLog{f.text}, "", f.fails
}

func (f fakeOperator) Stop(_ context.Context, execution, _ string) error {
	*f.stopped = execution
	return f.fails
}

func (f fakeOperator) Template(context.Context, string) (string, map[string]string, error) {
	return f.text, map[string]string{"Gone": "x"}, f.fails
}

type fakeLog struct{ text string }

func (l fakeLog) Objects(context.Context) ([]planlog.Object, error) {
	return []planlog.Object{{Step: "Build", Key: "k", Size: int64(len(l.text))}}, nil
}

func (l fakeLog) Open(_ context.Context, _ string, from, to int64) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(l.text[from:to])), nil
}

func (l fakeLog) Running(context.Context) (bool, error) { return false, nil }

func connected(f fakeOperator) newOperator {
	return func(context.Context) (operator, error) { return f, nil }
}

func captured() (streams, *bytes.Buffer) {
	output := &bytes.Buffer{}
	return streams{stdout: output, stderr: io.Discard}, output
}

func TestDoctorCommand(t *testing.T) {
	t.Parallel()
	broken := doctor.Observations{Stack: "shop", Region: "eu-west-1", Unread: []string{"iam: no"}, Statements: []doctor.Statement{{By: doctor.SourceExecution, About: "step Test", Code: "States.Timeout"}}}

	s, output := captured()
	require.ErrorIs(t, doctorCommand{Format: "text"}.Run(t.Context(), s, connected(fakeOperator{observed: broken})), errReported)
	assert.Contains(t, output.String(), "1. symptom: ")
	assert.Contains(t, output.String(), "[no-sign-of-life]")
	assert.Contains(t, output.String(), "next:     runnerctl logs shop")
	assert.Contains(t, output.String(), "Not known: iam: no")

	s, output = captured()
	require.ErrorIs(t, doctorCommand{Format: "json"}.Run(t.Context(), s, connected(fakeOperator{observed: broken})), errReported)
	var result diagnosis
	require.NoError(t, json.Unmarshal(output.Bytes(), &result))
	require.Len(t, result.Findings, 1)
	assert.Equal(t, "no-sign-of-life", result.Findings[0].Rule)

	s, output = captured()
	require.NoError(t, doctorCommand{Format: "text"}.Run(t.Context(), s, connected(fakeOperator{})))
	assert.Equal(t, "No fault found.\n", output.String())

	s, _ = captured()
	missing := errors.New("find stack shop: the stack does not exist")
	require.ErrorIs(t, doctorCommand{Format: "text"}.Run(t.Context(), s, connected(fakeOperator{fails: missing})), missing)
}

// TestDoctorNamesAMissingInstallationFirst: a stack cannot exist without it.
func TestDoctorNamesAMissingInstallationFirst(t *testing.T) {
	t.Parallel()
	s, output := captured()
	account := fakeOperator{fails: errors.New("find stack shop: the stack does not exist"), observed: doctor.Observations{Installation: doctor.Installation{Checked: true}}}
	require.ErrorIs(t, doctorCommand{Format: "text"}.Run(t.Context(), s, connected(account)), errReported)
	assert.Contains(t, output.String(), "[macro-missing]")
	assert.Contains(t, output.String(), "the stack does not exist")
}

// TestLogsAreHarmless: a job's control sequences do not reach the terminal.
func TestLogsAreHarmless(t *testing.T) {
	t.Parallel()
	account := fakeOperator{text: `{"timestamp":1,"data":"\u001b[31mred\u001b[0m\tx\u001b]0;title\u0007 é\r\u0000"}` + "\n"}
	s, output := captured()
	require.NoError(t, logsCommand{Format: "text"}.Run(t.Context(), s, connected(account)))
	assert.Equal(t, "Build | red\tx é\n", output.String())

	s, output = captured()
	require.NoError(t, logsCommand{Format: "json", Follow: true}.Run(t.Context(), s, connected(account)))
	var line planlog.Line
	require.NoError(t, json.Unmarshal(output.Bytes(), &line))
	assert.Equal(t, "Build", line.Step)
}

func TestRunsAndStop(t *testing.T) {
	t.Parallel()
	s, output := captured()
	require.NoError(t, runsCommand{Stack: "shop", Limit: 5, Format: "text"}.Run(t.Context(), s, connected(fakeOperator{})))
	assert.Contains(t, output.String(), "2026-05-01T10:00:00Z  FAILED  1m30s")

	var stopped string
	account := fakeOperator{stopped: &stopped}
	require.ErrorAs(t, stopCommand{Execution: "shop"}.Run(t.Context(), s, connected(account)), new(usageError))
	assert.Empty(t, stopped)
	const execution = "arn:aws:states:eu-west-1:111122223333:execution:plan:1"
	require.NoError(t, stopCommand{Execution: execution}.Run(t.Context(), s, connected(account)))
	assert.Equal(t, execution, stopped)
}

// TestDiff compares a deployed template with one of a file.
func TestDiff(t *testing.T) {
	t.Parallel()
	const example = "../../examples/hello/init-stack.yaml"
	text, err := os.ReadFile(example)
	require.NoError(t, err)
	diff := func(deployed, format string) string {
		s, output := captured()
		command := diffCommand{Stack: "hello", Format: format, templateArgument: templateArgument{Template: example, knownArguments: knownArguments{Lookups: "../../examples/lookups.json"}}}
		require.NoError(t, command.Run(t.Context(), s, connected(fakeOperator{text: deployed})))
		return output.String()
	}
	assert.Equal(t, "Nothing that the macro writes changes.\n", diff(string(text), "text"))
	old := strings.ReplaceAll(string(text), "amazonlinux:2023", "amazonlinux:2")
	changed := diff(old, "text")
	assert.Contains(t, changed, "~ HelloWorldRunnerTaskDefinition (AWS::ECS::TaskDefinition)")
	assert.Contains(t, changed, `"public.ecr.aws/amazonlinux/amazonlinux:2" -> "public.ecr.aws/amazonlinux/amazonlinux:2023"`)
	assert.Contains(t, changed, "effect: a new revision: running jobs end on the task that they have")
	var changes []stackdiff.Change
	require.NoError(t, json.Unmarshal([]byte(diff(old, "json")), &changes))
	assert.NotEmpty(t, changes)
	require.JSONEq(t, "[]", diff(string(text), "json"))
}
