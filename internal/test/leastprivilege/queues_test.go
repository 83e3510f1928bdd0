package leastprivilege_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/iam"
)

const defaultRole = "arn:aws:iam::111122223333:role/attini/attini-default-runner-role-eu-west-1"

// TestOnlyTheOwnRunnerTakesJobs: every runner's role has the basic policy, which permits
// the queues of all runners. The queue's own policy, as the macro writes it, keeps other
// runners away, and nobody else.
func TestOnlyTheOwnRunnerTakesJobs(t *testing.T) {
	t.Parallel()
	others := map[string]string{
		"another team's":             "arn:aws:iam::111122223333:role/attini/other",
		"deeper below the path":      "arn:aws:iam::111122223333:role/attini/team/build",
		"of another path":            "arn:aws:iam::111122223333:role/team/runners/build",
		"with a longer name":         "arn:aws:iam::111122223333:role/attini/build2",
		"of the name, in a path":     "arn:aws:iam::111122223333:role/attini/attini/build",
		"the default one, elsewhere": "arn:aws:iam::111122223333:role/attini/attini-default-runner-role-us-east-1",
	}
	always := map[string]string{
		"the launcher":           "arn:aws:iam::111122223333:role/attini-runner-LauncherRole-1A2B3C",
		"the lifecycle function": "arn:aws:iam::111122223333:role/attini-runner-LifecycleRole-1A2B3C",
		"of a reinstallation":    "arn:aws:iam::111122223333:role/other-name-LauncherRole-4D5E6F",
		"a person's":             "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123",
		"an administrator":       "arn:aws:iam::111122223333:user/admin",
	}
	cases := map[string]struct {
		golden, runner, own string
		open                bool // others may, since the runner's role is not known
	}{
		"a role of its own":        {"everything", "Build", "arn:aws:iam::111122223333:role/attini/build", false},
		"the default role":         {"default-runner", "AttiniDefaultRunner", defaultRole, false},
		"a task definition's role": {"task-definition", "Build", "arn:aws:iam::111122223333:role/attini/x", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document := queuePolicy(t, c.golden, c.runner)
			may := func(principal string) bool {
				for _, action := range []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"} {
					policies := iam.Policies{Resource: &document, Identity: []iam.Document{{Statements: []iam.Statement{{Effect: iam.Allow, Actions: []string{"sqs:*"}, Resources: []string{"*"}}}}}}
					asked := iam.Request{Action: action, Resource: queueARN, Context: iam.Context{"aws:PrincipalArn": {principal}}}
					if !policies.Decide(iam.Caller{ARN: principal}, asked).Allowed {
						return false
					}
				}
				return true
			}
			assert.True(t, may(c.own), "its own")
			for who, principal := range others {
				if principal != c.own {
					assert.Equal(t, c.open, may(principal), who)
				}
			}
			for who, principal := range always {
				assert.True(t, may(principal), who)
			}
		})
	}
}

// TestFunctionsHaveRolesWithoutAPath: the queues' policies deny to roles with one.
func TestFunctionsHaveRolesWithoutAPath(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"LauncherRole", "LifecycleRole"} {
		assert.False(t, template(t).At("Resources", id, "Properties").Has("Path"), id)
	}
}

const queueARN = "arn:aws:sqs:eu-west-1:111122223333:shop-AttiniRunnerQueue.fifo"

// queuePolicy is the policy of a runner's queue in a golden expansion.
func queuePolicy(t testing.TB, golden, runner string) iam.Document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "transform", "testdata", golden, "expanded.json"))
	require.NoError(t, err)
	expanded, problems := cfn.Read(text)
	require.Empty(t, problems)
	given := map[string]string{}
	for _, parameter := range expanded.Get("Parameters").Entries() {
		given[parameter.Key] = "any"
	}
	evaluator, found := cfn.NewEvaluator(expanded, cfn.Values{
		Parameters: given,
		Pseudo:     map[string]string{"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333", "AWS::StackName": "shop"},
		References: map[string]string{"AttiniRunnerQueue" + runner + ".Arn": queueARN, "AttiniRunnerQueue" + runner: "https://queue"},
	})
	require.Empty(t, found)
	policy := expanded.At("Resources", "AttiniRunnerQueuePolicy"+runner, "Properties", "PolicyDocument")
	require.NotNil(t, policy)
	value, found := evaluator.Evaluate(policy, cfn.Path{})
	require.Empty(t, found)
	written, err := value.MarshalJSON()
	require.NoError(t, err)
	document, err := iam.Parse(written)
	require.NoError(t, err)
	return document
}
