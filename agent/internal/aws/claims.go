package aws

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// Claims are items of the resource-state table: resourceType
// "RunnerClaim-{runner}", name the token's SHA-256; one more item, named
// "agent-{task}", says when each agent last renewed. Items of the original's
// types are never touched.
type Claims struct {
	client       tableClient
	table        string
	runner, task string
	now          func() time.Time
	missing      missingPermission
	notPermitted atomic.Bool
}

var _ worker.Claims = (*Claims)(nil)

// NewClaims keeps the claims of the runner of the given name, for the agent of
// the given task.
func NewClaims(configuration aws.Config, table, runner, task string, logger *slog.Logger) *Claims {
	return &Claims{
		client: dynamodb.NewFromConfig(configuration), table: table, runner: runner, task: task,
		now: time.Now, missing: missingPermission{logger: logger},
	}
}

func (c *Claims) key(name string) item {
	return item{protocol.AttrResourceType: stringAttr(protocol.ClaimType(c.runner)), protocol.AttrName: stringAttr(name)}
}

// lacksPermission reports whether the policy does not permit claims; that is told once,
// and then taking a message out of the queue is the claim, as it was for the
// original agent.
func (c *Claims) lacksPermission(action string, err error) bool {
	if !isDenied(err) {
		return false
	}
	c.missing.warnOnce(action, "a job is claimed by deleting its message; an agent that dies leaves its jobs to their heartbeats")
	c.notPermitted.Store(true)
	return true
}

// Claim implements worker.Claims.
func (c *Claims) Claim(ctx context.Context, claim worker.Claim) error {
	if c.notPermitted.Load() {
		return nil
	}
	claimed := c.key(protocol.JobID(claim.Token))
	claimed[protocol.AttrToken] = stringAttr(claim.Token)
	claimed[protocol.AttrAttempt] = stringAttr(claim.Attempt)
	claimed[protocol.AttrStepName] = stringAttr(claim.StepName)
	claimed[protocol.AttrExecutionARN] = stringAttr(claim.ExecutionARN)
	claimed[protocol.AttrTaskID] = stringAttr(c.task)
	claimed[protocol.AttrClaimedAt] = numberAttr(claim.ClaimedAt.UnixMilli())
	claimed[protocol.AttrFinished] = boolAttr(false)
	claimed[protocol.AttrExpiresAt] = c.expiry()
	_, err := c.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &c.table, Item: claimed,
		ConditionExpression:       aws.String("attribute_not_exists(#name) OR (#attempt = :attempt AND #finished = :no)"),
		ExpressionAttributeNames:  map[string]string{"#name": protocol.AttrName, "#attempt": protocol.AttrAttempt, "#finished": protocol.AttrFinished},
		ExpressionAttributeValues: item{":attempt": stringAttr(claim.Attempt), ":no": boolAttr(false)},
	})
	switch {
	case err == nil, c.lacksPermission("dynamodb:PutItem", err):
		return nil
	case isConditionFailed(err):
		return worker.ErrClaimed
	}
	return permanentError("claim a job", err)
}

// Finish implements worker.Claims.
func (c *Claims) Finish(ctx context.Context, token string) error {
	if c.notPermitted.Load() {
		return nil
	}
	_, err := c.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &c.table, Key: c.key(protocol.JobID(token)),
		// The token is of no use any more, and so it goes.
		UpdateExpression:          aws.String("SET #finished = :yes, #expiry = :expiry REMOVE #token"),
		ConditionExpression:       aws.String("attribute_exists(#name)"),
		ExpressionAttributeNames:  map[string]string{"#name": protocol.AttrName, "#finished": protocol.AttrFinished, "#expiry": protocol.AttrExpiresAt, "#token": protocol.AttrToken},
		ExpressionAttributeValues: item{":yes": boolAttr(true), ":expiry": c.expiry()},
	})
	if err == nil || isConditionFailed(err) || c.lacksPermission("dynamodb:UpdateItem", err) {
		return nil
	}
	return permanentError("finish a claim", err)
}

// Renew implements worker.Claims.
func (c *Claims) Renew(ctx context.Context) error {
	if c.notPermitted.Load() {
		return nil
	}
	renewed := c.key(protocol.AgentName(c.task))
	renewed[protocol.AttrTaskID] = stringAttr(c.task)
	renewed[protocol.AttrRenewedAt] = numberAttr(c.now().UnixMilli())
	renewed[protocol.AttrExpiresAt] = c.expiry()
	_, err := c.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &c.table, Item: renewed})
	if err == nil || c.lacksPermission("dynamodb:PutItem", err) {
		return nil
	}
	return permanentError("renew the claims", err)
}

// Unfinished implements worker.Claims.
func (c *Claims) Unfinished(ctx context.Context, silent time.Duration) ([]worker.Claim, error) {
	if c.notPermitted.Load() {
		return nil, nil
	}
	items, err := c.all(ctx)
	switch {
	case c.lacksPermission("dynamodb:Query", err):
		return nil, nil
	case err != nil:
		return nil, permanentError("look for unfinished claims", err)
	}
	alive := map[string]time.Time{}
	var open []worker.Claim
	for _, found := range items {
		task := stringOf(found[protocol.AttrTaskID])
		signs := []time.Time{timeOf(found[protocol.AttrRenewedAt]), timeOf(found[protocol.AttrClaimedAt])}
		for _, sign := range signs {
			if sign.After(alive[task]) {
				alive[task] = sign
			}
		}
		finished, isClaim := found[protocol.AttrFinished].(*types.AttributeValueMemberBOOL)
		if !isClaim || finished.Value || task == c.task {
			continue
		}
		open = append(open, worker.Claim{
			Token: stringOf(found[protocol.AttrToken]), Attempt: stringOf(found[protocol.AttrAttempt]), StepName: stringOf(found[protocol.AttrStepName]),
			ExecutionARN: stringOf(found[protocol.AttrExecutionARN]), ClaimedAt: timeOf(found[protocol.AttrClaimedAt]), Task: task,
		})
	}
	var unfinished []worker.Claim
	for _, claim := range open {
		if silent == 0 || c.now().Sub(alive[claim.Task]) >= silent {
			unfinished = append(unfinished, claim)
		}
	}
	return unfinished, nil
}

// all are the runner's claims and its agents' signs of life.
func (c *Claims) all(ctx context.Context) ([]item, error) {
	var items []item
	pages := dynamodb.NewQueryPaginator(c.client, &dynamodb.QueryInput{
		TableName: &c.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("#type = :type"),
		ExpressionAttributeNames:  map[string]string{"#type": protocol.AttrResourceType},
		ExpressionAttributeValues: item{":type": stringAttr(protocol.ClaimType(c.runner))},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("query the table %s: %w", c.table, err)
		}
		items = append(items, page.Items...)
	}
	return items, nil
}

func (c *Claims) expiry() types.AttributeValue {
	return numberAttr(c.now().Add(protocol.ClaimRetention).Unix())
}

// timeOf is a time in milliseconds since 1970; the zero time when it is none.
func timeOf(value types.AttributeValue) time.Time {
	n, ok := value.(*types.AttributeValueMemberN)
	if !ok {
		return time.Time{}
	}
	since, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(since)
}
