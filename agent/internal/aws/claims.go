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

// Claims are claim items and agent items of the resource-state table (docs/wire.md).
type Claims struct {
	client       tableClient
	table        string
	runner, task string
	// tokenKey seals the tokens of claims; "" for a launcher that does not open them.
	tokenKey     string
	now          func() time.Time
	missing      missingPermission
	notPermitted atomic.Bool
}

var _ worker.Claims = (*Claims)(nil)

// NewClaims returns the claims of a runner, for the agent of a task. tokenKey is as in
// protocol.SealToken.
func NewClaims(configuration aws.Config, table, runner, task, tokenKey string, logger *slog.Logger) *Claims {
	return &Claims{
		client: dynamodb.NewFromConfig(configuration), table: table, runner: runner, task: task, tokenKey: tokenKey,
		now: time.Now, missing: missingPermission{logger: logger},
	}
}

func (c *Claims) key(name string) item {
	return item{protocol.AttrResourceType: stringAttr(protocol.ClaimType(c.runner)), protocol.AttrName: stringAttr(name)}
}

// lacksPermission reports whether the runner's role does not allow claims, and logs
// it once. Then deleting a message is the claim, as for the framework's agent.
func (c *Claims) lacksPermission(action string, err error) bool {
	if !isDenied(err) {
		return false
	}
	c.missing.warnOnce(action, "deleting a message claims its job; if the agent dies, its steps fail by their missing heartbeats")
	c.notPermitted.Store(true)
	return true
}

// Claim implements worker.Claims.
func (c *Claims) Claim(ctx context.Context, claim worker.Claim) error {
	if c.notPermitted.Load() {
		return nil
	}
	token, err := protocol.SealToken(c.tokenKey, c.task, claim.Token)
	if err != nil {
		return fmt.Errorf("claim a job: %w: %w", worker.ErrRefused, err)
	}
	claimed := c.key(protocol.JobID(claim.Token))
	claimed[protocol.AttrToken] = stringAttr(token)
	claimed[protocol.AttrAttempt] = stringAttr(claim.Attempt)
	claimed[protocol.AttrStepName] = stringAttr(claim.StepName)
	claimed[protocol.AttrExecutionARN] = stringAttr(claim.ExecutionARN)
	if claim.ErrorNames != "" {
		claimed[protocol.AttrErrorNames] = stringAttr(claim.ErrorNames)
	}
	claimed[protocol.AttrTaskID] = stringAttr(c.task)
	claimed[protocol.AttrClaimedAt] = numberAttr(claim.ClaimedAt.UnixMilli())
	claimed[protocol.AttrFinished] = boolAttr(false)
	claimed[protocol.AttrExpiresAt] = c.expiry()
	_, err = c.client.PutItem(ctx, &dynamodb.PutItemInput{
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
		// An answered step needs no token.
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
	alive := map[string]time.Time{}
	var open []worker.Claim
	err := c.eachPage(ctx, func(items []item) {
		for _, found := range items {
			task := stringOf(found[protocol.AttrTaskID])
			for _, at := range []time.Time{timeOf(found[protocol.AttrRenewedAt]), timeOf(found[protocol.AttrClaimedAt])} {
				if at.After(alive[task]) {
					alive[task] = at
				}
			}
			finished, isClaim := found[protocol.AttrFinished].(*types.AttributeValueMemberBOOL)
			if !isClaim || finished.Value || task == c.task {
				continue
			}
			if protocol.IsSealedToken(stringOf(found[protocol.AttrToken])) {
				continue // only the launcher can answer its step
			}
			open = append(open, worker.Claim{
				Token: stringOf(found[protocol.AttrToken]), Attempt: stringOf(found[protocol.AttrAttempt]), StepName: stringOf(found[protocol.AttrStepName]),
				ExecutionARN: stringOf(found[protocol.AttrExecutionARN]), ClaimedAt: timeOf(found[protocol.AttrClaimedAt]), Task: task,
			})
		}
	})
	switch {
	case c.lacksPermission("dynamodb:Query", err):
		return nil, nil
	case err != nil:
		return nil, permanentError("look for unfinished claims", err)
	}
	var unfinished []worker.Claim
	for _, claim := range open {
		if silent == 0 || c.now().Sub(alive[claim.Task]) >= silent {
			unfinished = append(unfinished, claim)
		}
	}
	return unfinished, nil
}

// pageTimeout bounds each page of a query: a runner may have claims of many days.
const pageTimeout = 5 * time.Second

// eachPage passes on the runner's open claim items and its agent items. Finished claims,
// which are most, stay in DynamoDB.
func (c *Claims) eachPage(ctx context.Context, use func([]item)) error {
	pages := dynamodb.NewQueryPaginator(c.client, &dynamodb.QueryInput{
		TableName: &c.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("#type = :type"),
		FilterExpression:       aws.String("attribute_not_exists(#finished) OR #finished = :no"),
		ExpressionAttributeNames: map[string]string{
			"#type": protocol.AttrResourceType, "#finished": protocol.AttrFinished,
		},
		ExpressionAttributeValues: item{":type": stringAttr(protocol.ClaimType(c.runner)), ":no": boolAttr(false)},
	})
	for pages.HasMorePages() {
		if err := c.page(ctx, pages, use); err != nil {
			return fmt.Errorf("query the table %s: %w", c.table, err)
		}
	}
	return nil
}

func (c *Claims) page(ctx context.Context, pages *dynamodb.QueryPaginator, use func([]item)) error {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	page, err := pages.NextPage(ctx)
	if err != nil {
		return err
	}
	use(page.Items)
	return nil
}

func (c *Claims) expiry() types.AttributeValue {
	return numberAttr(c.now().Add(protocol.ClaimRetention).Unix())
}

// timeOf reads milliseconds since 1970. It returns the zero time for anything else.
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
