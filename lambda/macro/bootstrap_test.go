package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/lambdahost"
)

// nowhere is an endpoint at which no AWS answers, for events that need no facts
// of the account: the macro must not ask for any.
const nowhere = "http://127.0.0.1:1"

// event is a call of the macro as CloudFormation makes it.
type event struct {
	RequestID  string          `json:"requestId"`
	Fragment   json.RawMessage `json:"fragment"`
	Parameters parameterValues `json:"templateParameterValues"`
}

// parameterValues are the stack's parameters; lists comma-separated, as people
// write them.
type parameterValues map[string]string

func (p *parameterValues) UnmarshalJSON(text []byte) error {
	var values map[string]any
	if err := json.Unmarshal(text, &values); err != nil {
		return err
	}
	*p = parameterValues{}
	for name, value := range values {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		parts := make([]string, len(list))
		for i, part := range list {
			parts[i] = fmt.Sprint(part)
		}
		(*p)[name] = strings.Join(parts, ",")
	}
	return nil
}

// answered is the macro's response, the fragment as it came.
type answered struct {
	RequestID    string          `json:"requestId"`
	Status       string          `json:"status"`
	Fragment     json.RawMessage `json:"fragment"`
	ErrorMessage string          `json:"errorMessage"`
}

// TestBootstrap runs the function as Lambda does, from the binary that is
// deployed, with the events that `sam local invoke` takes. What it answers is
// what `runnerctl expand` says of the same template.
func TestBootstrap(t *testing.T) {
	t.Parallel()
	programs := build(t)
	aws := fakeaws.Start(t).Endpoint()
	cases := map[string]struct{ status, endpoint string }{
		"success":    {statusSuccess, nowhere},
		"parameters": {statusSuccess, nowhere},
		"failure":    {statusFailure, nowhere},
		"malformed":  {statusFailure, nowhere},
		"ec2":        {statusSuccess, aws},
	}
	paths, err := filepath.Glob("../../testdata/events/*.json")
	require.NoError(t, err)
	require.Len(t, paths, len(cases))
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, known := cases[name]
			require.True(t, known, "an event that no test sends is an example that rots")
			call, text := readEvent(t, path)
			got, log := send(t, programs, c.endpoint, text)
			assert.Equal(t, call.RequestID, got.RequestID)
			assert.Equal(t, c.status, got.Status, "%s", got.ErrorMessage)
			checkLog(t, log)

			stdout, stderr := expand(t, programs, c.endpoint, call)
			if c.status == statusSuccess {
				assert.Empty(t, got.ErrorMessage)
				var fragment bytes.Buffer
				require.NoError(t, json.Indent(&fragment, got.Fragment, "", "  "))
				assert.Equal(t, stdout, fragment.String()+"\n")
				return
			}
			assert.Empty(t, got.Fragment)
			assert.Empty(t, stdout)
			require.NotEmpty(t, got.ErrorMessage)
			if name == "malformed" { // the event is at fault, for which runnerctl has no word
				assert.Contains(t, got.ErrorMessage, "its fragment is no template")
				return
			}
			for line := range strings.Lines(got.ErrorMessage) {
				if !strings.HasPrefix(line, "… and ") {
					assert.Contains(t, stderr, strings.TrimSpace(line))
				}
			}
		})
	}
}

// send sends one event to a new process and returns its answer and its log.
func send(t *testing.T, p programs, endpoint string, text []byte) (answered, string) {
	t.Helper()
	var log bytes.Buffer
	function := start(t, p, endpoint, &log)
	response, err := function.Invoke(t.Context(), text)
	require.NoError(t, err)
	function.Close()
	var got answered
	require.NoError(t, json.Unmarshal(response, &got))
	return got, log.String()
}

// checkLog: the log is structured and has no parameter's value.
func checkLog(t *testing.T, log string) {
	t.Helper()
	for line := range strings.Lines(log) {
		assert.True(t, json.Valid([]byte(line)), "no JSON: %s", line)
		assert.NotContains(t, line, "quoted")
	}
}

// programs are the macro as it is deployed, and runnerctl.
type programs struct{ macro, runnerctl string }

// build builds for this machine what `make build-MacroFunction` builds.
func build(t testing.TB) programs {
	t.Helper()
	directory := t.TempDir()
	command := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", "lambda.norpc,aws",
		"-o", directory, ".", "../../cmd/runnerctl")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return programs{macro: filepath.Join(directory, "macro"), runnerctl: filepath.Join(directory, "runnerctl")}
}

func start(t testing.TB, p programs, endpoint string, log io.Writer) *lambdahost.Function {
	t.Helper()
	function := lambdahost.New(lambdahost.Config{
		Bootstrap: p.macro, Name: "attini-runner-macro", Region: fakeaws.Region, Timeout: time.Minute, Log: log,
		Environment: map[string]string{"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
	})
	t.Cleanup(function.Close)
	return function
}

func readEvent(t testing.TB, path string) (event, []byte) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var call event
	require.NoError(t, json.Unmarshal(text, &call))
	return call, text
}

// expand runs `runnerctl expand` with the call's template and parameters.
func expand(t *testing.T, p programs, endpoint string, call event) (stdout, stderr string) {
	t.Helper()
	template := filepath.Join(t.TempDir(), "template.json")
	// CloudFormation strips the Transform section before it calls the macro.
	const section = `"Transform": ["AttiniDeploymentPlan", "AWS::Serverless-2016-10-31"]`
	file := bytes.Replace(call.Fragment, []byte("{"), []byte("{"+section+", "), 1)
	require.NoError(t, os.WriteFile(template, file, 0o600))
	arguments := []string{"expand", template}
	for _, name := range slices.Sorted(maps.Keys(call.Parameters)) {
		arguments = append(arguments, "--parameter", name+"="+call.Parameters[name])
	}
	command := exec.CommandContext(t.Context(), p.runnerctl, arguments...)
	command.Env = fakeaws.Environment(os.Environ(), endpoint)
	var printed, said strings.Builder
	command.Stdout, command.Stderr = &printed, &said
	if err := command.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	return strings.Replace(printed.String(), `  "Transform": "AWS::Serverless-2016-10-31",`+"\n", "", 1), said.String()
}

// BenchmarkBootstrap measures what a call costs: cold, from the start of the
// process to its first response, and warm.
func BenchmarkBootstrap(b *testing.B) {
	programs := build(b)
	_, text := readEvent(b, "../../testdata/events/success.json")
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			function := start(b, programs, nowhere, nil)
			_, err := function.Invoke(b.Context(), text)
			require.NoError(b, err)
			b.StopTimer()
			function.Close()
			b.StartTimer()
		}
	})
	b.Run("warm", func(b *testing.B) {
		function := start(b, programs, nowhere, nil)
		_, err := function.Invoke(b.Context(), text)
		require.NoError(b, err)
		for b.Loop() {
			_, err := function.Invoke(b.Context(), text)
			require.NoError(b, err)
		}
	})
}
