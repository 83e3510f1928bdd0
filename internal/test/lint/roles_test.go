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

	"github.com/attini-go/runner/internal/cfn"
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

// statement is one of a policy that permits something.
type statement struct {
	// policy is the logical id of what has it.
	policy  string
	actions []string
	node    *cfn.Node
}

// statements are those of a resource's policies.
func statements(template *cfn.Node, id string) []statement {
	properties := template.At("Resources", id, "Properties")
	var documents []*cfn.Node
	if document := properties.Get("PolicyDocument"); document != nil {
		documents = append(documents, document)
	}
	if policies := properties.Get("Policies"); policies.IsList() {
		for _, policy := range policies.Items {
			documents = append(documents, policy.Get("PolicyDocument"))
		}
	}
	var found []statement
	for _, document := range documents {
		for _, node := range document.Get("Statement").Items {
			if choice := node.Get("Fn::If"); choice.IsList() { // one that an installation may have
				node = choice.Items[1]
			}
			if node.Get("Effect").Text == "Allow" {
				found = append(found, statement{policy: id, actions: texts(node.Get("Action")), node: node})
			}
		}
	}
	return found
}

// TestRolesAreNarrow: only what AWS cannot bound is permitted for everything,
// and what could be turned against the account has its condition.
func TestRolesAreNarrow(t *testing.T) {
	t.Parallel()
	// The Service Authorization Reference names no resources for these.
	boundless := []string{
		"cloudformation:GetTemplateSummary", "ec2:DescribeImages", "ec2:DescribeInstanceStatus", "ec2:DescribeInstanceTypes", "ec2:DescribeInstances", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
		"ecs:DescribeTaskDefinition", "states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess",
	}
	conditions := map[string]string{
		"ec2:CreateTags": "ec2:CreateAction", "ecs:TagResource": "ecs:CreateAction", "iam:PassRole": "iam:PassedToService",
		"ec2:TerminateInstances": "aws:ResourceTag/AttiniResourceType", "cloudformation:CreateStack": "aws:RequestTag/AttiniResourceType",
		"cloudformation:UpdateStack": "aws:ResourceTag/AttiniResourceType", "cloudformation:DeleteStack": "aws:ResourceTag/AttiniResourceType",
		"cloudformation:UpdateTerminationProtection": "aws:ResourceTag/AttiniResourceType",
	}
	template, needed := installation(t), map[string]bool{}
	for _, resource := range template.Get("Resources").Entries() {
		if kind := resource.Value.Get("Type").Text; kind != "AWS::IAM::Role" && kind != "AWS::IAM::ManagedPolicy" {
			continue
		}
		for _, s := range statements(template, resource.Key) {
			for _, action := range s.actions {
				assert.NotContains(t, action, "*", s.policy)
				if slices.Contains(texts(s.node.Get("Resource")), "*") {
					assert.Contains(t, boundless, action, "%s permits it for all", s.policy)
				}
				if key, found := conditions[action]; found {
					needed[action] = true
					assert.True(t, s.node.At("Condition", "StringEquals").Has(key), "%s permits %s without a condition on %s", s.policy, action, key)
				}
			}
		}
	}
	assert.Len(t, needed, len(conditions))
}

// TestDefaultRolesArePassed: the launcher passes the default roles, whatever path
// the others must have.
func TestDefaultRolesArePassed(t *testing.T) {
	t.Parallel()
	passed := map[string][]string{}
	for _, s := range statements(installation(t), "LauncherRole") {
		if !slices.Contains(s.actions, "iam:PassRole") {
			continue
		}
		to := jsonOf(t, s.node.At("Condition", "StringEquals", "iam:PassedToService"))
		resources := s.node.Get("Resource")
		require.True(t, resources.IsList(), to)
		for _, resource := range resources.Items {
			passed[to] = append(passed[to], jsonOf(t, resource))
		}
	}
	const path = `{"Fn::Sub":"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${RunnerRolePath}*"}`
	assert.Equal(t, map[string][]string{
		`"ecs-tasks.amazonaws.com"`: {path, `{"Fn::GetAtt":["DefaultRunnerRole","Arn"]}`},
		`"cloudformation.amazonaws.com"`: {
			strings.Replace(path, "Runner", "Stack", 1), `{"Fn::If":["HasStackRole",{"Ref":"DefaultStackRoleArn"},{"Ref":"AWS::NoValue"}]}`,
			`{"Fn::If":["MakesStackRole",{"Fn::GetAtt":["DefaultStackRole","Arn"]},{"Ref":"AWS::NoValue"}]}`,
		},
		`{"Fn::Sub":"ec2.${AWS::URLSuffix}"}`: {path, `{"Fn::GetAtt":["DefaultHostRole","Arn"]}`},
	}, passed)
}

// TestFailedInstallationLeavesNothing: what a creation that is rolled back
// leaves would have the name that the next attempt needs.
func TestFailedInstallationLeavesNothing(t *testing.T) {
	t.Parallel()
	kept := 0
	for _, resource := range installation(t).Get("Resources").Entries() {
		policy := resource.Value.Get("DeletionPolicy")
		if policy == nil || policy.Text == "Delete" {
			continue
		}
		kept++
		assert.Equal(t, "RetainExceptOnCreate", policy.Text, resource.Key)
		assert.Equal(t, "Retain", resource.Value.Get("UpdateReplacePolicy").Text, resource.Key)
	}
	assert.Equal(t, 2, kept, "the buckets stay when the system is removed")
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
	assert.Equal(t, 8, roles)
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
