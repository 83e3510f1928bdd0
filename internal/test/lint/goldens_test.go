package lint_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	samTransform       = "AWS::Serverless-2016-10-31"
	extensionTransform = "AWS::LanguageExtensions"
)

// TestGoldens lints what the macro emits: as it leaves the macro, and after the
// SAM transform, which is what CloudFormation deploys. CloudFormation takes the
// Transform section away before it calls the macro; linters need it.
func TestGoldens(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	emitted, translated := filepath.Join(directory, "emitted"), filepath.Join(directory, "translated")
	names := goldens(t, func(name string, template []byte) {
		write(t, filepath.Join(emitted, name+".json"), declare(t, template, samTransform))
	})
	write(t, filepath.Join(emitted, "installation.json"), marshal(t, uploaded(t)))
	require.NoError(t, os.Mkdir(translated, 0o700))
	translation := run(t, ".", nil, tool(t, "venv/bin/python"), "translate.py", emitted, translated)
	require.Zero(t, translation.code, "%s", translation.stderr)

	files := []string{filepath.Join(root(t), "template.yaml")}
	deployed := slices.Clone(files)
	for _, name := range names {
		path := filepath.Join(translated, name+".json")
		template, err := os.ReadFile(path)
		require.NoError(t, err)
		write(t, path, declare(t, template))
		files, deployed = append(files, filepath.Join(emitted, name+".json"), path), append(deployed, path)
	}

	t.Run("validate", func(t *testing.T) {
		t.Parallel()
		checkValidate(t, directory, append(slices.Clone(deployed[1:]), filepath.Join(translated, "installation.json")))
	})
	t.Run("definitions", func(t *testing.T) {
		t.Parallel()
		checkDefinitions(t, translated, names)
	})
	t.Run("templates", func(t *testing.T) {
		t.Parallel()
		checkTemplates(t, directory, files)
	})
	t.Run("security", func(t *testing.T) {
		t.Parallel()
		checkSecurity(t, directory, deployed)
	})
}

// goldens calls do for each golden file of the macro and returns their names.
func goldens(t *testing.T, do func(name string, template []byte)) []string {
	t.Helper()
	base := filepath.Join(root(t), "transform", "testdata")
	var names []string
	require.NoError(t, filepath.WalkDir(base, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Base(path) != "expanded.json" {
			return err
		}
		relative, err := filepath.Rel(base, filepath.Dir(path))
		if err != nil {
			return err
		}
		template, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(filepath.ToSlash(relative), "/", "-")
		names = append(names, name)
		do(name, template)
		return nil
	}))
	require.NotEmpty(t, names)
	return names
}

// declare gives a template the Transform section of what is left to be done:
// these transforms, behind the language extensions if it uses them.
func declare(t *testing.T, template []byte, transforms ...string) []byte {
	t.Helper()
	for _, function := range []string{`"Fn::ForEach::`, `"Fn::Length"`, `"Fn::ToJsonString"`} {
		if bytes.Contains(template, []byte(function)) {
			transforms = append([]string{extensionTransform}, transforms...)
			break
		}
	}
	var sections map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(template, &sections))
	delete(sections, "Transform")
	if len(transforms) > 0 {
		sections["Transform"] = marshal(t, transforms)
	}
	return marshal(t, sections)
}

func marshal(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}
