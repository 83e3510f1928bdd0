package transform_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

const misreadTemplate = `
Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]
Parameters:
  P: {Type: String, Default: PARAMETER, NoEcho: no}
  N: {Type: Number, Default: NUMBER, MaxValue: 1e3}
Mappings: {M: {A: {B: MAPPING}}}
Resources:
  R:
    Type: Attini::Deploy::Runner
    Properties: {Image: a, Cpu: CPU, Memory: 4096, RunnerConfiguration: {LogLevel: LEVEL}}
  Topic: {Type: AWS::SNS::Topic, Properties: {FifoTopic: FOREIGN}, Metadata: {M: METADATA}}
  P1:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      Prewarm: no
      DeploymentPlan:
        StartAt: A
        States:
          A:
            Type: AttiniRunnerJob
            Retry: [{ErrorEquals: [States.ALL], BackoffRate: 1.50, MaxAttempts: +2}]
            Properties: {Runner: R, Environment: {E: ENVIRONMENT}, Commands: [COMMAND]}
            Next: L
          L: {Type: AttiniLambdaInvoke, Parameters: {FunctionName: f, Payload: {E: PAYLOAD}}, Next: C}
          C: {Type: Choice, Choices: [{Variable: $.x, StringEquals: TEXT, Next: S}, {Variable: $.x, BooleanEquals: yes, Next: S}, {Variable: $.x, NumericEquals: 1.10, Next: S}], Default: S}
          S: {Type: Succeed}
`

// TestMisreadValues: a value that CloudFormation reads as another one is told at
// its place, where a text could be meant, and nowhere else.
func TestMisreadValues(t *testing.T) {
	t.Parallel()
	right := map[string]string{
		"PARAMETER": "a", "NUMBER": "1", "MAPPING": "b", "CPU": "512", "LEVEL": "OFF", "FOREIGN": "false", "METADATA": "012",
		"ENVIRONMENT": "'012345678901'", "COMMAND": "make", "PAYLOAD": "2012-10-17", "TEXT": `"yes"`,
	}
	told := func(path, message string) string {
		return "Resources.P1.Properties.DeploymentPlan.States." + path + ": " + message
	}
	for name, test := range map[string]struct {
		place, value string
		want         string // "" for nothing
	}{
		"all right":                    {},
		"a word":                       {"ENVIRONMENT", "yes", told("A.Properties.Environment.E", "`yes` is the boolean true here; write \"yes\" to keep the text")},
		"a word in capitals":           {"ENVIRONMENT", "NO", told("A.Properties.Environment.E", "`NO` is the boolean false here; write \"NO\" to keep the text")},
		"an account id":                {"ENVIRONMENT", "012345670123", told("A.Properties.Environment.E", "`012345670123` is the number 1402433619 here; write \"012345670123\" to keep the text")},
		"an account id with a nine":    {"ENVIRONMENT", "012345678901", told("A.Properties.Environment.E", "`012345678901` is the number 1.2345678901E10 here; write \"012345678901\" to keep the text")},
		"a time":                       {"ENVIRONMENT", "12:30:00", told("A.Properties.Environment.E", "`12:30:00` is the number 45000 here; write \"12:30:00\" to keep the text")},
		"a version":                    {"ENVIRONMENT", "1.10", told("A.Properties.Environment.E", "`1.10` is the number 1.1 here; write \"1.10\" to keep the text")},
		"a commit":                     {"ENVIRONMENT", "12345e7", told("A.Properties.Environment.E", "`12345e7` is the number 1.2345E11 here; write \"12345e7\" to keep the text")},
		"a plain number":               {"ENVIRONMENT", "8080", ""},
		"a plain float":                {"ENVIRONMENT", "1.5", ""},
		"a boolean":                    {"ENVIRONMENT", "True", ""},
		"a letter":                     {"ENVIRONMENT", "y", ""},
		"a date":                       {"ENVIRONMENT", "2026-12-01", ""},
		"ports":                        {"ENVIRONMENT", "80:8080", ""},
		"a command":                    {"COMMAND", "on", told("A.Properties.Commands[0]", "`on` is the boolean true here; write \"on\" to keep the text")},
		"a payload":                    {"PAYLOAD", "off", told("L.Parameters.Payload.E", "`off` is the boolean false here; write \"off\" to keep the text")},
		"a comparison":                 {"TEXT", "yes", told("C.Choices[0].StringEquals", "`yes` is the boolean true here; write \"yes\" to keep the text")},
		"a parameter":                  {"PARAMETER", "Yes", "Parameters.P.Default: `Yes` is the boolean true here; write \"Yes\" to keep the text"},
		"a parameter that is a number": {"NUMBER", "1.50", ""},
		"a number in octal digits":     {"NUMBER", "010", "Parameters.N.Default: `010` is the number 8 here; write \"010\" to keep the text"},
		"a mapping":                    {"MAPPING", "on", "Mappings.M.A.B: `on` is the boolean true here; write \"on\" to keep the text"},
		"a Runner's number":            {"CPU", "01000", "Resources.R.Properties.Cpu: `01000` is the number 512 here; write \"01000\" to keep the text"},
		"a Runner's number, spelt":     {"CPU", "512.00", ""},
		"another resource's boolean":   {"FOREIGN", "yes", ""},
		"another resource's number":    {"FOREIGN", "0644", "Resources.Topic.Properties.FifoTopic: `0644` is the number 420 here; write \"0644\" to keep the text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := misreadTemplate
			for place, value := range right {
				if place == test.place {
					value = test.value
				}
				text = strings.Replace(text, place, value, 1)
			}
			template, problems := cfn.Read([]byte(text))
			require.Empty(t, problems)
			expanded, problems := transform.Expand(t.Context(), transform.Request{Template: template})
			require.NotNil(t, expanded, "%v", problems)
			if test.want == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Equal(t, problem.Warning, problems[0].Severity)
			assert.Equal(t, transform.RuleYAMLValue, problems[0].Rule)
			assert.Equal(t, test.want, problems[0].Path+": "+problems[0].Message)
			assert.NotZero(t, problems[0].Line)
		})
	}
}

// TestMisreadValuesAreSaidOnce: what is an error already says what was read.
func TestMisreadValuesAreSaidOnce(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("LEVEL", "no", "Image: a", "Image: on").Replace(misreadTemplate)
	template, problems := cfn.Read([]byte(text))
	require.Empty(t, problems)
	_, problems = transform.Expand(t.Context(), transform.Request{Template: template})
	places := map[problem.Place]int{}
	for _, p := range problems {
		places[p.Place]++
	}
	for place, count := range places {
		assert.Equal(t, 1, count, "%v", place)
	}
}
