package protocol

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWirePageNamesEveryConstant: docs/wire.md has each name of this package in a
// code span or a JSON example, so a changed key fails until the page says so.
func TestWirePageNamesEveryConstant(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/wire.md")
	require.NoError(t, err)
	constants := stringConstants(t)
	require.Greater(t, len(constants), 100)
	for name, value := range constants {
		named := regexp.MustCompile("[`\".}]" + regexp.QuoteMeta(value) + "[`\"{]")
		assert.True(t, named.Match(page), "%s = %q is not in docs/wire.md", name, value)
	}
}

// TestPagesForUsers: the page of variables has every environment variable, the page of
// errors every name with which a job step can fail.
func TestPagesForUsers(t *testing.T) {
	t.Parallel()
	for prefix, path := range map[string]string{"Env": "../../docs/reference/variables.md", "Cause": "../../docs/errors.md", "Error": "../../docs/errors.md"} {
		page, err := os.ReadFile(path)
		require.NoError(t, err)
		found := 0
		for name, value := range stringConstants(t) {
			if strings.HasPrefix(name, prefix) {
				found++
				assert.Contains(t, string(page), "`"+value+"`", "%s is not in %s", name, path)
			}
		}
		assert.NotZero(t, found, prefix)
	}
}

// stringConstants returns the values of the package's string constants by name.
func stringConstants(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		for _, declaration := range parsed.Decls {
			group, isGroup := declaration.(*ast.GenDecl)
			if !isGroup || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				constant := spec.(*ast.ValueSpec)
				literal, isLiteral := constant.Values[0].(*ast.BasicLit)
				if isLiteral && literal.Kind == token.STRING {
					value, err := strconv.Unquote(literal.Value)
					require.NoError(t, err)
					found[constant.Names[0].Name] = value
				}
			}
		}
	}
	return found
}
