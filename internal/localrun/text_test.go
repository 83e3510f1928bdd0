package localrun_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/runevents"
)

// nasty has every character that means something to JSON, to CloudFormation's
// substitutions or to a shell.
const nasty = "say \"hi\" \\ \\n ${HOME} ${AttiniPartition} $(id) `id` 'q'\n\tsecond\r line; ünïcode 🚀 {{x}} %s"

// TestTextArrivesInTheJob: what intrinsic functions come to reaches the job
// unchanged, through the definition as CloudFormation would make it.
func TestTextArrivesInTheJob(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"Ref of a parameter":                  `!Ref Text`,
		"Fn::Sub around it":                   `!Sub "${Text}"`,
		"Fn::Sub with its own variable":       `!Sub ["${It}", {It: !Ref Text}]`,
		"Fn::Join":                            `!Join ["", [!Ref Text, ""]]`,
		"Fn::If over it":                      `!If [Always, !Ref Text, "no"]`,
		"Fn::Select from it":                  `!Select [1, ["no", !Ref Text]]`,
		"an attribute of a resource":          `!GetAtt Store.Value`,
		"an attribute in Fn::Sub":             `!Sub "${Store.Value}"`,
		"another stack's export":              `!ImportValue text`,
		"a parameter of the Systems Manager":  `!Ref Stored`,
		"split and joined again":              `!Join [",", !Split [",", !Ref Text]]`,
		"the name of a custom resource":       `!Ref Custom`,
		"text that holds a key of ours":       `!Sub "${Text}"`,
		"Fn::FindInMap with the text written": `!FindInMap [Texts, All, Nasty]`,
	}
	quoted, err := json.Marshal(nasty)
	require.NoError(t, err)
	for name, expression := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deployment, problems := deploy(t, `
Parameters:
  Text: {Type: String}
  Stored: {Type: AWS::SSM::Parameter::Value<String>, Default: /text}
Mappings: {Texts: {All: {Nasty: `+string(quoted)+`}}}
Conditions: {Always: !Equals [a, a]}
Resources:
  Store: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: x}}
  Custom: {Type: Custom::Text, Properties: {ServiceToken: x}}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - Name: Echo
          Type: AttiniRunnerJob
          Properties:
            Environment: {TEXT: `+expression+`}
            Commands:
              - printf %s "$TEXT" >"$ATTINI_OUTPUT"
`, localrun.Facts{
				Parameters: map[string]string{"Text": nasty},
				Lookups: localrun.Lookups{
					Imports:    map[string]string{"text": nasty},
					References: map[string]string{"Store.Value": nasty, "Custom": nasty},
					Resolved:   map[string]string{"{{resolve:ssm:/text}}": nasty},
				},
			})
			require.NoError(t, problems.Err())
			result, _ := runDeployment(t, t.Context(), deployment, nil)
			require.Equal(t, runevents.Succeeded, result.Status)
			var payload struct {
				Output map[string]struct{ Result string } `json:"output"`
			}
			require.NoError(t, json.Unmarshal(result.Output, &payload))
			assert.Equal(t, nasty, payload.Output["Echo"].Result)
		})
	}
}

// TestCommandsArrive: a command's own text keeps its quotes, backslashes, line
// breaks and shell variables beside what functions bring in.
func TestCommandsArrive(t *testing.T) {
	t.Parallel()
	deployment, problems := deploy(t, `
Parameters: {Word: {Type: String}}
Resources:
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - Name: Echo
          Type: AttiniRunnerJob
          Properties:
            Commands:
              - A='one "two" \three'
              - !Sub |
                B="${Word}" C='${Word}'
                printf '%s\n' "$A" "${!B}" "$C" '\' "tab	and \\ ${AWS::Region}" '${!AttiniValue1}' >"$ATTINI_OUTPUT"
              - !Join ["", ["printf '", !Ref Word, " ${A}' >>$ATTINI_OUTPUT"]]
`, localrun.Facts{Parameters: map[string]string{"Word": "w$RANDOM"}})
	require.NoError(t, problems.Err())
	result, _ := runDeployment(t, t.Context(), deployment, func(o *localrun.Options) {
		o.Environment = append(os.Environ(), "RANDOM=no")
	})
	require.Equal(t, runevents.Succeeded, result.Status)
	assert.Contains(t, string(result.Output), `one \"two\" \\three\nw`)
	assert.Contains(t, string(result.Output), `\nw$RANDOM\n\\\ntab\tand \\ eu-west-1\n${AttiniValue1}\nw$RANDOM ${A}`)
}
