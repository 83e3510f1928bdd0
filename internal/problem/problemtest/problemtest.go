// Package problemtest compares problems with what a test expects of them: their
// rules and places stand in the test, their words in one golden file of the package.
package problemtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/test/golden"
)

// Places returns a line for each problem: its severity, rule and path.
func Places(problems problem.List) string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, strings.TrimSpace(string(p.Severity)+" "+p.Rule+" "+p.Path))
	}
	return strings.Join(lines, "\n")
}

// Words returns a line for each problem: its severity, rule, message and advice.
func Words(problems problem.List) string {
	var lines []string
	for _, p := range problems {
		line := string(p.Severity) + " " + p.Rule + ": " + p.Message
		if p.Advice != "" {
			line += " | " + p.Advice
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Wordless returns the problems without messages and advice; nil for none.
func Wordless(problems problem.List) problem.List {
	var result problem.List
	for _, p := range problems {
		p.Message, p.Advice = "", ""
		result = append(result, p)
	}
	return result
}

// EveryRule fails the test for each Rule constant of the package in a directory that
// is in no line of the golden file of words, but those that are listed with the reason.
func EveryRule(t *testing.T, directory, goldenFile string, elsewhere map[string]string) {
	t.Helper()
	if golden.Updating() {
		return // the file is being written
	}
	words, err := os.ReadFile(goldenFile)
	require.NoError(t, err)
	rules := rules(t, directory)
	require.NotEmpty(t, rules)
	for name, rule := range rules {
		_, listed := elsewhere[name]
		found := strings.Contains(string(words), "    error "+rule+": ") || strings.Contains(string(words), "    warning "+rule+": ")
		assert.NotEqual(t, listed, found, "%s (%s): add a row to the table of its check and run `make golden`, or list here where it is tested", name, rule)
	}
}

// rules returns a package's string constants whose names begin with Rule.
func rules(t *testing.T, directory string) map[string]string {
	t.Helper()
	found := map[string]string{}
	files, err := filepath.Glob(filepath.Join(directory, "*.go"))
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			constant, isValue := n.(*ast.ValueSpec)
			if !isValue || len(constant.Values) != 1 || !strings.HasPrefix(constant.Names[0].Name, "Rule") {
				return true
			}
			if literal, isLiteral := constant.Values[0].(*ast.BasicLit); isLiteral {
				rule, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				found[constant.Names[0].Name] = rule
			}
			return true
		})
	}
	return found
}
