package main

import (
	"bytes"
	"encoding/json"
	"fmt"
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

	"github.com/attini-go/runner/internal/lambdahost"
)

// nowhere is an endpoint at which no AWS answers: these events need no facts of
// the account, so the macro must not ask for any.
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
	var log bytes.Buffer
	function := start(t, programs, func(c *lambdahost.Config) { c.Log = &log })
	const events = "../../testdata/events"
	statuses := map[string]string{"success": "success", "parameters": "success", "failure": "failure", "malformed": "failure"}

	for name, status := range statuses {
		t.Run(name, func(t *testing.T) {
			call, text := readEvent(t, filepath.Join(events, name+".json"))
			response, err := function.Invoke(t.Context(), text)
			require.NoError(t, err)
			var got answered
			require.NoError(t, json.Unmarshal(response, &got))

			assert.Equal(t, call.RequestID, got.RequestID)
			assert.Equal(t, status, got.Status, "%s", got.ErrorMessage)
			stdout, stderr := expand(t, programs, call)
			if status == "success" {
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
	function.Close()
	for line := range strings.Lines(log.String()) {
		assert.True(t, json.Valid([]byte(line)), "the log is structured: %s", line)
		assert.NotContains(t, line, "quoted", "the log has no parameter's value")
	}
}

// programs are the macro as it is deployed, and runnerctl.
type programs struct{ macro, runnerctl string }

// build builds for this machine what `make build-MacroFunction` builds.
func build(t testing.TB) programs {
	t.Helper()
	directory := t.TempDir()
	command := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", "lambda.norpc",
		"-o", directory, ".", "../../cmd/runnerctl")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return programs{macro: filepath.Join(directory, "macro"), runnerctl: filepath.Join(directory, "runnerctl")}
}

func start(t testing.TB, p programs, change func(*lambdahost.Config)) *lambdahost.Function {
	t.Helper()
	config := lambdahost.Config{
		Bootstrap: p.macro, Name: "attini-runner-macro", Timeout: time.Minute,
		Environment: map[string]string{"AWS_ENDPOINT_URL": nowhere, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
	}
	if change != nil {
		change(&config)
	}
	function := lambdahost.New(config)
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
func expand(t *testing.T, p programs, call event) (stdout, stderr string) {
	t.Helper()
	template := filepath.Join(t.TempDir(), "template.json")
	require.NoError(t, os.WriteFile(template, call.Fragment, 0o600))
	arguments := []string{"expand", template}
	for _, name := range slices.Sorted(maps.Keys(call.Parameters)) {
		arguments = append(arguments, "--parameter", name+"="+call.Parameters[name])
	}
	command := exec.CommandContext(t.Context(), p.runnerctl, arguments...)
	var printed, said strings.Builder
	command.Stdout, command.Stderr = &printed, &said
	if err := command.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	return printed.String(), said.String()
}

// TestEventsAreKnown: an event that no test sends is an example that rots.
func TestEventsAreKnown(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../../testdata/events/*.json")
	require.NoError(t, err)
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = strings.TrimSuffix(filepath.Base(path), ".json")
	}
	slices.Sort(names)
	assert.Equal(t, []string{"ec2", "failure", "malformed", "parameters", "success"}, names)
}

// BenchmarkBootstrap measures what a call costs: cold, from the start of the
// process to its first response, and warm.
func BenchmarkBootstrap(b *testing.B) {
	programs := build(b)
	_, text := readEvent(b, "../../testdata/events/success.json")
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			function := start(b, programs, nil)
			_, err := function.Invoke(b.Context(), text)
			require.NoError(b, err)
			b.StopTimer()
			function.Close()
			b.StartTimer()
		}
	})
	b.Run("warm", func(b *testing.B) {
		function := start(b, programs, nil)
		_, err := function.Invoke(b.Context(), text)
		require.NoError(b, err)
		for b.Loop() {
			_, err := function.Invoke(b.Context(), text)
			require.NoError(b, err)
		}
	})
}
