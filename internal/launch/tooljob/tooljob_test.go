package tooljob_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/tooljob"
)

const payload = `{"deploymentOriginData": {"environment": "dev", "distributionName": "shop", "distributionId": "7", "objectIdentifier": "o"}}`

type job struct {
	Runner      string
	Commands    []string
	Environment map[string]string
}

func commands(t *testing.T, action, properties string) job {
	t.Helper()
	text, err := tooljob.Commands(action, json.RawMessage(properties), json.RawMessage(payload))
	require.NoError(t, err)
	var made job
	require.NoError(t, json.Unmarshal(text, &made))
	return made
}

// shell runs a job as the agent does, with tools that tell how they were called, one
// argument a line. It returns what they told, and the output.
func shell(t *testing.T, made job, tools map[string]string) (told, output string, err error) {
	t.Helper()
	directory := t.TempDir()
	for name, script := range tools {
		body := "#!/bin/bash\n{ echo \"$(basename \"$0\")\"; printf '  %s\\n' \"$@\"; } >> " + directory + "/told\n" + script
		require.NoError(t, os.WriteFile(filepath.Join(directory, name), []byte(body), 0o700))
	}
	require.NoError(t, os.WriteFile(filepath.Join(directory, "input.json"), []byte(payload), 0o600))
	source := filepath.Join(directory, "source")
	require.NoError(t, os.MkdirAll(filepath.Join(source, "the app's", ".aws-sam"), 0o700))
	command := exec.Command("bash", "-e", "-o", "pipefail", "-c", strings.Join(made.Commands, "\n"))
	command.Dir = source
	command.Env = []string{
		"PATH=" + directory + ":/usr/bin:/bin", "ATTINI_INPUT=" + directory + "/input.json", "ATTINI_OUTPUT=" + directory + "/output",
		"ATTINI_ARTIFACT_STORE=store", "ATTINI_STEP_NAME=Step", "TMPDIR=" + directory,
	}
	text, err := command.CombinedOutput()
	t.Log(string(text))
	read := func(name string) string {
		text, _ := os.ReadFile(filepath.Join(directory, name)) // it may not be there
		return string(text)
	}
	return read("told"), read("output"), err
}

// TestPackageSAM: the project is built if it is not yet, packaged, and its template stored.
// Nothing that a user gives becomes a command.
func TestPackageSAM(t *testing.T) {
	t.Parallel()
	made := commands(t, protocol.ActionPackageSAM, `{"Runner": "R", "Project": {"Path": "/the app's", "Template": "$(touch hacked).yaml"}}`)
	assert.Equal(t, "R", made.Runner)
	told, output, err := shell(t, made, map[string]string{"sam": "", "attini-runner": ""})
	require.NoError(t, err)
	assert.Equal(t, "s3://store/dev/shop/7/.sam-source/the app's/template.yaml", output)
	assert.Equal(t, `sam
  build
  --build-dir
  .aws-sam/build
  --template-file
  $(touch hacked).yaml
sam
  package
  --no-progressbar
  --template-file
  .aws-sam/build/template.yaml
  --s3-bucket
  store
  --s3-prefix
  dev/shop/7/.sam-source/the app's
  --output-template-file
  attini-packaged.yaml
attini-runner
  command-mode
  store-artifact
  dev/shop/7/.sam-source/the app's/template.yaml
  attini-packaged.yaml
`, told)
}

// TestMissingTool: the job says which tool the image lacks.
func TestMissingTool(t *testing.T) {
	t.Parallel()
	made := commands(t, protocol.ActionPackageSAM, `{"Project": {"Path": "/a"}}`)
	_, _, err := shell(t, made, nil)
	var ended *exec.ExitError
	require.ErrorAs(t, err, &ended)
	assert.Equal(t, 127, ended.ExitCode())
}

const cdkTool = `case "$1" in
ls) echo '[{"id": "Parent/B (b-stack)", "name": "b-stack", "environment": {"account": "unknown-account", "region": "r"}}, {"id": "A", "name": "A"}]' ;;
deploy) echo '{"b-stack": {"Url": "u"}}' > "$5" ;;
esac
`

// TestDeployCDK: every property is an option; the output has the stacks by their ids.
func TestDeployCDK(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no Node.js")
	}
	node, _ := exec.LookPath("node")
	made := commands(t, protocol.ActionDeployCDK, `{"Runner": "R", "Path": "the app's", "App": "node app.js; touch hacked", "Build": "npm ci", "Stacks": ["A", "B*"], "Context": {"b": "2 3", "a": 1},
		"StackConfiguration": [{"StackName": "A", "Parameters": {"P": "x y"}}, {"Parameters": {"Q": true}}], "Plugins": ["p"], "BuildExclude": ["e"], "NotificationArns": ["arn"],
		"Force": true, "Exclusively": "true", "RoleArn": "role", "Environment": {"V": 1}}`)
	assert.Equal(t, map[string]string{"V": "1"}, made.Environment)
	told, output, err := shell(t, made, map[string]string{"cdk": cdkTool, "attini-runner": "", "node": "exec " + node + " \"$@\"\n"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"Parent/B": {"Url": "u"}, "A": {}}`, output)
	for _, words := range [][]string{
		{"cdk", "synth", "--quiet", "--no-color", "--output", "cdk.out", "--app", "node app.js; touch hacked", "--build", "npm ci", "--plugin", "p", "--context", "a=1", "--context", "b=2 3", "--role-arn", "role", "A", "B*"},
		{"--require-approval", "never", "--no-color", "--force", "--exclusively", "--role-arn", "role", "--plugin", "p", "--build-exclude", "e", "--notification-arns", "arn", "--parameters", "A:P=x y", "--parameters", "Q=true", "A", "B*"},
		{"attini-runner", "command-mode", "save-cdk-stacks"},
	} {
		assert.Contains(t, told, strings.Join(words, "\n  "))
	}
	assert.Contains(t, told, `"stepName":"Step"`)
	assert.Contains(t, told, `"id":"Parent/B"`)
}

// TestDiffCDK: a diff with changes is told from one that fails.
func TestDiffCDK(t *testing.T) {
	t.Parallel()
	made := commands(t, protocol.ActionDiffCDK, `{"Path": "/the app's"}`)
	for name, test := range map[string]struct{ tool, output string }{
		"no change": {"", "no-change"},
		"a change":  {`[ "${*: -1}" != --fail ] || exit 1`, "change-detected"},
		"a failure": {`[ "$1" != diff ] || exit 2`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, output, err := shell(t, made, map[string]string{"cdk": test.tool, "node": ""})
			assert.Equal(t, test.output, output)
			assert.Equal(t, test.output == "", err != nil)
		})
	}
}

// TestWrongTypes: everything of a wrong type is told.
func TestWrongTypes(t *testing.T) {
	t.Parallel()
	_, err := tooljob.Commands(protocol.ActionDeployCDK, json.RawMessage(`{"Path": ["a"], "Stacks": "A", "Context": [], "StackConfiguration": [{"Parameters": {"a": {}}}]}`), nil)
	require.EqualError(t, err, "Path must be a text; Stacks must be a list of texts; Context must be an object of texts by name; StackConfiguration[0].Parameters.a must be a text")
}
