package integrations_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// runAction runs the GitHub Action's script with a runnerctl that writes down what
// it is given, one argument a line behind a dash, and fails with a status.
func runAction(t *testing.T, status string, inputs map[string]string) (calls []string, err error) {
	t.Helper()
	directory := t.TempDir()
	program := filepath.Join(directory, "runnerctl")
	text := "#!/bin/sh\nprintf -- '-%s\\n' \"$@\" >>\"$CALLS\"; printf '=\\n' >>\"$CALLS\"; echo output; exit " + status + "\n"
	require.NoError(t, os.WriteFile(program, []byte(text), 0o700))
	command := exec.Command("bash", "github-action/validate.sh")
	_, err = os.ReadFile("github-action/validate.sh") // so that a change of it runs the test again
	require.NoError(t, err)
	command.Env = append(os.Environ(), "RUNNERCTL="+program, "CALLS="+filepath.Join(directory, "calls"), "PATHS=.", "PARAMETERS=", "LOOKUPS=", "SARIF=")
	for name, value := range inputs {
		command.Env = append(command.Env, name+"="+strings.ReplaceAll(value, "DIRECTORY", directory))
	}
	_, err = command.Output()
	written, unreadable := os.ReadFile(filepath.Join(directory, "calls"))
	require.NoError(t, unreadable)
	if inputs["SARIF"] != "" {
		report, unreadable := os.ReadFile(filepath.Join(directory, "report.sarif"))
		require.NoError(t, unreadable)
		assert.Equal(t, "output\n", string(report))
	}
	return strings.Split(strings.TrimSuffix(string(written), "=\n"), "=\n"), err
}

func TestActionGivesWhatTheUserGives(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		inputs map[string]string
		want   []string
	}{
		"nothing": {nil, []string{"-validate\n---format=github\n---skip-others\n---\n-.\n"}},
		"several": {
			map[string]string{"PATHS": "a.yaml\n\nb c\n-x\n", "PARAMETERS": "Stage=dev x\nB=$(touch y)", "LOOKUPS": "l.json"},
			[]string{"-validate\n---format=github\n---parameter=Stage=dev x\n---parameter=B=$(touch y)\n---lookups=l.json\n---skip-others\n---\n-a.yaml\n-b c\n--x\n"},
		},
		"a report": {
			map[string]string{"SARIF": "DIRECTORY/report.sarif"},
			[]string{"-validate\n---format=sarif\n---skip-others\n---\n-.\n", "-validate\n---format=github\n---skip-others\n---\n-.\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls, err := runAction(t, "0", test.inputs)
			require.NoError(t, err)
			assert.Equal(t, test.want, calls)
			calls, err = runAction(t, "1", test.inputs)
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "the step fails with the templates")
			assert.Equal(t, 1, exit.ExitCode())
			assert.Equal(t, test.want, calls)
		})
	}
}

// TestActionHasNoInputInItsScripts: an expression in a script would let an input
// be a part of it.
func TestActionHasNoInputInItsScripts(t *testing.T) {
	t.Parallel()
	var action struct {
		Inputs map[string]struct{ Description string }
		Runs   struct {
			Using string
			Steps []struct {
				Run string
				Env map[string]string
			}
		}
	}
	readInto(t, "github-action/action.yml", &action)
	assert.Equal(t, "composite", action.Runs.Using)
	used := map[string]bool{}
	for _, step := range action.Runs.Steps {
		assert.NotContains(t, step.Run, "${{")
		for _, value := range step.Env {
			used[value] = true
		}
	}
	for name, input := range action.Inputs {
		assert.NotEmpty(t, input.Description, name)
		assert.True(t, used["${{ inputs."+name+" }}"], "no step uses the input %s", name)
	}
}

func TestPreCommitHooks(t *testing.T) {
	t.Parallel()
	var hooks []struct {
		ID, Entry, Language string
		Types               []string `yaml:"types_or"`
	}
	readInto(t, "../.pre-commit-hooks.yaml", &hooks)
	require.Len(t, hooks, 2)
	for _, hook := range hooks {
		assert.Equal(t, "runnerctl validate --skip-others", hook.Entry)
		assert.Equal(t, []string{"yaml", "json"}, hook.Types)
	}
}

func readInto(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, into))
}
