package lint_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// finding is one of cfn-lint's, as it prints them with --format json.
type finding struct {
	Filename string
	Message  string
	Rule     struct{ ID string }
	Location struct{ Path []any }
}

func (f finding) path() string {
	parts := make([]string, len(f.Location.Path))
	for i, part := range f.Location.Path {
		parts[i] = fmt.Sprint(part)
	}
	return strings.Join(parts, "/")
}

// wrong is a template with a mistake: a run that does not find it checks nothing.
const wrong = `{"Transform": "AWS::Serverless-2016-10-31", "Resources": {
	"Machine": {"Type": "AWS::Serverless::StateMachine", "Properties": {"Definition": {}, "Roll": "arn:aws:iam::123456789012:role/x"}}
}}`

// checkTemplates runs cfn-lint once, as its start takes longer than a template,
// with all its rules, down to the informational ones.
func checkTemplates(t *testing.T, directory string, files []string) {
	t.Helper()
	mistaken := filepath.Join(directory, "mistaken.json")
	write(t, mistaken, []byte(wrong))
	command := []string{tool(t, "venv/bin/cfn-lint"), "--format", "json", "--include-checks", "I", "--regions", "ALL_REGIONS", "--template", mistaken}
	output := run(t, directory, nil, append(command, files...)...)
	var findings []finding
	require.NoError(t, json.Unmarshal([]byte(output.stdout), &findings), "%s%s", output.stdout, output.stderr)

	needed := map[string]bool{}
	mistakeFound := false
	for _, f := range findings {
		if f.Filename == mistaken {
			mistakeFound = mistakeFound || f.Rule.ID == "E3002"
			continue
		}
		if reason := excuse(ignored(), f.Rule.ID, f.path()); reason != "" {
			needed[reason] = true
			continue
		}
		name, err := filepath.Rel(directory, f.Filename)
		require.NoError(t, err)
		t.Errorf("%s: %s: %s: %s", name, f.Rule.ID, f.path(), f.Message)
	}
	assert.True(t, mistakeFound, "the template with a mistake has none: %s", output.stdout)
	for _, i := range ignored() {
		assert.True(t, needed[i.reason], "nothing needs that %s is ignored any more", i.rule)
	}
}

// excuse is the reason why a finding is ignored; "" when it is not.
func excuse(list []ignore, rule, path string) string {
	for _, i := range list {
		if slices.Contains(strings.Fields(i.rule), rule) && i.path.MatchString(path) {
			return i.reason
		}
	}
	return ""
}
