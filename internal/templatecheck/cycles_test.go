package templatecheck_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestMappingKeys: keys that a parameter's value and all rows lack; where a condition
// decides, the value may be another one.
func TestMappingKeys(t *testing.T) {
	t.Parallel()
	const mapping = "error unknown-mapping Resources.R.Properties.Image.Fn::FindInMap"
	for image, want := range map[string]string{
		"!FindInMap [Sizes, !Ref Other, Memory]":                    mapping + "[1]",
		"!FindInMap [Sizes, !Ref AWS::Region, Memori]":              mapping + "[2]",
		"!FindInMap [Sizes, !Ref Env, Memori]":                      mapping + "[2]",
		"!FindInMap [Sizes, !Ref AWS::Region, Memory]":              "",
		"!FindInMap [Sizes, !Ref Free, Memory]":                     "",
		"!If [Prod, !FindInMap [Sizes, !Ref Other, Memory]]":        "error intrinsic-shape Resources.R.Properties.Image",
		"!If [Prod, !FindInMap [Sizes, !Ref Other, Memory], a]":     "",
		"!FindInMap [Sizes, !Ref Other, Memory, {DefaultValue: a}]": "",
		"!Select [2, [a, b]]":                                       "error intrinsic-shape Resources.R.Properties.Image",
		"!Select [-1, [a, b]]":                                      "error intrinsic-shape Resources.R.Properties.Image",
		"!Select [1, [a, !If [Prod, a, !Ref AWS::NoValue]]]":        "",
		"!Select [5, !Ref Ids]":                                     "",
	} {
		text := strings.Replace(sound, "    Condition: Other\n    Properties: {Image: debian}", "    Properties: {Image: "+image+"}", 1)
		text = strings.Replace(text, "  Ids:", "  Other: {Type: String, Default: test}\n  Free: {Type: String}\n  Ids:", 1)
		assert.Equal(t, want, places(t, text), image)
	}
}

func TestDependencyCycles(t *testing.T) {
	t.Parallel()
	const head = "Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]\nConditions: {C: !Equals [a, b]}\nResources:\n  "
	for resources, want := range map[string]string{
		"R: {Type: Attini::Deploy::Runner, DependsOn: Q}\n  Q: {Type: AWS::SQS::Queue, DependsOn: [R]}": "error dependency-cycle Resources.R",
		"R: {Type: Attini::Deploy::Runner, DependsOn: R}":                                               "error unknown-reference Resources.R.DependsOn",
		"Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${R.ConfigurationId}'}}\n  R: {Type: Attini::Deploy::Runner, Properties: {EcsCluster: !Ref Q2}}\n  Q2: {Type: Custom::A, Properties: {A: [!GetAtt Q.Arn]}}": "error dependency-cycle Resources.R",
		"F: {Type: AWS::Lambda::Function, Properties: {Role: !Ref AttiniDeploymentPlanSfnPlan}}\n  Plan: {Type: Attini::Deploy::DeploymentPlan, Properties: {DefinitionSubstitutions: {A: !GetAtt F.Arn}}}":                   "error dependency-cycle Resources.Plan",
		"R: {Type: Attini::Deploy::Runner, DependsOn: Q}\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !If [C, !Ref R, a]}}":                                                                                          "",
		"R: {Type: Attini::Deploy::Runner, DependsOn: Q}\n  Q: {Type: AWS::SQS::Queue, Condition: C, DependsOn: R}":                                                                                                           "",
		"Q: {Type: AWS::SQS::Queue, DependsOn: Q}\n  R: {Type: Attini::Deploy::Runner, DependsOn: Q}":                                                                                                                         "error unknown-reference Resources.Q.DependsOn",
	} {
		assert.Equal(t, want, places(t, head+resources), resources)
	}
}
