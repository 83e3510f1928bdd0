package plan_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

// TestPlans has plans of which it is known whether Step Functions creates what
// they become.
func TestPlans(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/judged/plans.json")
	require.NoError(t, err)
	var plans []struct {
		Name     string
		Accepted bool
		Plan     json.RawMessage
	}
	require.NoError(t, json.Unmarshal(text, &plans))
	for _, c := range plans {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			body, err := cfn.ReadJSON(c.Plan)
			require.NoError(t, err)
			_, problems := plan.Read("P", cfn.Obj(cfn.F("Properties", cfn.Obj(cfn.F("DeploymentPlan", body)))), resourcePath())
			assert.Equal(t, c.Accepted, !problems.HasErrors(), "%v", problems)
		})
	}
}
