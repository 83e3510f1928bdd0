package plan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
)

func TestSecretProblems(t *testing.T) {
	const commands, variable, parameters = ".Properties.Commands[0]", ".Properties.Environment.P", ".Parameters"
	job := func(command string) string { return jobWith("{Commands: [" + command + "]}") }
	with := func(value string) string { return jobWith("{Commands: [ls], Environment: {P: " + value + "}}") }
	invoke := func(rest string) string {
		return states("A: {Type: AttiniLambdaInvoke, End: true, Parameters: {FunctionName: f, " + rest + "}}")
	}
	of := func(body, at string) mistake {
		return mistake{body, "dynamic-reference", ".States.A" + at}
	}
	check(t, map[string]mistake{
		"a command":             of(job("'x {{resolve:secretsmanager:db:SecretString:p}} y'"), commands),
		"a whole command":       of(job("'{{resolve:ssm-secure:/p:1}}'"), commands),
		"twice in a command":    of(job("'{{resolve:ssm-secure:/p}} {{resolve:ssm-secure:/q}}'"), commands),
		"a variable":            of(with("'{{resolve:secretsmanager:db}}'"), variable),
		"in Fn::Sub":            of(with("!Sub 'x{{resolve:ssm-secure:/${A}}}'"), variable+".Fn::Sub"),
		"a variable of Fn::Sub": of(with("!Sub ['${A}', {A: '{{resolve:ssm-secure:/a}}'}]"), variable+".Fn::Sub[1].A"),
		"an item of Fn::Join":   of(with("!Join ['', ['{{resolve:secretsmanager:', !Ref Name, '}}']]"), variable),
		"made by Fn::Join":      of(with("!Join [':', ['{{resolve', secretsmanager, !Ref Name, 'SecretString}}']]"), variable),
		"in Fn::Sub in a Join":  of(with("!Join ['', [a, !Sub '{{resolve:ssm-secure:/${A}}}']]"), variable+".Fn::Join[1][1].Fn::Sub"),
		"a branch of Fn::If":    of(with("!If [C, '{{resolve:secretsmanager:a}}', b]"), variable+".Fn::If[1]"),
		"a payload":             of(invoke("Payload: {a: [{b: '{{resolve:secretsmanager:a}}'}]}"), parameters+".Payload.a[0].b"),
		"a client's context":    of(invoke("ClientContext: '{{resolve:ssm-secure:a}}'"), parameters+".ClientContext"),
		"a step of a list":      {"- {Name: A, Type: AttiniRunnerJob, Properties: {Commands: ['{{resolve:ssm-secure:a}}']}}", "dynamic-reference", "[0].Properties.Commands[0]"},
	})
}

// TestSecretInSubstitution: what is substituted into the definition stands in it.
func TestSecretInSubstitution(t *testing.T) {
	t.Parallel()
	_, problems := plan.Read("P", node(t, "Properties: {DeploymentPlan: [{Name: A, Type: Pass}], DefinitionSubstitutions: {S: !Sub 'a{{resolve:secretsmanager:a}}', T: '{{resolve:ssm:b}}'}}"), resourcePath())
	require.Len(t, problems, 2)
	assert.Equal(t, problem.Error, problems[0].Severity)
	assert.Equal(t, "Resources.P.Properties.DefinitionSubstitutions.S.Fn::Sub", problems[0].Path)
	assert.Equal(t, problem.Warning, problems[1].Severity)
}

func TestStoredReferenceIsWarnedOf(t *testing.T) {
	t.Parallel()
	_, problems := plan.Read("P", resource(t, jobWith("{Commands: ['echo {{resolve:ssm:/a}} {{resolve:ssm:/b}} {{other}} {{resolve:none:x}}']}")), resourcePath())
	assert.Equal(t, problem.List{{
		Severity: problem.Warning, Rule: "dynamic-reference", Path: "Resources.P.Properties.DeploymentPlan.States.A.Properties.Commands[0]",
		Place:   problem.Place{Line: 5, Column: 69},
		Message: `Step "A": Properties.Commands[0]: CloudFormation puts the value of an ssm reference into the definition as it is, so a quote, backslash or line break in it fails the deployment`,
		Advice:  "Declare a parameter of Type AWS::SSM::Parameter::Value<String> and Ref it.",
	}}, problems)
}
