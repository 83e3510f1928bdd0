package cfn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

// TestInclude: a snippet stands where the template includes it, found by what its
// location ends with.
func TestInclude(t *testing.T) {
	t.Parallel()
	snippet := func(text string) *cfn.Node {
		n, problems := cfn.ReadSnippet([]byte(text))
		require.NoError(t, problems.Err())
		return n
	}
	for name, test := range map[string]struct{ template, want string }{
		"beside other keys":   {"A: {B: 1, Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/x/map.yaml}}, C: 2}", `{"A":{"B":1,"K":"v","L":[1],"C":2}}`},
		"as a whole":          {"A: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: map.yaml}}}", `{"A":{"K":"v","L":[1]}}`},
		"a list as a whole":   {"A: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/list.yaml}}}", `{"A":["a","b"]}`},
		"by Fn::Sub":          {"A: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: !Sub 's3://${B}/map.yaml'}}}", `{"A":{"K":"v","L":[1]}}`},
		"in a list":           {"A: [{Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/map.yaml}}}]", `{"A":[{"K":"v","L":[1]}]}`},
		"in Transform":        {"Transform: [X, {Name: AWS::Include, Parameters: {Location: s3://b/map.yaml}}]", `{"Transform":["X"],"K":"v","L":[1]}`},
		"another file":        {"A: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/other-map.yaml}}}", `{"A":{"Fn::Transform":{"Name":"AWS::Include","Parameters":{"Location":"s3://b/other-map.yaml"}}}}`},
		"another transform":   {"A: {Fn::Transform: {Name: Mine, Parameters: {Location: s3://b/map.yaml}}}", `{"A":{"Fn::Transform":{"Name":"Mine","Parameters":{"Location":"s3://b/map.yaml"}}}}`},
		"without a location":  {"A: {Fn::Transform: {Name: AWS::Include}}", `{"A":{"Fn::Transform":{"Name":"AWS::Include"}}}`},
		"of a wrong form":     {"A: {Fn::Transform: 5}", `{"A":{"Fn::Transform":5}}`},
		"nothing is included": {"A: {B: [null]}", `{"A":{"B":[null]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template := read(t, test.template)
			before, err := template.MarshalJSON()
			require.NoError(t, err)
			included, unused := cfn.Include(template, map[string]*cfn.Node{"map.yaml": snippet("K: v\nL: [1]"), "list.yaml": snippet("[a, b]"), "never": snippet("{}")})
			got, err := included.MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, test.want, string(got))
			assert.Contains(t, unused, "never")
			after, err := template.MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, string(before), string(after), "the template is left as it is")
		})
	}
}

// TestIncludedPlaces: what is included stands where it is included.
func TestIncludedPlaces(t *testing.T) {
	t.Parallel()
	snippet, problems := cfn.ReadSnippet([]byte("\n\n\n\nK: {L: v}"))
	require.NoError(t, problems.Err())
	included, unused := cfn.Include(read(t, "A:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/f}}"), map[string]*cfn.Node{"f": snippet})
	assert.Empty(t, unused)
	assert.Equal(t, 2, included.At("A", "K", "L").Place.Line)
	assert.Equal(t, 2, included.Get("A").KeyPlace("K").Line)
}
