package transform_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/plan/plantest"
	"github.com/attini-go/runner/schema"
)

// TestEveryStepTypeIsExpanded: a step of each type becomes a Task and is listed for
// the tools that show a plan.
func TestEveryStepTypeIsExpanded(t *testing.T) {
	t.Parallel()
	for _, stepType := range plan.OwnTypes() {
		t.Run(stepType, func(t *testing.T) {
			t.Parallel()
			resources := expanded(t, "Resources:\n  R: {Type: Attini::Deploy::Runner, Properties: {Image: debian}}\n  Plan:\n    Type: Attini::Deploy::DeploymentPlan\n"+
				"    Properties:\n      DefaultRunner: R\n      DeploymentPlan:\n"+
				"        - {Name: Job, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}\n        - {Name: A, Type: "+stepType+", "+plantest.Step(t, stepType)+"}\n")
			sfn := resources.Get("AttiniDeploymentPlanSfnPlan")
			state := sfn.At("Properties", "Definition", "States", "A")
			becomes, listed := "Task", stepType
			switch stepType {
			case plan.MapType:
				becomes = "Map"
			case plan.SamType:
				listed = plan.CfnType // as the original lists it, behind its AttiniPackageSam
			}
			assert.Equal(t, becomes, state.Get("Type").Value(), "%s: expand it in stateMachine", stepType)
			assert.Equal(t, becomes == "Task", state.Has("Resource"), stepType)
			definition, err := asl.ParseWith([]byte(marshal(t, sfn.At("Properties", "Definition"))), asl.ParseOptions{Substituted: true})
			require.NoError(t, err, "Step Functions creates what comes out")
			assert.NotNil(t, definition)
			assert.Contains(t, marshal(t, sfn.At("Metadata", "AttiniSteps")), `{"name":"A","type":"`+listed+`"}`, "%s: list it in attiniSteps", stepType)
		})
	}
}

// TestEveryStepTypeIsInTheSchema: an editor offers each type in both syntaxes.
func TestEveryStepTypeIsInTheSchema(t *testing.T) {
	t.Parallel()
	var document struct {
		Definitions map[string]any `json:"definitions"`
	}
	require.NoError(t, json.Unmarshal(schema.TemplateDocument(), &document))
	for _, stepType := range plan.OwnTypes() {
		for _, definition := range []string{"state" + stepType, "step" + stepType} {
			assert.NotNil(t, document.Definitions[definition], "%s: add it to schema/document_states.go", definition)
		}
	}
}

// TestEveryStepTypeIsDocumented: the pages of plans, of the wire and for those who come
// from the original framework name each type.
func TestEveryStepTypeIsDocumented(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"../docs/plans.md", "../docs/wire.md", "../docs/coming-from-attini.md"} {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, stepType := range plan.OwnTypes() {
			assert.True(t, strings.Contains(string(text), "`"+stepType+"`"), "%s: describe the type in %s", stepType, page)
		}
	}
}
