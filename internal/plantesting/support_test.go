package plantesting_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/plantesting"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/transform"
)

// template is a plan with a job, a task, a choice and a Map.
const template = `Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]
Parameters: {Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Resources:
  R: {Type: Attini::Deploy::Runner}
  P:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DefaultRunner: R
      DeploymentPlan:
        StartAt: Build
        States:
          Build:
            Type: AttiniRunnerJob
            Properties: {Commands: [make, make install], Environment: {STAGE: !Ref Stage}}
            Retry: [{ErrorEquals: [Busy], IntervalSeconds: 60}]
            Catch: [{ErrorEquals: [Broken], ResultPath: $.error, Next: Mend}]
            Next: Ask
          Mend: {Type: Pass, Next: Ask}
          Ask:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: ask, Payload: {}}
            ResultSelector: {list.$: $.Payload}
            ResultPath: $.asked
            Next: Each
          Each:
            Type: Map
            ItemsPath: $.asked.list
            ItemProcessor: {StartAt: One, States: {One: {Type: Pass, End: true}}}
            ResultPath: $.each
            End: true
`

// write writes the template and a file of tests, and reads the latter.
func write(t testing.TB, tests string) (*plantesting.File, problem.List) {
	t.Helper()
	directory := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(directory, "plan.yaml"), []byte(template), 0o600))
	return plantesting.Read(filepath.Join(directory, "plan.plantest.yaml"), []byte(tests))
}

// deploy deploys the template of a file.
func deploy(ctx context.Context, file *plantesting.File, parameters map[string]string) (*plantesting.Plan, problem.List) {
	text, err := os.ReadFile(file.Template)
	if err != nil {
		return nil, problem.List{{Severity: problem.Error, Rule: "file", Message: err.Error()}}
	}
	original, problems := cfn.Read(text)
	expanded, found := transform.Expand(ctx, transform.Request{Template: original, File: true, Values: cfn.Values{Parameters: parameters}})
	problems.Add(found...)
	if problems.HasErrors() {
		return nil, problems
	}
	deployment, problems := localrun.Deploy(expanded, original, localrun.Facts{
		Parameters: parameters, StackName: localrun.DefaultStackName, Region: localrun.DefaultRegion, Account: localrun.DefaultAccount,
	})
	places := localrun.Places{Steps: map[string]localrun.StepPlaces{}}
	if deployment != nil {
		for i, name := range deployment.StepNames() {
			places.Steps[name] = localrun.StepPlaces{Step: runevents.Place{File: "plan.yaml", Line: i + 1}}
		}
	}
	return &plantesting.Plan{Deployment: deployment, Places: places, Template: "plan.yaml", Source: filepath.Dir(file.Template)}, problems
}

// run runs all cases of a file.
func run(t testing.TB, file *plantesting.File, workers int) []plantesting.Outcome {
	t.Helper()
	var cases []plantesting.Selected
	for i := range file.Cases {
		cases = append(cases, plantesting.Selected{File: file, Case: &file.Cases[i]})
	}
	var logged bytes.Buffer
	outcomes, err := plantesting.Run(t.Context(), cases, plantesting.Options{
		Deploy: deploy, Workers: workers, Shell: "sh", Environment: os.Environ(), Logger: slog.New(slog.NewTextHandler(&logged, nil)), Directory: t.TempDir(),
	})
	require.NoError(t, err)
	return outcomes
}
