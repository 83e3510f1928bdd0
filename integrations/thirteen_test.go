package integrations_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

const thirteen = "testdata/thirteen.yaml"

// mistake is one of the thirteen, as the comment on its line calls it.
type mistake struct {
	line int
	what string
}

func thirteenMistakes(t *testing.T) []mistake {
	t.Helper()
	text, err := os.ReadFile(thirteen)
	require.NoError(t, err)
	var found []mistake
	for i, line := range strings.Split(string(text), "\n") {
		if comment := regexp.MustCompile(`# [0-9]+: (.+)$`).FindStringSubmatch(line); comment != nil {
			found = append(found, mistake{i + 1, comment[1]})
		}
	}
	require.Len(t, found, 13)
	return found
}

// TestThirteenMistakes: validate finds each at its line and nothing else, and the other tools those
// that the table in the README says. Each of them is the real one.
func TestThirteenMistakes(t *testing.T) {
	t.Parallel()
	mistakes := thirteenMistakes(t)
	lines := map[int]bool{}
	for _, m := range mistakes {
		lines[m.line] = true
	}
	validated := linesOfValidate(t)
	assert.Equal(t, lines, validated, "lines of validate")
	edited, linted := map[int]bool{}, map[int]bool{}
	for line := range startEditor(t).open(thirteen) {
		edited[line] = true
	}
	for _, m := range cfnlint(t, thirteen) {
		linted[m.Line] = true
	}
	table := "| mistake | runnerctl validate | cfn-lint | cloudformation-validate | editor |\n|---|---|---|---|---|\n"
	checked := linesOfAWS(t)
	for _, m := range mistakes {
		table += fmt.Sprintf("| %s | %s | %s | %s | %s |\n", m.what, mark(validated[m.line]), mark(linted[m.line]), mark(checked[m.line]), mark(edited[m.line]))
	}
	for _, found := range []map[int]bool{edited, linted, checked} {
		assert.Subset(t, lines, found, "a tool reports another line")
	}
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	assert.Contains(t, string(readme), table)
}

func mark(found bool) string {
	if found {
		return "x"
	}
	return ""
}

func linesOfValidate(t *testing.T) map[int]bool {
	t.Helper()
	text, err := os.ReadFile(thirteen)
	require.NoError(t, err)
	template, problems := cfn.Read(text)
	require.Empty(t, problems)
	_, problems = transform.Expand(t.Context(), transform.Request{Template: template, File: true})
	lines := map[int]bool{}
	for _, p := range problems {
		assert.False(t, lines[p.Line], "two problems in line %d: %s", p.Line, p.Message)
		lines[p.Line] = true
	}
	return lines
}

// linesOfAWS runs AWS's own validator with the schemas and the rules of this directory.
func linesOfAWS(t *testing.T) map[int]bool {
	t.Helper()
	output, status := awsValidator(t, thirteen)
	assert.Equal(t, 1, status)
	lines := map[int]bool{}
	for _, found := range regexp.MustCompile(`(?m)^[^:\n]+:([0-9]+): `).FindAllStringSubmatch(output, -1) {
		line, err := strconv.Atoi(found[1])
		require.NoError(t, err)
		lines[line] = true
	}
	return lines
}

func awsValidator(t *testing.T, templates ...string) (output string, status int) {
	t.Helper()
	python, err := filepath.Abs("../.tools/venv/bin/python")
	require.NoError(t, err)
	require.FileExists(t, python, "run `make tools` first")
	command := exec.Command(python, append([]string{"cloudformation-validate/validate.py"}, templates...)...)
	tracked(t, "cfnlint")
	_, err = os.ReadFile("cloudformation-validate/attini.guard")
	require.NoError(t, err)
	var printed, complaints bytes.Buffer
	command.Stdout, command.Stderr = &printed, &complaints
	err = command.Run()
	require.Empty(t, complaints.String())
	require.True(t, err == nil || command.ProcessState.Exited())
	return printed.String(), command.ProcessState.ExitCode()
}

// TestAWSValidator: what the schemas cannot say is said by the rules, with the real
// validator; and the examples are right.
func TestAWSValidator(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob("../examples/*/init-stack.yaml")
	require.NoError(t, err)
	output, status := awsValidator(t, examples...)
	assert.Zero(t, status, output)
	assert.NotContains(t, output, "attini_")

	const head = "Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]\n"
	cases := []struct{ text, rule string }{
		{head + runnerOf("Image: debian, TaskDefinitionArn: build"), "attini_one_image"},
		{head + "Conditions: {C: !Equals [!Ref AWS::Region, a]}\n" + runnerOf("Image: !If [C, debian, !Ref AWS::NoValue], TaskDefinitionArn: !If [C, !Ref AWS::NoValue, build]"), ""},
		{head + runnerOf("Startup: {Commands: [ls, 'login {{resolve:secretsmanager:login}}']}"), "attini_no_secrets_in_runners"},
		{head + runnerOf("RoleArn: '{{resolve:ssm-secure:/role:1}}'"), "attini_no_secrets_in_runners"},
		{head + runnerOf("Startup: {Commands: ['login {{resolve:ssm:/login}}']}"), ""},
		{head + runnerOf("Image: debian") + planOf("RoleArn: 'arn:aws:iam::111122223333:role/a', Policies: [b]"), "attini_role_or_policies"},
		{head + runnerOf("Image: debian") + planOf("Policies: [b]"), ""},
		{runnerOf("Image: debian") + planOf("Prewarm: true"), "attini_transform"},
		{"Transform: AttiniDeploymentPlan\n" + runnerOf("Image: debian") + planOf("Prewarm: true"), "attini_transform"},
		{"Transform: [AWS::Serverless-2016-10-31]\n" + runnerOf("Image: debian") + planOf("Prewarm: true"), "attini_transform"},
		{"Transform: [{Name: AttiniDeploymentPlan}, AWS::Serverless-2016-10-31]\n" + runnerOf("Image: debian") + planOf("Prewarm: true"), ""},
	}
	directory, paths := t.TempDir(), make([]string, len(cases))
	for i, test := range cases {
		paths[i] = filepath.Join(directory, fmt.Sprintf("%02d.yaml", i))
		require.NoError(t, os.WriteFile(paths[i], []byte(test.text), 0o600))
	}
	output, _ = awsValidator(t, paths...)
	for i, test := range cases {
		found := ""
		for _, line := range strings.Split(output, "\n") {
			if strings.HasPrefix(line, paths[i]+":") {
				found += regexp.MustCompile(`attini_[a-z_]+`).FindString(line)
			}
		}
		assert.Equal(t, test.rule, found, "%s\n%s", test.text, output)
	}
}

func runnerOf(properties string) string {
	return "Resources:\n  R: {Type: 'Attini::Deploy::Runner', Properties: {" + properties + "}}\n"
}

func planOf(properties string) string {
	return "  P: {Type: 'Attini::Deploy::DeploymentPlan', Properties: {DeploymentPlan: [{Name: A, Type: Pass}], " + properties + "}}\n"
}
