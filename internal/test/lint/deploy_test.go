package lint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deploy runs make deploy in a folder, and returns what it calls the SAM CLI
// with: an argument a line, after each call an empty one.
func deploy(t *testing.T, directory string, variables ...string) (result, string) {
	t.Helper()
	program, calls := filepath.Join(directory, "sam"), filepath.Join(directory, "calls")
	write(t, program, []byte("#!/bin/sh\nprintf '%s\\n' \"$@\" '' >>"+calls+"\n"))
	require.NoError(t, os.Chmod(program, 0o700))
	command := []string{"make", "--no-print-directory", "--file", filepath.Join(root(t), "Makefile"), "deploy", "SAM=" + program}
	output := run(t, directory, nil, append(command, variables...)...)
	called, err := os.ReadFile(calls)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	return output, string(called)
}

func TestDeploy(t *testing.T) {
	t.Parallel()
	amd, arm := strings.Repeat("a", 64), strings.Repeat("b", 64)
	for _, test := range []struct {
		name      string
		variables []string
		want      []string
	}{
		{"as it is", nil, nil},
		{
			"a release",
			[]string{"VERSION=1.2.3"},
			[]string{"--parameter-overrides", "RunnerVersion=1.2.3", "RunnerSha256X8664=" + amd, "RunnerSha256Aarch64=" + arm},
		},
		{
			"parameters",
			[]string{"PARAMETERS=SubnetIds=subnet-1,subnet-2 SecurityGroupIds=sg-1"},
			[]string{"--parameter-overrides", "SubnetIds=subnet-1,subnet-2", "SecurityGroupIds=sg-1"},
		},
		{
			"both",
			[]string{"VERSION=1.2.3", "PARAMETERS=LogLevel=DEBUG"},
			[]string{"--parameter-overrides", "LogLevel=DEBUG", "RunnerVersion=1.2.3", "RunnerSha256X8664=" + amd, "RunnerSha256Aarch64=" + arm},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			directory := t.TempDir()
			for processor, sum := range map[string]string{"amd64": amd, "arm64": arm} {
				write(t, filepath.Join(directory, "build", "releases", "1.2.3", "linux", processor, "attini-runner.sha256"), []byte(sum+"  attini-runner\n"))
			}
			output, called := deploy(t, directory, test.variables...)
			require.Zero(t, output.code, "%s%s", output.stdout, output.stderr)
			assert.Equal(t, "build\n\n"+strings.Join(append([]string{"deploy"}, test.want...), "\n")+"\n\n", called)
			for _, override := range test.want {
				if name, _, isOverride := strings.Cut(override, "="); isOverride {
					assert.True(t, installation(t).Get("Parameters").Has(name), "the template has no parameter %s", name)
				}
			}
		})
	}
}

// TestDeployWithoutRelease: a stack must not promise an agent that nobody has.
func TestDeployWithoutRelease(t *testing.T) {
	t.Parallel()
	output, called := deploy(t, t.TempDir(), "VERSION=9.9.9")
	assert.NotZero(t, output.code)
	assert.Contains(t, output.stderr, "there is no release 9.9.9 in build/releases: make release VERSION=9.9.9")
	assert.Empty(t, called)
}

// TestDeployArchitecture: the functions are built for the processor that they
// get, although it is SAM that has make build them.
func TestDeployArchitecture(t *testing.T) {
	t.Parallel()
	makefile := filepath.Join(root(t), "Makefile")
	for parameters, want := range map[string]string{"": "GOARCH=arm64", "LogLevel=DEBUG Architecture=x86_64": "GOARCH=amd64", "Architecture=arm64": "GOARCH=arm64"} {
		t.Run(parameters, func(t *testing.T) {
			t.Parallel()
			directory := t.TempDir()
			program := filepath.Join(directory, "sam")
			write(t, program, []byte("#!/bin/sh\nexec make --dry-run --file "+makefile+" build-MacroFunction ARTIFACTS_DIR=target\n"))
			require.NoError(t, os.Chmod(program, 0o700))
			output := run(t, directory, nil, "make", "--file", makefile, "deploy", "SAM="+program, "PARAMETERS="+parameters)
			require.Zero(t, output.code, "%s%s", output.stdout, output.stderr)
			assert.Contains(t, output.stdout, want)
			assert.Contains(t, output.stdout, "target/bootstrap ./lambda/macro")
		})
	}
}
