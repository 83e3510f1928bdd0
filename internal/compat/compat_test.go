package compat_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/problem/problemtest"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/schema"
)

// parameters are declared in every template of the tests, and have these
// values.
const parameters = `
Parameters:
  Number: {Type: Number, Default: 300}
  Great: {Type: Number, Default: 9000}
  Text: {Type: String, Default: AmazonLinux2}
  Name: {Type: String, Default: other}
  Open: {Type: String}
  Kind: {Type: String, AllowedValues: [EC2, FARGATE]}
Conditions:
  Always: !Equals [a, a]
  Perhaps: !Equals [!Ref Open, a]
`

// read reads the Runner Build of a template that has these properties, in
// YAML, one a line; the first is line 5.
func read(t testing.TB, properties string) *schema.Runner {
	t.Helper()
	text := "Resources:\n  Build:\n    Type: Attini::Deploy::Runner\n" + indented(properties)
	template, problems := cfn.Read([]byte(text + parameters))
	require.Empty(t, problems)
	return readResource(template.At("Resources", "Build"), cfn.Analyze(template, cfn.Values{}))
}

func readResource(resource *cfn.Node, known schema.Known) *schema.Runner {
	runner, _ := schema.Read("Build", resource, cfn.NewPath("Resources", "Build"), known)
	return runner
}

// define reads the task definition Task with these properties. With values,
// the values of the parameters are known.
func define(t testing.TB, properties string, values bool) compat.TaskDefinition {
	t.Helper()
	text := "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n" + indented(properties)
	template, problems := cfn.Read([]byte(text + parameters))
	require.Empty(t, problems)
	var known schema.Known
	if values {
		known = cfn.Analyze(template, cfn.Values{})
	}
	return compat.ReadTaskDefinition("Task", template.At("Resources", "Task"), known)
}

func indented(properties string) string {
	if strings.TrimSpace(properties) == "" {
		return ""
	}
	body := "    Properties:\n"
	for line := range strings.Lines(strings.TrimLeft(properties, "\n")) {
		body += "      " + line
	}
	return body
}

// only is the one problem of the Runner Build.
func only(severity problem.Severity, rule, property string, line, column int) problem.List {
	return problem.List{{
		Severity: severity, Rule: rule, Path: "Resources.Build.Properties." + property,
		Place: problem.Place{Line: line, Column: column},
	}}
}

const wordsFile = "messages.golden"

// check compares problems with what is wanted, and their words with the golden file.
func check(t *testing.T, words *golden.Section, want, got problem.List) {
	t.Helper()
	assert.Equal(t, want, problemtest.Wordless(got))
	if len(got) > 0 {
		words.Assert(t, problemtest.Words(got))
	}
}

func TestEveryRuleHasARow(t *testing.T) {
	t.Parallel()
	problemtest.EveryRule(t, ".", "testdata/"+wordsFile, map[string]string{
		"RuleAmiPlatform": "TestExamine", "RuleHostAddress": "TestExamine",
		"RuleAccount": "the callers report it; transform's TestAccountProblems",
	})
}
