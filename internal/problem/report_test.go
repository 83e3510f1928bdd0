package problem_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/problem"
)

func TestWriteExcerpts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	source := "a: b\r\n\tkey: \x1b[31mred\u009b\n日本: é\u0301é: x\n" + long + "\n"
	for name, test := range map[string]struct {
		place problem.Place
		want  string
	}{
		"the first":             {at(1, 4), "    1 | a: b\n      |    ^\n"},
		"a tab, and commands":   {at(2, 2), "    2 |  key: ·[31mred·\n      |  ^\n"},
		"wide and combining":    {at(3, 8), "    3 | 日本: é\u0301é: x\n      |         ^\n"},
		"the end":               {at(1, 99), "    1 | a: b\n      |     ^\n"},
		"a long line":           {at(4, 150), "    4 | " + long[:100] + "\n      | " + strings.Repeat(" ", 50) + "^\n"},
		"a long line's end":     {at(4, 300), "    4 | " + long[:100] + "\n      | " + strings.Repeat(" ", 99) + "^\n"},
		"no place":              {at(0, 0), ""},
		"beyond the file":       {at(17, 1), ""},
		"a line without column": {at(1, 0), "    1 | a: b\n      | ^\n"},
	} {
		var out strings.Builder
		l := problem.List{{Severity: problem.Error, Rule: "r", Place: test.place, Message: "m", Advice: "do"}}
		require.NoError(t, problem.WriteExcerpts(&out, "f", []byte(source), l), name)
		head, excerpt, _ := strings.Cut(out.String(), "    do\n")
		assert.Contains(t, head, "error: m [r]\n", name)
		assert.Equal(t, test.want, excerpt, name)
	}
}

func TestWriteFilesJSON(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, problem.WriteFilesJSON(&out, []problem.File{{"a", nil}, {"b", twoProblems()}}, 3))
	assert.JSONEq(t, `{"valid": false, "skipped": 3, "files": [
		{"file": "a", "valid": true, "problems": []},
		{"file": "b", "valid": false, "problems": [
			{"severity": "warning", "rule": "unused-runner", "path": "Resources.A", "message": "Runner \"A\": <no> job & no step uses it"},
			{"severity": "error", "rule": "range", "path": "Resources.B.Properties.Cpu", "line": 7, "column": 3, "message": "Cpu: 3 is below 256", "advice": "Raise it."}]}]}`, out.String())
}

func sarif(t *testing.T, files ...problem.File) map[string]any {
	t.Helper()
	var out strings.Builder
	tool := problem.Tool{Name: "tool", Version: "1.2.3", URL: "https://example.com", Rule: func(name string) (meaning, url string) {
		return "means " + name, "https://example.com/" + name
	}}
	require.NoError(t, problem.WriteSARIF(&out, tool, files))
	var report map[string]any
	require.NoError(t, json.Unmarshal([]byte(out.String()), &report))
	return report
}

// TestWriteSARIFIsValid: by the schema of SARIF 2.1.0, whatever the problems hold.
func TestWriteSARIFIsValid(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/sarif-2.1.0.schema.json")
	require.NoError(t, err)
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource("sarif.json", document))
	schema, err := compiler.Compile("sarif.json")
	require.NoError(t, err)

	odd := problem.List{
		{Severity: problem.Error, Rule: "a", Path: `A["\n"]`, Place: at(1, 0), Message: "\x1b[31m\n\u2028"},
		{Severity: problem.Warning, Rule: "b", Message: "without a place"},
		{Severity: problem.Error, Rule: "a", Place: at(1<<20, 1<<20), Message: "far", Advice: "é"},
	}
	for name, files := range map[string][]problem.File{
		"nothing": nil, "no problems": {{"a.yaml", nil}}, "some": {{"a.yaml", twoProblems()}, {`dir\with blanks/b#?.yaml`, odd}, {"../c: d.yaml", odd}, {"stdin", odd}},
	} {
		assert.NoError(t, schema.Validate(sarif(t, files...)), name)
	}
	broken := sarif(t, problem.File{Name: "a", Problems: odd})
	broken["runs"].([]any)[0].(map[string]any)["results"].([]any)[0].(map[string]any)["level"] = "bad"
	assert.Error(t, schema.Validate(broken), "the schema does judge")
}

func TestWriteSARIF(t *testing.T) {
	t.Parallel()
	report := sarif(t, problem.File{Name: "./a b/x.yaml", Problems: twoProblems()})
	run := report["runs"].([]any)[0].(map[string]any)
	text, err := json.Marshal(run["results"])
	require.NoError(t, err)
	assert.JSONEq(t, `[
		{"ruleId": "unused-runner", "ruleIndex": 1, "level": "warning", "message": {"text": "Runner \"A\": <no> job & no step uses it"},
		 "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a%20b/x.yaml"}}, "logicalLocations": [{"fullyQualifiedName": "Resources.A"}]}]},
		{"ruleId": "range", "ruleIndex": 0, "level": "error", "message": {"text": "Cpu: 3 is below 256. Raise it."},
		 "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a%20b/x.yaml"}, "region": {"startLine": 7, "startColumn": 3}}, "logicalLocations": [{"fullyQualifiedName": "Resources.B.Properties.Cpu"}]}]}]`, string(text))
	text, err = json.Marshal(run["tool"])
	require.NoError(t, err)
	assert.JSONEq(t, `{"driver": {"name": "tool", "version": "1.2.3", "informationUri": "https://example.com", "rules": [
		{"id": "range", "shortDescription": {"text": "means range"}, "helpUri": "https://example.com/range"},
		{"id": "unused-runner", "shortDescription": {"text": "means unused-runner"}, "helpUri": "https://example.com/unused-runner"}]}}`, string(text))
}
