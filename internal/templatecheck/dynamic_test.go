package templatecheck_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/cfn"
)

// TestDynamicReferences: those that CloudFormation can resolve nowhere, whatever makes
// their text.
func TestDynamicReferences(t *testing.T) {
	t.Parallel()
	for image, wrong := range map[string]string{
		"'{{resolve:foo:a}}'":                                   "cannot name the service \"foo\"",
		"'{{resolve:SSM:a}}'":                                   "did you mean \"ssm\"?",
		"'a{{resolve: ssm:a}}'":                                 "did you mean \"ssm\"?",
		"'{{resolve:ssm}}'":                                     "names nothing",
		"'{{resolve:secretsmanager:}}'":                         "names nothing",
		"'{{resolve:ssm:a b}}'":                                 "is no name of a parameter",
		"'{{resolve:ssm:a:latest}}'":                            "must be a number",
		"'{{resolve:ssm:a:1:2}}'":                               "too many parts",
		"'{{resolve:ssm:a} b'":                                  "does not end",
		"'{{ resolve:ssm:a }}'":                                 "stays as it is written",
		"!Sub '{{resolve:ssm:${Env}:x}}'":                       "must be a number",
		"!Sub '{{resolve:${Env}'":                               "does not end",
		"!Join [':', ['{{resolve:smm', !Ref Env, '1}}']]":       "did you mean \"ssm\"?",
		"!If [Prod, a, '{{resolve:ssm:a:x}}']":                  "must be a number",
		"!Select [0, ['{{resolve:ssm:a:x}}']]":                  "must be a number",
		"'{{resolve:ssm:/a/b_c-d.e:12}}, {{resolve:ssm:a}}'":    "",
		"!Sub '{{resolve:ssm:/${Env}/x:${Env}}}'":               "",
		"!Sub '{{resolve:${Env}:a b}}'":                         "",
		"!Join ['', ['{{resolve:ssm:', !Ref Env, '}}']]":        "",
		"!Join ['', [!Join [':', ['{{resolve', ssm]], ':a}}']]": "",
		"!Join ['', [!If [Prod, '{{resolve:ssm:', x], 'a}}']]":  "",
		"'{{resolve:ssm:arn:aws:ssm:eu-west-1:1:parameter/a}}'": "",
	} {
		got := strings.Join(checked(t, strings.Replace(sound, "{Image: debian}", "{Image: "+image+"}", 1)), "\n")
		if wrong == "" {
			assert.Empty(t, got, image)
			continue
		}
		assert.Contains(t, got, wrong, image)
		assert.Contains(t, got, " dynamic-reference Resources.R.Properties.Image", image)
		assert.NotContains(t, got, "\n", "one mistake, one message")
	}
	for reference, wrong := range map[string]bool{
		"secretsmanager:a": false, "secretsmanager:a:SecretString:b::c": false, "secretsmanager:a:SecretString::AWSCURRENT": false, "secretsmanager:a b/c": false,
		"secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:a-1:SecretString:b": false, "secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:a-1": false,
		"ssm-secure:a:1": false, "secretsmanager:a:SecretStrin:b": true, "secretsmanager:a:SecretString:b:c:d:e": true, "ssm-secure:a:b": true,
		"secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:a-1:b": true,
	} {
		assert.Equal(t, wrong, cfn.WrongReference("{{resolve:"+reference+"}}") != "", reference)
	}
	assert.Contains(t, places(t, strings.Replace(sound, "TopicName: !Sub", "DisplayName: '{{resolve:foo:a}}', TopicName: !Sub", 1)), "warning dynamic-reference Resources")
	for value, want := range map[string]string{"'{{resolve:foo:a}}'": "error dynamic-reference Parameters.Ids.Default", "'{{resolve:ssm:a}}'": "warning dynamic-reference Parameters.Ids.Default", "'{{resolve:ssm:a:1}}'": ""} {
		assert.Equal(t, want, places(t, strings.Replace(sound, "Ids: {Type: 'List<AWS::EC2::Subnet::Id>'}", "Ids: {Type: CommaDelimitedList, Default: "+value+"}", 1)), value)
	}
}
