package lint_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unsafe is a template with a mistake: a run that does not find it checks nothing.
const unsafe = `{"Resources": {"Open": {"Type": "AWS::S3::Bucket"}}}`

// checkSecurity runs checkov over what is deployed. It tells severities only to
// those who have an account of its maker's, so every finding counts.
func checkSecurity(t *testing.T, directory string, files []string) {
	t.Helper()
	mistaken := filepath.Join(directory, "unsafe.json")
	write(t, mistaken, []byte(unsafe))
	command := []string{
		tool(t, "checkov/bin/checkov"), "--framework", "cloudformation", "--skip-download", "--compact", "--output", "json", "--file", mistaken,
	}
	output := run(t, directory, []string{"LOG_LEVEL=ERROR"}, append(command, files...)...)
	type check struct {
		Rule     string `json:"check_id"`
		Name     string `json:"check_name"`
		File     string `json:"file_abs_path"`
		Resource string
	}
	var report struct {
		Results struct {
			Passed []check  `json:"passed_checks"`
			Failed []check  `json:"failed_checks"`
			Broken []string `json:"parsing_errors"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(output.stdout), &report), "%s%s", output.stdout, output.stderr)
	assert.Empty(t, report.Results.Broken, "templates that checkov cannot read")

	checked, needed, mistakes := map[string]bool{}, map[string]bool{}, []string{}
	for _, c := range report.Results.Passed {
		checked[c.File] = true
	}
	for _, c := range report.Results.Failed {
		checked[c.File] = true
		if c.File == mistaken {
			mistakes = append(mistakes, c.Rule)
			continue
		}
		name := filepath.Base(c.File)
		if reason := excuse(unsecured(), c.Rule, name+"/"+c.Resource); reason != "" {
			needed[reason] = true
			continue
		}
		t.Errorf("%s: %s: %s: %s", name, c.Rule, c.Resource, c.Name)
	}
	assert.Contains(t, mistakes, "CKV_AWS_53", "a bucket that may be public")
	for _, file := range files {
		assert.True(t, checked[file], "nothing of %s was checked", file)
	}
	for _, i := range unsecured() {
		assert.True(t, needed[i.reason], "nothing needs that %s is ignored any more", i.rule)
	}
}

// unsecured is what checkov finds and is no defect here; paths are
// FILE/TYPE.ID. What finds nothing any more must go.
func unsecured() []ignore {
	return []ignore{
		{
			"CKV_AWS_18 CKV_AWS_21 CKV_AWS_53 CKV_AWS_54 CKV_AWS_55 CKV_AWS_56 CKV_AWS_65 CKV_AWS_108", regexp.MustCompile(`^\w[\w-]*\.json/AWS::(S3::Bucket\.Bucket|ECS::Cluster\.Cluster|IAM::Role\.AttiniDeploymentPlanSfnPlanRole)$`),
			"the test's own resources, and a plan's own Policies, which the macro passes on",
		},
		{
			"CKV_AWS_27", regexp.MustCompile(`/AWS::SQS::Queue\.(DeadEvents|Checks|AttiniRunner(DeadLetter)?Queue\w+)$`),
			"these have SqsManagedSseEnabled, which the check does not know; with a key of one's own, whoever sends or receives would have to be let use it",
		},
		{
			"CKV_AWS_158", regexp.MustCompile(`/AWS::Logs::LogGroup\.\w+LogGroup$`),
			"CloudWatch encrypts all logs; a key of one's own costs, and would have to let every runner's role use it",
		},
		{
			"CKV_AWS_119", regexp.MustCompile(`^template\.yaml/AWS::DynamoDB::Table\.\w+$`),
			"encrypted with the account's aws/dynamodb key; with a key of one's own, every runner's role would have to be let use it",
		},
		{
			"CKV_AWS_173", regexp.MustCompile(`^template\.yaml/AWS::Serverless::Function\.\w+$`),
			"the functions' variables hold names and checksums, no secrets; Lambda encrypts them with its own key",
		},
		{
			"CKV_AWS_115", regexp.MustCompile(`^template\.yaml/AWS::Serverless::Function\.\w+$`),
			"reserved concurrency is taken from the account's other functions, and a start that is throttled fails a step",
		},
		{
			"CKV_AWS_116", regexp.MustCompile(`^template\.yaml/AWS::Serverless::Function\.(Macro|Releases)Function$`),
			"who calls these waits for the answer; nothing is queued that could be lost",
		},
		{
			"CKV_AWS_117", regexp.MustCompile(`^template\.yaml/AWS::Serverless::Function\.ReleasesFunction$`),
			"public, and it reads one bucket; the others are in a VPC if SubnetIds says so",
		},
		{
			"CKV_AWS_18", regexp.MustCompile(`^template\.yaml/AWS::S3::Bucket\.\w+Store$`),
			"access logs need one more bucket for ever; who wants to know turns on CloudTrail's data events",
		},
	}
}
