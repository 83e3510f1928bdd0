package plantesting_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plantesting"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(plantesting.SchemaDocument()))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource(plantesting.SchemaID, document))
	schema, err := compiler.Compile(plantesting.SchemaID)
	require.NoError(t, err)
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, text []byte) error {
	t.Helper()
	node, problems := cfn.ReadData(text)
	require.Empty(t, problems)
	encoded, err := node.MarshalJSON()
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	require.NoError(t, err)
	return schema.Validate(value)
}

// TestSchemaTakesTheExamples and refuses mistakes that Read refuses.
func TestSchemaTakesTheExamples(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	files, err := filepath.Glob("../../examples/*/*.plantest.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 4)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NoError(t, validate(t, schema, text), file)
	}
	for _, wrong := range []string{
		"cases: []", "mocks: {}", "cases: [{name: a}]\ncase: 1", "cases: [{}]", "cases: [{name: a, expect: {state: []}}]", "jobs: no\ncases: [{name: a}]",
		"cases: [{name: a, expect: {status: FAILD}}]", "mocks: {A: {resul: 1}}\ncases: [{name: a}]", "mocks: {A: []}\ncases: [{name: a}]",
		"cases: [{name: a, expect: {jobs: {A: {env: {}}}}}]", "cases: [{name: a, expect: {attempts: {A: 0}}}]",
	} {
		assert.Error(t, validate(t, schema, []byte(wrong)), wrong)
		_, problems := write(t, wrong)
		assert.True(t, problems.HasErrors(), wrong)
	}
}

// TestSchemaHasEveryKey that Read knows, and no other.
func TestSchemaHasEveryKey(t *testing.T) {
	t.Parallel()
	var document struct {
		Properties  map[string]any
		Definitions map[string]struct{ Properties map[string]any }
	}
	require.NoError(t, json.Unmarshal(plantesting.SchemaDocument(), &document))
	for what, test := range map[string]struct {
		keys map[string]any
		text string
	}{
		"a test file": {document.Properties, "unheard: 1\ncases: [{name: a}]"},
		"a case":      {document.Definitions["case"].Properties, "cases: [{name: a, unheard: 1}]"},
		"expect":      {document.Definitions["expect"].Properties, "cases: [{name: a, expect: {unheard: 1}}]"},
		"a job":       {document.Definitions["job"].Properties, "cases: [{name: a, expect: {jobs: {A: {unheard: 1}}}}]"},
	} {
		_, problems := write(t, test.text)
		require.Len(t, problems, 1, what)
		_, known, found := strings.Cut(problems[0].Message, "known: ")
		require.True(t, found, problems[0].Message)
		names := strings.Split(known, ", ")
		assert.Len(t, test.keys, len(names), what)
		for _, name := range names {
			assert.Contains(t, test.keys, name, what)
		}
	}
}
