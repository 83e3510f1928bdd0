package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
)

// RunnerClaims are what agents write into the resource-state table when they
// begin with a job.
type RunnerClaims struct {
	client tableClient
	table  string
	now    func() time.Time
}

var _ launch.Claims = (*RunnerClaims)(nil)

// NewRunnerClaims reads and writes the table of the given name.
func NewRunnerClaims(config aws.Config, table string) *RunnerClaims {
	return &RunnerClaims{client: dynamodb.NewFromConfig(config), table: table, now: time.Now}
}

// Claims implements launch.Claims.
func (c *RunnerClaims) Claims(ctx context.Context, runner, task string) ([]launch.Claim, error) {
	filter := newUpdate().ifExists(protocol.AttrFinished)
	if task != "" {
		filter.ifEqual(protocol.AttrTaskID, stringAttr(task))
	}
	items, err := query(ctx, c.client, c.table, protocol.ClaimType(runner), "", filter)
	if err != nil {
		return nil, wrapError(ctx, "dynamodb:Query", err)
	}
	claims := make([]launch.Claim, len(items))
	for i, found := range items {
		claims[i] = launch.Claim{
			Name: stringOf(found[protocol.AttrName]), Token: stringOf(found[protocol.AttrToken]), Task: stringOf(found[protocol.AttrTaskID]),
			StepName: stringOf(found[protocol.AttrStepName]), Finished: isTrue(found[protocol.AttrFinished]),
		}
	}
	return claims, nil
}

// Finish implements launch.Claims.
func (c *RunnerClaims) Finish(ctx context.Context, runner string, claim launch.Claim) error {
	u := newUpdate().ifExists(protocol.AttrName).set(protocol.AttrFinished, boolAttr(true)).set(protocol.AttrExpiresAt, numberAttr(c.now().Add(protocol.ClaimRetention).Unix()))
	// The token is of no use any more, and so it goes.
	u.remove(protocol.AttrToken)
	_, err := u.write(ctx, c.client, c.table, itemKey(protocol.ClaimType(runner), claim.Name))
	if _, gone := conditionFailed(err); gone || err == nil {
		return nil
	}
	return wrapError(ctx, "dynamodb:UpdateItem", err)
}
