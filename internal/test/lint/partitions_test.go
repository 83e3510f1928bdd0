package lint_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPartitions: the system installs in China and GovCloud as well.
func TestPartitions(t *testing.T) {
	t.Parallel()
	// A type that neither has: a run that does not find it checks nothing.
	mistaken := filepath.Join(t.TempDir(), "mistaken.json")
	write(t, mistaken, []byte(`{"Resources": {"A": {"Type": "AWS::AppRunner::Service"}}}`))
	output := run(t, ".", nil, tool(t, "venv/bin/cfn-lint"), "--format", "parseable", "--regions", "cn-north-1", "us-gov-west-1",
		"--template", mistaken, filepath.Join(root(t), "template.yaml"))
	assert.Contains(t, output.stdout, "E3006")
	assert.NotContains(t, output.stdout, "template.yaml")

	// Where services are called by name, it is the same everywhere.
	service := regexp.MustCompile(`^(ecs-tasks|events|lambda|states)\.amazonaws\.com$`)
	names := regexp.MustCompile(`amazonaws\.com|arn:aws\b`)
	for _, text := range texts(installation(t)) {
		if names.MatchString(text) {
			assert.Regexp(t, service, text, "this is of one partition")
		}
	}
}
