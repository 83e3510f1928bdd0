package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// reporting are the packages that find problems in a template.
func reporting() []string {
	return []string{"asl", "schema", "transform", "internal/templatecheck", "internal/problem", "internal/cfn", "internal/plan", "internal/compat", "internal/localrun", "internal/stackcheck", "cmd/runnerctl"}
}

// collected returns the rules that the code has, with a place of each: constants
// whose names begin with Rule, the field Rule of a composite literal, and literals
// for a parameter that is called rule.
func collected(t testing.TB) map[string]string {
	t.Helper()
	c := collector{found: map[string]string{}, files: token.NewFileSet()}
	for _, room := range reporting() {
		var parsed []*ast.File
		root := filepath.Join("..", "..", room)
		entries, err := fs.Glob(os.DirFS(root), "*.go")
		require.NoError(t, err)
		for _, name := range entries {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(c.files, filepath.Join(root, name), nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			parsed = append(parsed, file)
		}
		require.NotEmpty(t, parsed, room)
		c.room(parsed)
	}
	return c.found
}

type collector struct {
	found map[string]string
	files *token.FileSet
}

func (c collector) room(parsed []*ast.File) {
	// where functions take a rule, by the function's name
	positions := map[string][]int{}
	for _, file := range parsed {
		for _, declaration := range file.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok {
				if i := parameterNamed(function.Type, "rule"); i >= 0 {
					positions[function.Name.Name] = append(positions[function.Name.Name], i)
				}
			}
		}
	}
	for _, file := range parsed {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if strings.HasPrefix(name.Name, "Rule") && i < len(n.Values) {
						c.add(n.Values[i])
					}
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Rule" {
					c.add(n.Value)
				}
			case *ast.CallExpr:
				for _, i := range positions[calledName(n)] {
					if i < len(n.Args) {
						c.add(n.Args[i])
					}
				}
			}
			return true
		})
	}
}

// add keeps a rule that is written out; what is a constant's name is found where
// the constant is.
func (c collector) add(n ast.Expr) {
	literal, ok := n.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return
	}
	name, err := strconv.Unquote(literal.Value)
	if err == nil && ruleName.MatchString(name) {
		c.found[name] = c.files.Position(literal.Pos()).String()
	}
}

var ruleName = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)

func parameterNamed(function *ast.FuncType, name string) int {
	i := 0
	for _, field := range function.Params.List {
		for _, parameter := range field.Names {
			if parameter.Name == name {
				return i
			}
			i++
		}
	}
	return -1
}

func calledName(call *ast.CallExpr) string {
	switch function := call.Fun.(type) {
	case *ast.Ident:
		return function.Name
	case *ast.SelectorExpr:
		return function.Sel.Name
	}
	return ""
}
