// Package plantest has an example of each step type, for tests that range over the
// types.
package plantest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Step returns an example of a step of a type of plan.OwnTypes: its keys in YAML's
// flow style, without Type and Next. A job's runner is the plan's default.
func Step(t testing.TB, stepType string) string {
	t.Helper()
	step, found := map[string]string{
		"AttiniRunnerJob":      "Properties: {Commands: ['true']}",
		"AttiniMergeOutput":    "InputPath: $.customData.branches",
		"AttiniLambdaInvoke":   "Parameters: {FunctionName: function}",
		"AttiniCfn":            "Properties: {StackName: shop-database, Template: /database.yaml, Parameters: {Size: 5}}",
		"AttiniSam":            "Properties: {StackName: shop-app, Project: {Path: /app}}",
		"AttiniCdk":            "Properties: {Path: /app, Stacks: [Shop]}",
		"AttiniManualApproval": "Comment: the release",
		"AttiniImport":         "Properties: {SourceType: S3, Source: {Bucket: b, Key: k.json}, Mapping: {Id: $.id}}",
		"AttiniMap":            "ItemsPath: $.customData.files, Iterator: {StartAt: One, States: {One: {Type: AttiniCfn, Properties: {StackName: s}, End: true}}}",
	}[stepType]
	require.True(t, found, "%s: add an example of the step to internal/plan/plantest", stepType)
	return step
}
