package aws

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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
	missing      lack
	notPermitted atomic.Bool
}

var _ worker.Claims = (*Claims)(nil)

// Attributes of a claim.
const (
	attributeToken     = "token"
	attributeAttempt   = "attempt"
	attributeStep      = "stepName"
	attributeExecution = "executionArn"
	attributeClaimedAt = "claimedAt"
	attributeFinished  = "finished"
	attributeRenewedAt = "renewedAt"
	// attributeExpiry is the table's TTL attribute, epoch seconds.
	attributeExpiry = "expiresAt"
)

const (
	claimType = "RunnerClaim-"
	agentName = "agent-"
	// claimLife is as long as a message can come again.
	claimLife = 14 * 24 * time.Hour
)

// NewClaims keeps the claims of the runner of the given name, for the agent of
// the given task.
func NewClaims(configuration aws.Config, table, runner, task string, logger *slog.Logger) *Claims {
	return &Claims{
		client: dynamodb.NewFromConfig(configuration), table: table, runner: runner, task: task,
		now: time.Now, missing: lack{logger: logger},
	}
}

func (c *Claims) key(name string) item {
	return item{keyType: text(claimType + c.runner), keyName: text(name)}
}

func claimName(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// lacks reports whether the policy does not permit claims; that is told once,
// and then taking a message out of the queue is the claim, as it was for the
// original agent.
func (c *Claims) lacks(action string, err error) bool {
	if !isDenied(err) {
		return false
	}
	c.missing.tell(action, "a job is claimed by deleting its message; an agent that dies leaves its jobs to their heartbeats")
	c.notPermitted.Store(true)
	return true
}

// Claim implements worker.Claims.
func (c *Claims) Claim(ctx context.Context, claim worker.Claim) error {
	if c.notPermitted.Load() {
		return nil
	}
	claimed := c.key(claimName(claim.Token))
	claimed[attributeToken] = text(claim.Token)
	claimed[attributeAttempt] = text(claim.Attempt)
	claimed[attributeStep] = text(claim.StepName)
	claimed[attributeExecution] = text(claim.ExecutionARN)
	claimed[attributeTask] = text(c.task)
	claimed[attributeClaimedAt] = number(strconv.FormatInt(claim.ClaimedAt.UnixMilli(), 10))
	claimed[attributeFinished] = boolean(false)
	claimed[attributeExpiry] = c.expiry()
	_, err := c.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &c.table, Item: claimed,
		ConditionExpression:       aws.String("attribute_not_exists(#name) OR (#attempt = :attempt AND #finished = :no)"),
		ExpressionAttributeNames:  map[string]string{"#name": keyName, "#attempt": attributeAttempt, "#finished": attributeFinished},
		ExpressionAttributeValues: item{":attempt": text(claim.Attempt), ":no": boolean(false)},
	})
	switch {
	case err == nil, c.lacks("dynamodb:PutItem", err):
		return nil
	case isUnmet(err):
		return worker.ErrClaimed
	}
	return refused("claim a job", err)
}

// Finish implements worker.Claims.
func (c *Claims) Finish(ctx context.Context, token string) error {
	if c.notPermitted.Load() {
		return nil
	}
	_, err := c.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &c.table, Key: c.key(claimName(token)),
		// The token is of no use any more, and so it goes.
		UpdateExpression:          aws.String("SET #finished = :yes, #expiry = :expiry REMOVE #token"),
		ConditionExpression:       aws.String("attribute_exists(#name)"),
		ExpressionAttributeNames:  map[string]string{"#name": keyName, "#finished": attributeFinished, "#expiry": attributeExpiry, "#token": attributeToken},
		ExpressionAttributeValues: item{":yes": boolean(true), ":expiry": c.expiry()},
	})
	if err == nil || isUnmet(err) || c.lacks("dynamodb:UpdateItem", err) {
		return nil
	}
	return refused("finish a claim", err)
}

// Renew implements worker.Claims.
func (c *Claims) Renew(ctx context.Context) error {
	if c.notPermitted.Load() {
		return nil
	}
	renewed := c.key(agentName + c.task)
	renewed[attributeTask] = text(c.task)
	renewed[attributeRenewedAt] = number(strconv.FormatInt(c.now().UnixMilli(), 10))
	renewed[attributeExpiry] = c.expiry()
	_, err := c.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &c.table, Item: renewed})
	if err == nil || c.lacks("dynamodb:PutItem", err) {
		return nil
	}
	return refused("renew the claims", err)
}

// Unfinished implements worker.Claims.
func (c *Claims) Unfinished(ctx context.Context, silent time.Duration) ([]worker.Claim, error) {
	if c.notPermitted.Load() {
		return nil, nil
	}
	items, err := c.all(ctx)
	switch {
	case c.lacks("dynamodb:Query", err):
		return nil, nil
	case err != nil:
		return nil, refused("look for unfinished claims", err)
	}
	alive := map[string]time.Time{}
	var open []worker.Claim
	for _, found := range items {
		task := textOf(found[attributeTask])
		signs := []time.Time{millis(found[attributeRenewedAt]), millis(found[attributeClaimedAt])}
		for _, sign := range signs {
			if sign.After(alive[task]) {
				alive[task] = sign
			}
		}
		finished, isClaim := found[attributeFinished].(*types.AttributeValueMemberBOOL)
		if !isClaim || finished.Value || task == c.task {
			continue
		}
		open = append(open, worker.Claim{
			Token: textOf(found[attributeToken]), Attempt: textOf(found[attributeAttempt]), StepName: textOf(found[attributeStep]),
			ExecutionARN: textOf(found[attributeExecution]), ClaimedAt: millis(found[attributeClaimedAt]), Task: task,
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
		ExpressionAttributeNames:  map[string]string{"#type": keyType},
		ExpressionAttributeValues: item{":type": text(claimType + c.runner)},
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
	return number(strconv.FormatInt(c.now().Add(claimLife).Unix(), 10))
}

// millis is a time in milliseconds since 1970; the zero time when it is none.
func millis(value types.AttributeValue) time.Time {
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
