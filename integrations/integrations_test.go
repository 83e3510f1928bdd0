// Package integrations_test holds what other tools know of a Runner to the one
// description that all of it is generated from, with those tools themselves.
package integrations_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plantesting"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/schema"
)

// The files that users point their tools at are the documents of package
// schema, written down. The test is not parallel: with -update it writes the files
// before the parallel tests read them.
func TestGeneratedFiles(t *testing.T) {
	for path, document := range map[string][]byte{
		"editor/template.schema.json":                       schema.TemplateDocument(),
		"editor/plantest.schema.json":                       plantesting.SchemaDocument(),
		"cfnlint/rules/runner.json":                         schema.RulesDocument(),
		"cfnlint/rules/plan.json":                           schema.PlanDocument(),
		"cfnlint/schemas/attini-deploy-runner.json":         schema.RegistryDocument(),
		"cfnlint/schemas/attini-deploy-deploymentplan.json": schema.PlanRegistryDocument(),
	} {
		golden.Assert(t, "../"+path, document)
	}
}

// match is something that cfn-lint found.
type match struct {
	File    string
	Rule    string
	Path    cfn.Path
	Message string
	// Line and Column count from 1.
	Line, Column int
}

// cfnlint runs the real one with the rule pack over templates.
func cfnlint(t testing.TB, templates ...string) []match {
	t.Helper()
	program, err := filepath.Abs("../.tools/venv/bin/cfn-lint")
	require.NoError(t, err)
	require.FileExists(t, program, "run `make tools` first")
	command := exec.Command(program, append([]string{
		"--append-rules", "cfnlint/rules", "--registry-schemas", "cfnlint/schemas",
		"--format", "json", "--non-zero-exit-code", "none", "--",
	}, templates...)...)
	tracked(t, "cfnlint")
	// Neither the user's configuration nor compiled files in the sources.
	command.Env = append(os.Environ(), "HOME="+t.TempDir(), "PYTHONDONTWRITEBYTECODE=1")
	var errors bytes.Buffer
	command.Stderr = &errors
	output, err := command.Output()
	require.NoError(t, err, errors.String())
	return decoded(t, output)
}

// tracked opens what another program reads, so that the go command knows that a
// result it has kept is old.
func tracked(t testing.TB, directory string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(directory, "*", "*.*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		_, err := os.ReadFile(file)
		require.NoError(t, err)
	}
}

func decoded(t testing.TB, output []byte) []match {
	t.Helper()
	var found []struct {
		Rule     struct{ ID string } `json:"Rule"`
		Filename string
		Message  string
		Location struct {
			Path  []any
			Start struct{ LineNumber, ColumnNumber int }
		}
	}
	require.NoError(t, json.Unmarshal(output, &found), string(output))
	var matches []match
	for _, f := range found {
		m := match{File: f.Filename, Rule: f.Rule.ID, Message: f.Message, Line: f.Location.Start.LineNumber, Column: f.Location.Start.ColumnNumber}
		for _, part := range f.Location.Path {
			switch part := part.(type) {
			case string:
				m.Path = m.Path.Key(part)
			case float64:
				m.Path = m.Path.Index(int(part))
			}
		}
		matches = append(matches, m)
	}
	return matches
}
