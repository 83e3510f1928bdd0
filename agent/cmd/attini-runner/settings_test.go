package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// taskVariables returns the variables of the agent's task by the names of their
// constants, as package protocol's comments group them.
func taskVariables(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../protocol/environment.go", nil, parser.ParseComments)
	require.NoError(t, err)
	variables := map[string]string{}
	for _, declaration := range file.Decls {
		group, isGroup := declaration.(*ast.GenDecl)
		if !isGroup || !strings.HasPrefix(group.Doc.Text(), "Variables of the agent's task") {
			continue
		}
		for _, spec := range group.Specs {
			constant := spec.(*ast.ValueSpec)
			value, err := strconv.Unquote(constant.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			variables[constant.Names[0].Name] = value
		}
	}
	require.Greater(t, len(variables), 20)
	return variables
}

// TestEveryVariableIsRead: a variable of the agent's task changes its settings, or is
// listed with the reason.
func TestEveryVariableIsRead(t *testing.T) {
	t.Parallel()
	jobs := "the agent's jobs inherit it"
	elsewhere := map[string]string{"EnvDisableANSIColor": jobs, "EnvAccount": jobs}
	without, _ := readSettings(environment{})
	for constant, variable := range taskVariables(t) {
		with, _ := readSettings(environment{variable: "7"})
		_, listed := elsewhere[constant]
		if listed {
			assert.Equal(t, without, with, "%s is read", constant)
		} else {
			assert.NotEqual(t, without, with, "protocol.%s (%s): read it in readSettings, or list here why not", constant, variable)
		}
	}
}
