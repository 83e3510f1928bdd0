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
		claims := NewClaims(configuration, stateTable, "shop-Build", "task", quiet())
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
