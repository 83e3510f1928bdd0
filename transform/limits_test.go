package transform_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

// TestBeyondWhatIsExpanded: templates that are far beyond what AWS takes are
// refused, and those at the limit are not.
func TestBeyondWhatIsExpanded(t *testing.T) {
	t.Parallel()
	steps := func(n int) object {
		return object{"Resources": object{"Plan": chain(n, func(int) object { return runnerJob("", "a") })}}
	}
	values := func(n int) object {
		return commands(eachItem(n, func(i int) any { return object{"Fn::ImportValue": fmt.Sprint(i)} })...)
	}
	named := func(length int) object {
		return object{"Resources": object{long("R", length): object{"Type": "Attini::Deploy::Runner"}, "Plan": planOf(runnerJob("", "a"))}}
	}
	onHost := func(length int) object {
		return object{"Resources": object{
			long("R", length): object{"Type": "Attini::Deploy::Runner", "Properties": object{"Ec2Configuration": object{"InstanceType": "m5.large"}}},
			"Plan":            planOf(runnerJob("", "a")),
		}}
	}
	for name, test := range map[string]struct {
		right, wrong object
		path, says   string
	}{
		"Runners":         {withRunners(999, func(int) object { return object{} }), withRunners(1000, func(int) object { return object{} }), "Resources", "the template has 1001 Runners (at most 1000); CloudFormation takes 500 resources"},
		"steps":           {steps(5000), steps(5001), "Resources.Plan", `Plan "Plan": has 5001 steps of Attini's types (at most 5000); Step Functions takes a definition of 1 MB`},
		"values":          {values(5000), values(5001), "Resources.Plan", `Plan "Plan": has 5001 values that only the deployment knows (at most 5000); Step Functions takes a definition of 1 MB`},
		"a host's name":   {onHost(126), onHost(127), "Resources." + long("R", 127), `its logical id has 127 characters; with Ec2Configuration, the stack's name and it have at most 127 together`},
		"a Runner's name": {named(228), named(229), "Resources." + long("R", 229), `its logical id has 229 characters (at most 228, since those of other resources are made of it)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, right := range []bool{true, false} {
				template := test.wrong
				if right {
					template = test.right
				}
				n, err := cfn.ReadJSON(write(t, template))
				require.NoError(t, err)
				expanded, problems := transform.Expand(t.Context(), transform.Request{Template: n})
				var errors problem.List
				for _, p := range problems {
					if p.Severity == problem.Error {
						errors.Add(p)
					}
				}
				if right {
					require.NoError(t, errors.Err())
					if name == "values" { // also the last one is there
						assert.True(t, expanded.At("Resources", transform.StateMachineID("Plan"), "Properties", "DefinitionSubstitutions").Has("AttiniValue5000"))
					}
					continue
				}
				require.Len(t, errors, 1)
				assert.Equal(t, transform.RuleLimit, errors[0].Rule)
				assert.Equal(t, test.path, errors[0].Path)
				assert.Contains(t, errors[0].Message, test.says)
			}
		})
	}
}

// TestMostResources: CloudFormation takes 500 resources, and people are warned from 400 on.
func TestMostResources(t *testing.T) {
	t.Parallel()
	limits := func(topics int) (resources int, found problem.List) {
		template := commands("ls")
		for i := range topics {
			template["Resources"].(object)[fmt.Sprint("T", i)] = object{"Type": "AWS::SNS::Topic"}
		}
		n, err := cfn.ReadJSON(write(t, template))
		require.NoError(t, err)
		expanded, problems := transform.Expand(t.Context(), transform.Request{Template: n})
		require.NoError(t, problems.Err())
		for _, p := range problems {
			if p.Rule == transform.RuleLimit {
				found.Add(p)
			}
		}
		return len(expanded.Get("Resources").Fields), found
	}
	made, _ := limits(0)
	count, found := limits(399 - made)
	assert.Equal(t, 399, count)
	assert.Empty(t, found)
	_, found = limits(400 - made)
	require.Len(t, found, 1)
	assert.Equal(t, "Resources", found[0].Path)
}
