package lint_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/cfn"
)

// installation is template.yaml.
func installation(t *testing.T) *cfn.Node {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "template.yaml"))
	require.NoError(t, err)
	template, problems := cfn.Read(text)
	require.Empty(t, problems)
	return template
}

// actions are what a policy document permits, sorted.
func actions(document *cfn.Node) []string {
	var found []string
	for _, statement := range document.Get("Statement").Items {
		if statement.Get("Effect").Text != "Allow" {
			continue
		}
		action := statement.Get("Action")
		if action.IsString() {
			found = append(found, action.Text)
		}
		for _, item := range action.Entries() {
			found = append(found, item.Value.Text)
		}
		for _, item := range action.Items {
			found = append(found, item.Text)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// TestRolesPermitWhatIsCalled: nothing less, and nothing more. What is passed
// and tagged on the way is no call of its own.
func TestRolesPermitWhatIsCalled(t *testing.T) {
	t.Parallel()
	besides := map[string][]string{"launcher": {"ec2:CreateTags", "ecs:TagResource", "iam:PassRole"}}
	for name, id := range map[string]string{"launcher": "LauncherRole", "lifecycle": "LifecycleRole"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls, err := os.ReadFile(filepath.Join(root(t), "testdata", "actions", name+".txt"))
			require.NoError(t, err)
			want := append(strings.Fields(string(calls)), besides[name]...)
			slices.Sort(want)
			policies := installation(t).At("Resources", id, "Properties", "Policies").Items
			require.Len(t, policies, 2)
			assert.Equal(t, "work", policies[1].Get("PolicyName").Text)
			assert.Equal(t, want, actions(policies[1].Get("PolicyDocument")))
		})
	}
}

// TestEveryRoleIsBounded, where the account's rules want that.
func TestEveryRoleIsBounded(t *testing.T) {
	t.Parallel()
	roles := 0
	for _, resource := range installation(t).Get("Resources").Entries() {
		if resource.Value.Get("Type").Text != "AWS::IAM::Role" {
			continue
		}
		roles++
		assert.Equal(t, `{"Fn::If":["Bounded",{"Ref":"PermissionsBoundary"},{"Ref":"AWS::NoValue"}]}`,
			jsonOf(t, resource.Value.At("Properties", "PermissionsBoundary")), resource.Key)
	}
	assert.Equal(t, 7, roles)
}

// TestBasicExecutionPolicy is the documented one's, word for word.
func TestBasicExecutionPolicy(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "policies", "attini-runner-basic-execution-policy.json"))
	require.NoError(t, err)
	// The file has variables where the template has Fn::Sub.
	emitted := jsonOf(t, installation(t).At("Resources", "BasicExecutionPolicy", "Properties", "PolicyDocument"))
	assert.JSONEq(t, string(text), unsubstituted(t, emitted))
}

// unsubstituted has the text of each Fn::Sub in its place.
func unsubstituted(t *testing.T, text string) string {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal([]byte(text), &value))
	var walk func(any) any
	walk = func(value any) any {
		switch v := value.(type) {
		case map[string]any:
			if sub, ok := v["Fn::Sub"].(string); ok && len(v) == 1 {
				return sub
			}
			for key := range v {
				v[key] = walk(v[key])
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		}
		return value
	}
	result, err := json.Marshal(walk(value))
	require.NoError(t, err)
	return string(result)
}

func jsonOf(t *testing.T, n *cfn.Node) string {
	t.Helper()
	text, err := json.Marshal(n)
	require.NoError(t, err)
	return string(text)
}
