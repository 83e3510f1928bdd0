package integrations_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

// The ids of the rules for what Runners and plans refer to, and for the Transform section.
const (
	referencesRule = "E9360"
	transformRule  = "E9361"
)

// TestTransforms: templates without Runners and plans are not looked at.
func TestTransforms(t *testing.T) {
	t.Parallel()
	const right = "missing; write Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]"
	want := map[string]string{
		"":                                "AttiniDeploymentPlan and AWS::Serverless-2016-10-31 " + right,
		"Transform: AttiniDeploymentPlan": "AWS::Serverless-2016-10-31 " + right,
		"Transform: [AWS::Serverless-2016-10-31, AttiniDeploymentPlan]": "AttiniDeploymentPlan must come before AWS::Serverless-2016-10-31: CloudFormation runs them as they are listed",
	}
	var texts []string
	for _, head := range []string{"", "Transform: AttiniDeploymentPlan", "Transform: [AWS::Serverless-2016-10-31, AttiniDeploymentPlan]", "Transform: [{Name: AttiniDeploymentPlan}, 'AWS::Serverless-2016-10-31']"} {
		texts = append(texts, head+"\nResources: {R: {Type: 'Attini::Deploy::Runner', Properties: {Image: debian}}}\n", head+"\nResources: {R: {Type: 'AWS::SNS::Topic'}}\n")
	}
	for i, found := range lintedBy(t, transformRule, texts) {
		head, _, _ := strings.Cut(texts[i], "\n")
		if strings.Contains(texts[i], "SNS") {
			head = "none"
		}
		said := ""
		for _, m := range found {
			said += m.Message
		}
		assert.Equal(t, want[head], said, texts[i])
	}
}

// lintedBy runs cfn-lint once over templates and returns what one rule finds in each.
func lintedBy(t *testing.T, rule string, texts []string) [][]match {
	t.Helper()
	directory, byFile, paths := t.TempDir(), map[string]int{}, make([]string, len(texts))
	for i, text := range texts {
		paths[i] = filepath.Join(directory, fmt.Sprintf("%d.yaml", i))
		byFile[paths[i]] = i
		require.NoError(t, os.WriteFile(paths[i], []byte(text), 0o600))
	}
	found := make([][]match, len(texts))
	for _, m := range cfnlint(t, paths...) {
		if m.Rule == rule {
			i, known := byFile[m.File]
			require.True(t, known, m.File)
			found[i] = append(found[i], m)
		}
	}
	return found
}

// TestReferences: names that are nowhere, and those that the expansion, SAM and modules add.
func TestReferences(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"Image: !Ref Imagee":                    {`Resources.R.Properties.Image Ref: the template has no parameter or resource "Imagee"; did you mean Image?`},
		"Image: !Sub '${AWS::Regoin} ${Image}'": {`Resources.R.Properties.Image Fn::Sub: ${AWS::Regoin}: there is no pseudo parameter AWS::Regoin`},
		"RoleArn: !GetAtt Roel.Arn":             {`Resources.R.Properties.RoleArn Fn::GetAtt: the template has no parameter or resource "Roel"; did you mean Role?`},
		"Startup: {Commands: [!If [C, a, !Sub ['${A} ${B}', {A: !Ref Nowhere}]]]}": {
			`Resources.R.Properties.Startup.Commands[0].Fn::If[2] Fn::Sub: ${B}: the template has no parameter or resource "B"`,
			`Resources.R.Properties.Startup.Commands[0].Fn::If[2].Fn::Sub[1].A Ref: the template has no parameter or resource "Nowhere"`,
		},
		"Image: !Sub '${Image} ${!HOME} ${AWS::Region} ${RLogGroup} ${FnRole.Arn} ${Fn.Version}'": nil,
	}
	properties, texts := slices.Sorted(maps.Keys(cases)), []string{}
	for _, text := range properties {
		texts = append(texts, "Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]\nParameters: {Image: {Type: String}}\nConditions: {C: !Equals [!Ref Image, a]}\n"+
			"Resources:\n  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}\n  Fn: {Type: AWS::Serverless::Function}\n"+
			"  R: {Type: 'Attini::Deploy::Runner', Properties: {"+text+"}}\n")
	}
	for i, found := range lintedBy(t, referencesRule, texts) {
		var got []string
		for _, m := range found {
			path := m.Path.String()
			got = append(got, path[:strings.LastIndex(path, ".")]+" "+m.Message)
		}
		assert.ElementsMatch(t, cases[properties[i]], got, properties[i])
	}
}

// TestAddedNamesAreKnown: the rule for references knows all that the macro adds.
func TestAddedNamesAreKnown(t *testing.T) {
	t.Parallel()
	const text = "Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]\nResources:\n" +
		"  Build: {Type: 'Attini::Deploy::Runner', Properties: {Image: debian, Memory: 1024, Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}}}\n" +
		"  Plan: {Type: 'Attini::Deploy::DeploymentPlan', Properties: {DeploymentPlan: [{Name: A, Type: AttiniRunnerJob, Properties: {Runner: Build, Commands: [a"
	template, problems := cfn.Read([]byte(text + "]}}]}}"))
	require.Empty(t, problems)
	expanded, problems := transform.Expand(t.Context(), transform.Request{Template: template})
	require.NoError(t, problems.Err())
	references := ""
	for _, resource := range expanded.Get("Resources").Fields {
		references += ", !Ref " + resource.Key
	}
	require.Greater(t, strings.Count(references, "Ref"), 8)
	path := filepath.Join(t.TempDir(), "template.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text+references+"]}}]}}"), 0o600))
	for _, m := range cfnlint(t, path) {
		assert.NotEqual(t, referencesRule, m.Rule, m.Message)
	}
}
