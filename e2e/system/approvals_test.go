package system_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/approvals"
	awsports "github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
)

// keyApprover is who may approve, and keyOther who deploys and may not.
const keyApprover = "AKIAAPPROVER"

// TestApprovals: a step waits until a person with the documented policy answers. Whoever has
// another policy finds no token.
func TestApprovals(t *testing.T) {
	t.Parallel()
	a := open(t)
	text, err := os.ReadFile("../../docs/policies/attini-runner-approver-policy.json")
	require.NoError(t, err)
	policy, err := iam.Parse([]byte(strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::Region}", fakeaws.Region, "${AWS::AccountId}", fakeaws.Account).Replace(string(text))))
	require.NoError(t, err)
	a.authority.AddUser(keyApprover, "approver", policy)
	s := a.stepsPlan(t, nil,
		object{"Name": "Release", "Type": "AttiniManualApproval"},
		object{"Name": "Again", "Type": "AttiniManualApproval"},
	)
	execution := s.first(t)
	store, steps := awsports.NewWaitingSteps(a.config(keyApprover), "AttiniWaitingStepsV1"), awsports.ApprovalSteps{Steps: awsports.NewSteps(a.config(keyApprover))}
	wait := func(step string) (found approvals.Waiting) {
		require.Eventually(t, func() bool {
			found, err = approvals.Resolve(t.Context(), store, s.name, step, "")
			return err == nil
		}, soon, tick, "the step does not wait")
		return found
	}
	_, err = awsports.NewWaitingSteps(a.config(keyDeployer), "AttiniWaitingStepsV1").Find(t.Context(), approvals.Prefix(s.name, ""))
	require.Error(t, err, "who deploys cannot approve")
	require.NoError(t, approvals.Give(t.Context(), store, steps, wait("Release"), approvals.Answer{Approved: true, Message: "v1"}))
	require.NoError(t, approvals.Give(t.Context(), store, steps, wait("Again"), approvals.Answer{Message: "no"}))
	name, cause := s.failure(t, execution)
	assert.Equal(t, []string{"ManuallyAborted", "no"}, []string{name, cause})
	left, err := store.Find(t.Context(), approvals.Prefix(s.name, ""))
	require.NoError(t, err)
	assert.Empty(t, left)
}
