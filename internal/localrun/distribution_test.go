package localrun_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/runevents"
)

// TestTheDistributionIsAsPackaged: without what .attini-ignore lists, links that lead
// out, and what is no file; those are named before the first step.
func TestTheDistributionIsAsPackaged(t *testing.T) {
	t.Parallel()
	source := t.TempDir()
	for path, text := range map[string]string{
		".attini-ignore": "# a comment\n\n.*\n**/node_modules/**\n./cdk.out/\n", ".hidden": "", "kept.txt": "kept",
		"node_modules/x/index.js": "", "sub/node_modules/y": "", "sub/.deep": "", "cdk.out/a": "", "venv/bin/tool": "",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(source, filepath.Dir(path)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(source, path), []byte(text), 0o600))
	}
	require.NoError(t, os.Symlink("/usr/bin/python3", filepath.Join(source, "venv/bin/python3")))
	require.NoError(t, os.Symlink("python3", filepath.Join(source, "venv/bin/python")))
	require.NoError(t, os.Symlink("tool", filepath.Join(source, "venv/bin/alias")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(source, "pipe"), 0o600))
	seen := &story{}
	result, _ := run(t, t.Context(), plan(`
        - {Name: Look, Type: AttiniRunnerJob, Properties: {Commands: ["find . -not -type d | sort"]}}
`), func(o *localrun.Options) { o.Source, o.Events = source, runevents.NewStream(seen) })
	require.Equal(t, runevents.Succeeded, result.Status, "%v", result.Error)
	var printed string
	for _, event := range seen.events {
		printed += string(event.Lines)
	}
	assert.Equal(t, []string{"./kept.txt", "./sub/.deep", "./venv/bin/alias", "./venv/bin/tool"}, strings.Fields(printed))
	require.Equal(t, runevents.Message, seen.events[1].Kind)
	for _, name := range []string{`"venv/bin/python3" is a link to "/usr/bin/python3"`, `"venv/bin/python" is a link`, `"pipe" is a`} {
		assert.Contains(t, seen.events[1].Text, name)
	}
}

func TestABadPatternIsNamed(t *testing.T) {
	t.Parallel()
	source := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(source, ".attini-ignore"), []byte("ok\n[\n"), 0o600))
	deployment, problems := deploy(t, plan("        - {Name: A, Type: Pass}\n"), localrun.Facts{})
	require.NoError(t, problems.Err())
	_, err := deployment.Run(t.Context(), localrun.Options{Source: source})
	assert.ErrorContains(t, err, `.attini-ignore:2: "[" is not a pattern`)
}
