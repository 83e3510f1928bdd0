package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

// TestComparisonWithAWord: StringEquals: yes is true in the macro's event. It is
// compared as the text that CloudFormation makes of a boolean, both there and on a
// laptop; a true that is written out is a mistake, which only a file can show.
func TestComparisonWithAWord(t *testing.T) {
	t.Parallel()
	const states = `Properties: {DeploymentPlan: {StartAt: A, States: {A: {Type: Choice, Choices: [{Not: {Variable: $.x, StringEquals: VALUE}, Next: B}], Default: B}, B: {Type: Succeed}}}}`
	const list = `Properties: {DeploymentPlan: [{Name: A, Type: Parallel, Branches: [[{Name: B, Type: Choice, Condition: {Variable: $.x, StringMatches: VALUE}, IsTrue: [{Name: C, Type: Pass}]}]]}]}`
	const path = `Properties: {DeploymentPlan: {StartAt: A, States: {A: {Type: Choice, Choices: [{Variable: $.x, StringEqualsPath: VALUE, Next: B}], Default: B}, B: {Type: Succeed}}}}`
	const payload = `Properties: {DeploymentPlan: {StartAt: A, States: {A: {Type: Pass, Parameters: {a: b, Condition: {StringEquals: VALUE}}, End: true}}}}`
	for name, test := range map[string]struct {
		template, value string
		want            string // the comparison's other side; "" for an error
	}{
		"a word":              {states, "yes", `"true"`},
		"a word in a list":    {list, "Off", `"false"`},
		"a text":              {states, "'yes'", `"yes"`},
		"a boolean":           {states, "true", ""},
		"a boolean, spelt":    {states, "True", ""},
		"a number":            {states, "0644", ""},
		"a word for a path":   {path, "yes", ""},
		"a word of a payload": {payload, "yes", `true`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.ReplaceAll(test.template, "VALUE", test.value)
			resource, problems := cfn.Read([]byte(text))
			require.Empty(t, problems)
			before, err := resource.MarshalJSON()
			require.NoError(t, err)
			read, problems := plan.Read("P", resource, cfn.NewPath("Resources", "P"))
			after, err := resource.MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, string(before), string(after), "the template stays as it is")
			if test.want == "" {
				require.Len(t, problems, 1)
				assert.Equal(t, "type", problems[0].Rule)
				return
			}
			require.Empty(t, problems)
			definition, err := read.Machine.Definition(func(*plan.State) *cfn.Node { return nil }).MarshalJSON()
			require.NoError(t, err)
			assert.Regexp(t, `"String(Equals|Matches)":`+test.want, string(definition))

			event, err := cfn.ReadJSON(before)
			require.NoError(t, err)
			read, problems = plan.Read("P", event, cfn.NewPath("Resources", "P"))
			require.Empty(t, problems)
			same, err := read.Machine.Definition(func(*plan.State) *cfn.Node { return nil }).MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, string(definition), string(same), "the macro gives what the laptop gives")
		})
	}
}
