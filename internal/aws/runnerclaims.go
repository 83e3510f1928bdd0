package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/attini-go/runner/internal/launch"
)

// claimType, with the runner's name behind it, is the resource type of the
// claims that its agents write, which have a field "finished".
const claimType = "RunnerClaim-"

// Attributes of a claim.
const (
	attributeToken    = "token"
	attributeStep     = "stepName"
	attributeFinished = "finished"
)

// claimRetention is as long as a message can come again.
const claimRetention = 14 * 24 * time.Hour

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
	filter := newUpdate().ifExists(attributeFinished)
	if task != "" {
		filter.ifEqual(attributeTask, stringAttr(task))
	}
	items, err := query(ctx, c.client, c.table, claimType+runner, "", filter)
	if err != nil {
		return nil, wrapError(ctx, "dynamodb:Query", err)
	}
	claims := make([]launch.Claim, len(items))
	for i, found := range items {
		claims[i] = launch.Claim{
			Name: stringOf(found[keyName]), Token: stringOf(found[attributeToken]), Task: stringOf(found[attributeTask]),
			StepName: stringOf(found[attributeStep]), Finished: isTrue(found[attributeFinished]),
		}
	}
	return claims, nil
}

// Finish implements launch.Claims.
func (c *RunnerClaims) Finish(ctx context.Context, runner string, claim launch.Claim) error {
	u := newUpdate().ifExists(keyName).set(attributeFinished, boolAttr(true)).set(attributeExpiry, numberAttr(c.now().Add(claimRetention).Unix()))
	// The token is of no use any more, and so it goes.
	u.remove(attributeToken)
	_, err := u.write(ctx, c.client, c.table, itemKey(claimType+runner, claim.Name))
	if _, gone := conditionFailed(err); gone || err == nil {
		return nil
	}
	return wrapError(ctx, "dynamodb:UpdateItem", err)
}
