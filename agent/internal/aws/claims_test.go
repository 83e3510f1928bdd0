package aws

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// TestClaimKeepsErrorNames: if the task ends while the job runs, the launcher reads from
// the claim which error names the step's plan handles. A plan that handles none leaves
// the item as it was.
func TestClaimKeepsErrorNames(t *testing.T) {
	t.Parallel()
	for _, names := range []string{"", "Runner.Interrupted Runner.OutOfMemory"} {
		configuration, client := tables(t)
		claims := NewClaims(configuration, stateTable, "shop-Build", "task", "", quiet())
		require.NoError(t, claims.Claim(t.Context(), worker.Claim{Token: "token", Attempt: "1", ErrorNames: names}))
		found, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(stateTable), Key: item{
			protocol.AttrResourceType: stringAttr(protocol.ClaimType("shop-Build")), protocol.AttrName: stringAttr(protocol.JobID("token")),
		}})
		require.NoError(t, err)
		kept, there := found.Item[protocol.AttrErrorNames]
		require.Equal(t, names != "", there)
		if there {
			assert.Equal(t, &types.AttributeValueMemberS{Value: names}, kept)
		}
	}
}

// TestClaimsWithSealedTokens: a claim that every agent can read has nothing by which its
// step can be answered. Its launcher opens the token, and other agents leave it to it.
func TestClaimsWithSealedTokens(t *testing.T) {
	t.Parallel()
	configuration, client := tables(t)
	key, err := protocol.TokenKey("secret")
	require.NoError(t, err)
	claims := NewClaims(configuration, stateTable, "shop-Build", "task", key, quiet())
	require.NoError(t, claims.Claim(t.Context(), worker.Claim{Token: "token", Attempt: "1"}))
	require.NoError(t, claims.Claim(t.Context(), worker.Claim{Token: "token", Attempt: "1"}), "its answer was lost")
	require.ErrorIs(t, claims.Claim(t.Context(), worker.Claim{Token: "token", Attempt: "2"}), worker.ErrClaimed)
	kept := func() string {
		found, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(stateTable), Key: item{
			protocol.AttrResourceType: stringAttr(protocol.ClaimType("shop-Build")), protocol.AttrName: stringAttr(protocol.JobID("token")),
		}})
		require.NoError(t, err)
		return stringOf(found.Item[protocol.AttrToken])
	}
	opened, err := protocol.OpenToken("secret", "task", kept())
	require.NoError(t, err)
	assert.Equal(t, "token", opened)
	assert.NotEqual(t, "token", kept())
	other := NewClaims(configuration, stateTable, "shop-Build", "other", key, quiet())
	unfinished, err := other.Unfinished(t.Context(), 0)
	require.NoError(t, err)
	assert.Empty(t, unfinished)

	broken := NewClaims(configuration, stateTable, "shop-Build", "task", "no key", quiet())
	require.ErrorIs(t, broken.Claim(t.Context(), worker.Claim{Token: "other", Attempt: "1"}), worker.ErrRefused)
}
