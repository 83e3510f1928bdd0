package aws

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// slowTable has a partition of many pages, each of which takes its time.
type slowTable struct {
	tableClient
	pages, asked int
	each         time.Duration
}

func (s *slowTable) Query(ctx context.Context, input *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	s.asked++
	select {
	case <-time.After(s.each):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	output := &dynamodb.QueryOutput{Items: []item{{
		protocol.AttrName: stringAttr(fmt.Sprint(s.asked)), protocol.AttrToken: stringAttr(fmt.Sprint("token", s.asked)),
		protocol.AttrTaskID: stringAttr("arn:task/b"), protocol.AttrFinished: &types.AttributeValueMemberBOOL{},
	}}}
	if s.asked < s.pages {
		output.LastEvaluatedKey = item{protocol.AttrName: stringAttr(fmt.Sprint(s.asked))}
	}
	return output, nil
}

// TestManyPagesOfClaims: each page is bounded, and not all of them together.
func TestManyPagesOfClaims(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		far := &slowTable{pages: 20, each: 2 * time.Second}
		claims := &Claims{client: far, table: stateTable, runner: "shop-Build", task: "arn:task/a", now: time.Now}
		found, err := claims.Unfinished(t.Context(), 0)
		require.NoError(t, err)
		assert.Len(t, found, 20)
		far = &slowTable{pages: 1, each: time.Minute}
		claims.client = far
		begin := time.Now()
		_, err = claims.Unfinished(t.Context(), 0)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, pageTimeout, time.Since(begin))
	})
}
