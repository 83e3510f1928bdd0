package fakeaws

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who has not installed the tools is told to, and no test is skipped.
func TestNotInstalled(t *testing.T) {
	project := t.TempDir()
	t.Chdir(project)
	_, err := installed("venv/bin/moto_server")
	require.EqualError(t, err, "find the project's folder above the test's")

	require.NoError(t, os.Mkdir(filepath.Join(project, "tools"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(project, "tools", "requirements.txt"), nil, 0o600))
	_, err = installed("venv/bin/moto_server")
	require.ErrorContains(t, err, "find moto_server: run make tools first: ")
}
