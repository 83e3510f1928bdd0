package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
)

// RunnerClaims are the items that agents write into the resource-state table when they
// begin a job.
type RunnerClaims struct {
	table table
	now   func() time.Time
}

var _ launch.Claims = (*RunnerClaims)(nil)

// NewRunnerClaims reads and writes the table of the given name.
func NewRunnerClaims(config aws.Config, table string) *RunnerClaims {
	return &RunnerClaims{table: newTable(config, table), now: time.Now}
}

// Claims implements launch.Claims.
func (c *RunnerClaims) Claims(ctx context.Context, runner, task string) ([]launch.Claim, error) {
	filter := newUpdate().ifExists(protocol.AttrFinished)
	if task != "" {
		filter.ifEqual(protocol.AttrTaskID, task)
	}
	items, err := c.table.query(ctx, protocol.ClaimType(runner), "", filter)
	claims := make([]launch.Claim, len(items))
	for i, found := range items {
		claims[i] = launch.Claim{
			Name: stringOf(found[protocol.AttrName]), Token: stringOf(found[protocol.AttrToken]), Task: stringOf(found[protocol.AttrTaskID]),
			StepName: stringOf(found[protocol.AttrStepName]), ErrorNames: stringOf(found[protocol.AttrErrorNames]),
			Finished: isTrue(found[protocol.AttrFinished]), ClaimedAt: timeOf(found[protocol.AttrClaimedAt]),
		}
	}
	return claims, err
}

// Renewed implements launch.Claims.
func (c *RunnerClaims) Renewed(ctx context.Context, runner, task string) (time.Time, error) {
	found, err := c.table.read(ctx, itemKey(protocol.ClaimType(runner), protocol.AgentName(task)))
	return timeOf(found[protocol.AttrRenewedAt]), err
}

// Finish implements launch.Claims. It removes the token, which is not needed any more.
func (c *RunnerClaims) Finish(ctx context.Context, runner string, claim launch.Claim) error {
	u := newUpdate().ifExists(protocol.AttrName).set(protocol.AttrFinished, true).remove(protocol.AttrToken)
	u.set(protocol.AttrExpiresAt, c.now().Add(protocol.ClaimRetention).Unix())
	return c.table.change(ctx, itemKey(protocol.ClaimType(runner), claim.Name), u)
}
