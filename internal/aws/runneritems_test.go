package aws

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/lifecycle"
)

// lastUpdate is a table that keeps its last update.
type lastUpdate struct {
	tableClient
	input *dynamodb.UpdateItemInput
}

func (l *lastUpdate) UpdateItem(_ context.Context, input *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	l.input = input
	return &dynamodb.UpdateItemOutput{}, nil
}

// TestEveryPropertyReachesTheItem: tools that read a runner's item find each of the
// Runner's properties there.
func TestEveryPropertyReachesTheItem(t *testing.T) {
	t.Parallel()
	put := func(c configuration.Configuration) string {
		client := &lastUpdate{}
		require.NoError(t, (&RunnerItems{table{client, stateTable}}).PutRunner(t.Context(), lifecycle.Runner{Configuration: c}))
		written, err := json.Marshal([]any{client.input.UpdateExpression, client.input.ExpressionAttributeNames, client.input.ExpressionAttributeValues})
		require.NoError(t, err)
		return string(written)
	}
	base := launchtest.OnHost()
	for path := range launchtest.PropertyValues() {
		assert.NotEqual(t, put(base), put(launchtest.WithProperty(t, base, path)), "%s: write it to the runner's item", path)
	}
}
