package lint_test

import (
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sizeLimit is the largest function that the project allows itself, in bytes.
const sizeLimit = 20 * 1000 * 1000

// sam runs the SAM CLI in the project's folder, with a folder of its own for
// what it remembers: that it was asked for news a moment ago, among the rest,
// so that it asks nobody.
func sam(t *testing.T, arguments ...string) result {
	t.Helper()
	home := t.TempDir()
	write(t, filepath.Join(home, "metadata.json"), fmt.Appendf(nil, `{"telemetryEnabled": false, "lastVersionCheck": %d}`, time.Now().Unix()))
	return run(t, root(t), []string{"SAM_CLI_TELEMETRY=0", "__SAM_CLI_APP_DIR=" + home},
		append([]string{tool(t, "venv/bin/sam")}, arguments...)...)
}

func TestSAMValidate(t *testing.T) {
	t.Parallel()
	output := sam(t, "validate", "--lint")
	assert.Zero(t, output.code, "%s%s", output.stdout, output.stderr)
}

func TestSAMBuild(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	output := sam(t, "build", "--build-dir", directory)
	require.Zero(t, output.code, "%s%s", output.stdout, output.stderr)

	functions, err := filepath.Glob(filepath.Join(directory, "*", "bootstrap"))
	require.NoError(t, err)
	var wanted []string
	for _, resource := range installation(t).Get("Resources").Entries() {
		if resource.Value.Get("Type").Text == "AWS::Serverless::Function" {
			wanted = append(wanted, filepath.Join(directory, resource.Key, "bootstrap"))
		}
	}
	assert.Len(t, wanted, 4)
	assert.ElementsMatch(t, wanted, functions, "each has its target in the Makefile")
	for _, path := range functions {
		program, err := elf.Open(path)
		require.NoError(t, err)
		assert.Equal(t, elf.EM_AARCH64, program.Machine, path)
		libraries, err := program.ImportedLibraries()
		require.NoError(t, err)
		assert.Empty(t, libraries, "%s is linked statically", path)
		require.NoError(t, program.Close())
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.LessOrEqual(t, info.Size(), int64(sizeLimit), path)
		assert.NotZero(t, info.Mode().Perm()&0o100, "%s is executable", path)
	}
}
