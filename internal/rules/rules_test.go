package rules_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/rules"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/transform"
)

// TestEveryRuleIsExplained: each rule that the code has, and no other.
func TestEveryRuleIsExplained(t *testing.T) {
	t.Parallel()
	explained := map[string]bool{}
	for _, rule := range rules.All() {
		explained[rule.Name] = true
		if rule.Also != "" {
			explained[rule.Also] = true
		}
	}
	used := collected(t)
	require.Greater(t, len(used), 70)
	for _, name := range slices.Sorted(maps.Keys(used)) {
		assert.True(t, explained[name], "rules.md does not explain the rule %s, used in %s", name, strings.TrimLeft(used[name], "./"))
		delete(explained, name)
	}
	assert.Empty(t, explained, "no code has these rules")
}

func TestRulesAreInOrder(t *testing.T) {
	t.Parallel()
	assert.True(t, slices.IsSorted(rules.Names()))
	text, err := os.ReadFile("rules.md")
	require.NoError(t, err)
	assert.Equal(t, strings.Count("\n"+string(text), "\n## "), len(rules.All()), "every part has its meaning, an example, what to do, and the example mended")
}

// TestExamples: what is said to break a rule does, and does no longer once mended.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, rule := range rules.All() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			if rule.Wrong.Kind != "text" {
				assert.Contains(t, broken(t, rule.Wrong), rule.Name)
			}
			if rule.Right.Kind != "text" {
				found := broken(t, rule.Right)
				assert.Empty(t, found)
			}
		})
	}
}

// broken are the rules that an example breaks.
func broken(t *testing.T, example rules.Example) []string {
	t.Helper()
	text := example.Text
	switch example.Kind {
	case "runner":
		text = head + "  Build:\n    Type: Attini::Deploy::Runner\n    Properties:\n" + indent(text, "      ") + "\n" +
			plan + "[{Name: Make, Type: AttiniRunnerJob, Properties: {Runner: Build, Commands: [make]}}]\n"
	case "plan":
		text = head + plan + "\n" + indent(text, "        ") + "\n"
	case "template", "run":
	default:
		t.Fatalf("an example of no kind: %s", example.Kind)
	}
	template, problems := cfn.Read([]byte(text))
	if template != nil {
		request := transform.Request{Template: template, Account: facts(t).Account(), File: true}
		expanded, found := transform.Expand(t.Context(), request)
		problems.Add(found...)
		if example.Kind == "run" && expanded != nil {
			_, found = localrun.Deploy(expanded, template, localrun.Facts{StackName: "s", Region: "eu-west-1", Account: "123456789012"})
			problems.Add(found...)
		}
	}
	return names(problems)
}

const (
	head = "Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]\nResources:\n"
	plan = "  Plan:\n    Type: Attini::Deploy::DeploymentPlan\n    Properties:\n      DeploymentPlan: "
)

func indent(text, by string) string { return by + strings.ReplaceAll(text, "\n", "\n"+by) }

func names(problems problem.List) []string {
	var names []string
	for _, p := range problems {
		names = append(names, p.Rule)
	}
	return names
}

func facts(t *testing.T) transform.Facts {
	t.Helper()
	text, err := os.ReadFile("../../transform/testdata/facts.json")
	require.NoError(t, err)
	var facts transform.Facts
	require.NoError(t, json.Unmarshal(text, &facts))
	return facts
}

// TestDocument: docs/rules.md is made of the same source; -update writes it.
func TestDocument(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	require.NoError(t, rules.WriteMarkdown(&text))
	golden.Assert(t, "../../../docs/rules.md", text.Bytes())
}

func TestNamed(t *testing.T) {
	t.Parallel()
	rule, ok := rules.Named("unknown-state")
	require.True(t, ok)
	assert.Equal(t, "unknown-step", rule.Name)
	_, ok = rules.Named("")
	assert.False(t, ok)
	var text bytes.Buffer
	require.NoError(t, rule.WriteText(&text))
	for line := range strings.Lines(text.String()) {
		assert.LessOrEqual(t, len(line), 130)
	}
	assert.Contains(t, text.String(), "\n    StartAt: Maek\n")
}
