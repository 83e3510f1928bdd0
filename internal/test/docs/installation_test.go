package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/golden"
)

func installation(t *testing.T) *cfn.Node {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "template.yaml"))
	require.NoError(t, err)
	template, problems := cfn.Read(text)
	require.Empty(t, problems)
	return template
}

// TestInstallationPage writes the page of the installation's parameters, alarms,
// outputs and policies from template.yaml.
func TestInstallationPage(t *testing.T) {
	t.Parallel()
	template := installation(t)
	var page strings.Builder
	page.WriteString("# The installation\n\n`make golden` writes this page from [template.yaml](../../template.yaml). [Install](../install.md) says how to set parameters.\n\n" +
		"## Parameters\n\n| parameter | default | allowed | |\n|---|---|---|---|\n")
	for _, p := range template.Get("Parameters").Entries() {
		allowed := map[string]string{"String": "any string", "CommaDelimitedList": "a list with commas"}[text(p.Value.Get("Type"))]
		switch {
		case p.Value.Has("AllowedValues"):
			var values []string
			for _, value := range p.Value.Get("AllowedValues").Items {
				values = append(values, "`"+value.Text+"`")
			}
			allowed = strings.Join(values, ", ")
		case p.Value.Has("ConstraintDescription"):
			allowed = text(p.Value.Get("ConstraintDescription"))
		case p.Value.Has("MinValue"):
			allowed = "a number from " + text(p.Value.Get("MinValue"))
		case p.Value.Has("AllowedPattern"):
			allowed = "`" + strings.ReplaceAll(text(p.Value.Get("AllowedPattern")), "|", "\\|") + "`"
		}
		standard := "none"
		if value := text(p.Value.Get("Default")); value != "" {
			standard = "`" + value + "`"
		}
		fmt.Fprintf(&page, "| `%s` | %s | %s | %s |\n", p.Key, standard, allowed, text(p.Value.Get("Description")))
	}
	page.WriteString("\n## Outputs\n\n| output | |\n|---|---|\n")
	for _, output := range template.Get("Outputs").Entries() {
		fmt.Fprintf(&page, "| `%s` | %s |\n", output.Key, text(output.Value.Get("Description")))
	}
	page.WriteString("\n## Alarms\n\n[Operations](../operations.md#alarms) says for each of them what to do.\n\n| alarm | metric | |\n|---|---|---|\n")
	for _, alarm := range alarms(template) {
		properties := alarm.Value.Get("Properties")
		fmt.Fprintf(&page, "| [`%s`](../operations.md#%s) | `%s` `%s`, %s in %s s ≥ %s | %s |\n", alarm.Key, strings.ToLower(alarm.Key), text(properties.Get("Namespace")),
			text(properties.Get("MetricName")), text(properties.Get("Statistic")), text(properties.Get("Period")), text(properties.Get("Threshold")), text(properties.Get("AlarmDescription")))
	}
	page.WriteString("\n## Roles and policies\n\n| resource | type | statements |\n|---|---|---|\n")
	for _, resource := range template.Get("Resources").Entries() {
		if kind := text(resource.Value.Get("Type")); kind == "AWS::IAM::Role" || kind == "AWS::IAM::ManagedPolicy" {
			fmt.Fprintf(&page, "| `%s` | `%s` | %s |\n", resource.Key, kind, statements(resource.Value.Get("Properties")))
		}
	}
	page.WriteString("\nThe files of policies that people attach:\n\n")
	files, err := filepath.Glob(filepath.Join(root(t), "docs/policies/*.json"))
	require.NoError(t, err)
	for _, file := range files {
		fmt.Fprintf(&page, "- [%[1]s](../policies/%[1]s)\n", filepath.Base(file))
	}
	golden.Assert(t, "../../../../docs/reference/installation.md", []byte(page.String()))
}

// statements are the actions that the inline or managed policies of a role allow or deny.
func statements(properties *cfn.Node) string {
	documents := []*cfn.Node{properties.Get("PolicyDocument")}
	if policies := properties.Get("Policies"); policies != nil {
		for _, policy := range policies.Items {
			documents = append(documents, policy.Get("PolicyDocument"))
		}
	}
	var lines []string
	for _, document := range documents {
		if document == nil {
			continue
		}
		for _, statement := range document.Get("Statement").Items {
			if !statement.Has("Action") {
				continue
			}
			actions := statement.Get("Action")
			names := []string{"`" + actions.Text + "`"}
			if len(actions.Items) > 0 {
				names = nil
				for _, action := range actions.Items {
					names = append(names, "`"+action.Text+"`")
				}
			}
			lines = append(lines, strings.ToLower(text(statement.Get("Effect")))+" "+strings.Join(names, ", "))
		}
	}
	return strings.Join(lines, "<br>")
}

func alarms(template *cfn.Node) (found []cfn.Field) {
	for _, resource := range template.Get("Resources").Entries() {
		if text(resource.Value.Get("Type")) == "AWS::CloudWatch::Alarm" {
			found = append(found, resource)
		}
	}
	return found
}

func text(n *cfn.Node) string {
	if n == nil {
		return ""
	}
	return n.Text
}

// TestEveryAlarmIsExplained: the page of operations has a part for each alarm with its
// meaning, the first look and the mend.
func TestEveryAlarmIsExplained(t *testing.T) {
	t.Parallel()
	page := pages(t)["docs/operations.md"]
	for _, alarm := range alarms(installation(t)) {
		_, after, found := strings.Cut(page, "\n### "+alarm.Key+"\n")
		if !assert.True(t, found, "docs/operations.md: explain %s", alarm.Key) {
			continue
		}
		part, _, _ := strings.Cut(after, "\n#")
		for _, word := range []string{"**Meaning.**", "**First look.**", "**Mend.**"} {
			assert.Contains(t, part, word, alarm.Key)
		}
	}
}
