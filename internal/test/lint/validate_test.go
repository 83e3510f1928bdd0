package lint_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ignoredByValidate is the whole list for AWS's validator. A rule that finds nothing any
// more must go.
func ignoredByValidate() []ignore {
	return []ignore{
		{
			"E1029", regexp.MustCompile(`DefinitionString`),
			"${NAME} in a definition is a shell variable of a job's command, or a substitution; TestGoldens/definitions knows which",
		},
		{
			"E1150 F3031", regexp.MustCompile(`VpcConfig\.(SecurityGroupIds|SubnetIds)`),
			"the default of SubnetIds and SecurityGroupIds is empty, and then there is no VpcConfig",
		},
	}
}

// checkValidate runs AWS's validator over templates as they are deployed, and over a
// wrong one: a run that does not find it checks nothing.
func checkValidate(t *testing.T, directory string, files []string) {
	t.Helper()
	mistaken := filepath.Join(directory, "mistaken-for-validate.json")
	write(t, mistaken, []byte(`{"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": "soon"}}}}`))
	output := run(t, ".", nil, append([]string{tool(t, "venv/bin/python"), "validate.py", mistaken}, files...)...)
	require.Zero(t, output.code, "%s", output.stderr)
	var findings []struct{ File, Rule, Path, Message string }
	require.NoError(t, json.Unmarshal([]byte(output.stdout), &findings), "%s", output.stdout)
	needed, mistakeFound := map[string]bool{}, false
	for _, f := range findings {
		if f.File == mistaken {
			mistakeFound = true
			continue
		}
		if reason := excuse(ignoredByValidate(), f.Rule, f.Path); reason != "" {
			needed[reason] = true
			continue
		}
		t.Errorf("%s: %s: %s: %s", filepath.Base(f.File), f.Rule, f.Path, f.Message)
	}
	assert.True(t, mistakeFound, "the template with a mistake has none: %s", output.stdout)
	for _, i := range ignoredByValidate() {
		assert.True(t, needed[i.reason], "nothing needs that %s is ignored any more", i.rule)
	}
}
