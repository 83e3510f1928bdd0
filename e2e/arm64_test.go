package e2e_test

import (
	"debug/elf"
	"os"
	"path/filepath"
	"testing"

	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAgentOnARM64: the binary for the other processor is static, and runs a
// job, in an emulator.
func TestAgentOnARM64(t *testing.T) {
	t.Parallel()
	emulator, err := filepath.Abs("../.tools/qemu-user-static/usr/bin/qemu-aarch64-static")
	require.NoError(t, err)
	if _, err := os.Stat(emulator); err != nil {
		t.Skip("there is no emulator; make tools installs it where Debian's packages are")
	}
	file := filepath.Join(t.TempDir(), "attini-runner")
	require.NoError(t, buildAgent(file, "arm64"))
	binary, err := elf.Open(file)
	require.NoError(t, err)
	defer binary.Close()
	assert.Equal(t, elf.EM_AARCH64, binary.Machine)
	libraries, err := binary.ImportedLibraries()
	require.NoError(t, err)
	assert.Empty(t, libraries, "it is static")

	b := newFixture(t)
	b.runner(t, "arn:task/a")
	a := b.prepare(t, "arn:task/a", file, "", "2.0.2")
	a.process.Path, a.process.Args[0] = emulator, emulator
	a.begin(t)
	execution := b.run(t, b.machine(t, `{"StartAt":"One","States":{"One":`+b.job([]string{
		"bin/hello.sh", `printf '"%s"' "$ATTINI_STEP_NAME" >"$ATTINI_OUTPUT"`,
	}, nil, `,"End":true`)+`}}`), `{}`)
	ended := b.ended(t, execution, 2*soon)
	require.Equal(t, sfntypes.ExecutionStatusSucceeded, ended.Status, "%v", ended.Cause)
	assert.Equal(t, `"One"`, *ended.Output)
	assert.Contains(t, a.output.String(), "One | hello from the distribution\n")
	assert.Equal(t, 0, a.stop(t), "%s", a.output)
}
