// Package lint holds what the project gives to AWS against the linters that
// others keep: what the macro emits, and the template that deploys it. The
// linters are pinned in tools/ and installed by `make tools`.
package lint_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the project's folder.
func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../..")
	require.NoError(t, err)
	return path
}

// tool returns the path of an installed tool. A missing one fails the test: a
// check that is skipped where nobody looks is none.
func tool(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(root(t), ".tools", filepath.FromSlash(name))
	_, err := os.Stat(path)
	require.NoError(t, err, "run make tools first")
	return path
}

// result is what a command printed, and its exit code.
type result struct {
	stdout, stderr string
	code           int
}

// run runs a tool in a folder. Its exit code is for the caller to judge; the
// variables come over the test's own.
func run(t *testing.T, directory string, variables []string, command ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := exec.CommandContext(t.Context(), command[0], command[1:]...)
	c.Dir, c.Stdout, c.Stderr = directory, &stdout, &stderr
	// boto3, which the Python tools load, asks for a region and nothing else.
	c.Env = append(append(os.Environ(), "AWS_DEFAULT_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true"), variables...)
	if err := c.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, "run %s", command[0])
	}
	return result{stdout: stdout.String(), stderr: stderr.String(), code: c.ProcessState.ExitCode()}
}

// write writes a file of the test.
func write(t *testing.T, path string, data []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, data, 0o600))
}
