package lint_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

// partitions are AWS's, by a region of each: SAM writes its ARNs into templates.
func partitions() []string { return []string{"eu-west-1", "cn-north-1", "us-gov-west-1"} }

// TestRegions lints the installation as CloudFormation deploys it, after SAM, for all
// regions. What does not exist everywhere must not be deployed there.
func TestRegions(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	source := filepath.Join(directory, "source")
	template := uploaded(t)
	write(t, filepath.Join(source, "template.json"), marshal(t, template))
	// A type that is missing in China: a run that does not find it checks nothing.
	mistaken := filepath.Join(directory, "mistaken.json")
	write(t, mistaken, []byte(`{"Resources": {"A": {"Type": "AWS::AppRunner::Service"}}}`))
	command := []string{tool(t, "venv/bin/cfn-lint"), "--format", "json", "--regions", "ALL_REGIONS", "--template", mistaken}
	for _, region := range partitions() {
		target := filepath.Join(directory, region)
		require.NoError(t, os.Mkdir(target, 0o700))
		output := run(t, ".", []string{"AWS_DEFAULT_REGION=" + region}, tool(t, "venv/bin/python"), "translate.py", source, target)
		require.Zero(t, output.code, "%s", output.stderr)
		command = append(command, filepath.Join(target, "template.json"))
	}
	output := run(t, directory, nil, command...)
	var findings []finding
	require.NoError(t, json.Unmarshal([]byte(output.stdout), &findings), "%s%s", output.stdout, output.stderr)
	own := ownAPIRegions(t, template)
	mistakeFound := false
	for _, f := range findings {
		if f.Filename == mistaken {
			mistakeFound = mistakeFound || f.Rule.ID == "E3006"
			continue
		}
		region := regexp.MustCompile(`does not exist in '(.*)'`).FindStringSubmatch(f.Message)
		id, _, _ := strings.Cut(strings.TrimPrefix(f.path(), "Resources/"), "/")
		if f.Rule.ID == "E3006" && region != nil && condition(t, f.Filename, id) == "OwnApi" {
			assert.NotContains(t, own, region[1], "%s is deployed where it does not exist", id)
			continue
		}
		t.Errorf("%s: %s: %s: %s", f.Filename, f.Rule.ID, f.path(), f.Message)
	}
	assert.True(t, mistakeFound, "%s", output.stdout)
}

// uploaded is the installation as sam deploy uploads it.
func uploaded(t *testing.T) *cfn.Node {
	t.Helper()
	template := installation(t)
	for _, resource := range template.Get("Resources").Fields {
		if resource.Value.Get("Type").Text == "AWS::Serverless::Function" {
			resource.Value.Get("Properties").Set("CodeUri", cfn.Str("s3://bucket/key"))
		}
	}
	return template
}

// ownAPIRegions are the regions that have function URLs. The condition and the rule
// that says what to give elsewhere name the same.
func ownAPIRegions(t *testing.T, template *cfn.Node) []string {
	t.Helper()
	var listed, compared []string
	rule := template.At("Rules", "DownloadsWithoutFunctionUrls", "Assertions").Items[0]
	for _, region := range rule.At("Assert", "Fn::Contains").Items[0].Items {
		listed = append(listed, region.Text)
	}
	for _, group := range template.At("Conditions", "HasFunctionUrls", "Fn::Or").Items {
		for _, equals := range group.Get("Fn::Or").Items {
			assert.Equal(t, "AWS::Region", equals.Get("Fn::Equals").Items[0].Get("Ref").Text)
			compared = append(compared, equals.Get("Fn::Equals").Items[1].Text)
		}
	}
	assert.Equal(t, listed, compared)
	assert.True(t, slices.IsSorted(listed))
	assert.NotEmpty(t, listed)
	return listed
}

// condition is that of a resource of a translated template.
func condition(t *testing.T, path, id string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var template struct {
		Resources map[string]struct{ Condition string }
	}
	require.NoError(t, json.Unmarshal(text, &template))
	return template.Resources[id].Condition
}

// TestPartitions: no name is of one partition only.
func TestPartitions(t *testing.T) {
	t.Parallel()
	// Where services are called by name, it is the same everywhere.
	service := regexp.MustCompile(`^(cloudformation|ecs-tasks|events|lambda|states)\.amazonaws\.com$`)
	names := regexp.MustCompile(`amazonaws\.com|arn:aws\b`)
	for _, text := range texts(installation(t)) {
		if names.MatchString(text) {
			assert.Regexp(t, service, text, "this is of one partition")
		}
	}
}
