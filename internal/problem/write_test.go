package problem_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/problem"
)

type writer func(io.Writer, string, problem.List) error

func written(t *testing.T, write writer, file string, l problem.List) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, write(&out, file, l))
	return out.String()
}

func twoProblems() problem.List {
	return problem.List{
		{Severity: problem.Error, Rule: "range", Path: "Resources.B.Properties.Cpu", Place: at(7, 3), Message: "Cpu: 3 is below 256", Advice: "Raise it."},
		{Severity: problem.Warning, Rule: "unused-runner", Path: "Resources.A", Message: `Runner "A": <no> job & no step uses it`},
	}
}

func TestWriteText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `a/template.yaml: warning: Runner "A": <no> job & no step uses it [unused-runner]
a/template.yaml:7:3: error: Cpu: 3 is below 256 [range]
    Raise it.
`, written(t, problem.WriteText, "a/template.yaml", twoProblems()))
	assert.Empty(t, written(t, problem.WriteText, "a", nil))
}

func TestWriteTextIndentsFurtherLines(t *testing.T) {
	t.Parallel()
	l := problem.List{{
		Severity: problem.Error, Rule: "type", Place: at(1, 2),
		Message: "a\nb:1:1: error: forged", Advice: "c\r\nd\re",
	}}
	assert.Equal(t, "f:1:2: error: a\n    b:1:1: error: forged [type]\n    c\n    d\n    e\n", written(t, problem.WriteText, "f", l))
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `{
  "file": "template.yaml",
  "valid": false,
  "problems": [
    {
      "severity": "warning",
      "rule": "unused-runner",
      "path": "Resources.A",
      "message": "Runner \"A\": <no> job & no step uses it"
    },
    {
      "severity": "error",
      "rule": "range",
      "path": "Resources.B.Properties.Cpu",
      "line": 7,
      "column": 3,
      "message": "Cpu: 3 is below 256",
      "advice": "Raise it."
    }
  ]
}
`, written(t, problem.WriteJSON, "template.yaml", twoProblems()))
}

func TestWriteJSONOfNoErrors(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "{\n  \"file\": \"f\",\n  \"valid\": true,\n  \"problems\": []\n}\n", written(t, problem.WriteJSON, "f", nil))
	assert.Contains(t, written(t, problem.WriteJSON, "f", twoProblems()[1:]), `"valid": true`)
}

func TestWriteJSONReadsBack(t *testing.T) {
	t.Parallel()
	l := problem.List{{Severity: problem.Error, Rule: "type", Path: `A["\n"]`, Place: at(1, 2), Message: "\x1b[31m\n\u2028 \"%s\"", Advice: "é"}}
	var back struct{ Problems problem.List }
	require.NoError(t, json.Unmarshal([]byte(written(t, problem.WriteJSON, "f", l)), &back))
	assert.Equal(t, l, back.Problems)
}

func TestWriteGitHub(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `::warning file=a.yaml,line=1,col=1,title=unused-runner::Runner "A": <no> job & no step uses it
::error file=a.yaml,line=7,col=3,title=range::Cpu: 3 is below 256%0ARaise it.
`, written(t, problem.WriteGitHub, "a.yaml", twoProblems()))
	assert.Empty(t, written(t, problem.WriteGitHub, "a", nil))
}

// Nothing of a template can end the command, add a property to it or begin
// another.
func TestWriteGitHubEscapes(t *testing.T) {
	t.Parallel()
	l := problem.List{{
		Severity: problem.Error, Rule: "a,b:c", Place: at(3, 0),
		Message: "100%\r\n::set-output name=x::y, z", Advice: "%0A",
	}}
	assert.Equal(t,
		"::error file=C%3A\\a%2Cb%25%0A%0Dc,line=3,col=1,title=a%2Cb%3Ac::100%25%0D%0A::set-output name=x::y, z%0A%250A\n",
		written(t, problem.WriteGitHub, "C:\\a,b%\n\rc", l))
}

type brokenWriter struct{ cause error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.cause }

func TestWritersReportWhatStopsThem(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk full")
	for name, write := range map[string]writer{"text": problem.WriteText, "json": problem.WriteJSON, "github": problem.WriteGitHub} {
		assert.ErrorIs(t, write(brokenWriter{cause}, "f", twoProblems()), cause, name)
	}
}
