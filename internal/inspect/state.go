package inspect

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/doctor"
)

// stateTable is the resource-state table.
const stateTable = "AttiniResourceStatesV1"

// runnerItem is a runner's item in the state table.
type runnerItem map[string]types.AttributeValue

func (i runnerItem) text(name string) string {
	switch value := i[name].(type) {
	case *types.AttributeValueMemberS:
		return value.Value
	case *types.AttributeValueMemberN:
		return value.Value
	}
	return ""
}

func (i runnerItem) number(name string) int {
	n, _ := strconv.Atoi(i.text(name)) // 0 if it is absent
	return n
}

func (i runnerItem) time(name string) time.Time {
	if n := i.number(name); n > 0 {
		return time.UnixMilli(int64(n))
	}
	return time.Time{}
}

func (i runnerItem) flag(name string) bool {
	value, ok := i[name].(*types.AttributeValueMemberBOOL)
	return ok && value.Value
}

func (i runnerItem) set(name string) []string {
	if value, ok := i[name].(*types.AttributeValueMemberSS); ok {
		return slices.Sorted(slices.Values(value.Value))
	}
	return nil
}

// fill puts what the item says into a runner. Without a MaxConcurrentJobs of its own,
// the agent runs five jobs.
func (i runnerItem) fill(r *doctor.Runner) {
	r.Cluster, r.Definition = i.cluster(), i.text(protocol.AttrTaskDefinition)
	r.OnHost = i[protocol.AttrHost] != nil
	if r.MaxConcurrentJobs = i.number(protocol.AttrMaxConcurrentJobs); r.MaxConcurrentJobs == 0 {
		r.MaxConcurrentJobs = 5
	}
	r.StartLockedUntil, r.StartFailures = i.time(protocol.AttrStartUntil), i.number(protocol.AttrStartFailures)
}

// cluster is where the runner's task is.
func (i runnerItem) cluster() string {
	if task := i.text(protocol.AttrTaskCluster); task != "" {
		return task
	}
	return i.text(protocol.AttrCluster)
}

// deploymentTable has which execution a deployment has started.
const deploymentTable = "AttiniDeployDataV1"

// superseded reports whether agents drop the jobs of an execution: a later deployment
// has started another one, and this one is older than that deployment.
func (a *Account) superseded(ctx context.Context, execution, input string, started time.Time) (bool, error) {
	o, err := originOf(input)
	if err != nil || o.DistributionName == "" {
		return false, nil // started by hand, with an input of its own
	}
	output, err := a.table.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(deploymentTable), ConsistentRead: aws.Bool(true), Key: map[string]types.AttributeValue{
		protocol.AttrDeployment: &types.AttributeValueMemberS{Value: o.Environment + "-" + o.DistributionName}, protocol.AttrDeploymentTime: &types.AttributeValueMemberN{Value: "0"},
	}})
	if err != nil {
		return false, asked(ctx, "dynamodb:GetItem", err)
	}
	return isSuperseded(output.Item, execution, started), nil
}

// isSuperseded decides by the current deployment's item. What it does not say is no
// proof.
func isSuperseded(deployment runnerItem, execution string, started time.Time) bool {
	current := deployment.entries(protocol.AttrExecutions).text(planOf(execution))
	deployed := deployment.entries(protocol.AttrDeploymentTimes).time(planOf(execution))
	return current != "" && current != execution && !deployed.IsZero() && started.Before(deployed)
}

// entries are those of a map; none of another value.
func (i runnerItem) entries(name string) runnerItem {
	if value, ok := i[name].(*types.AttributeValueMemberM); ok {
		return value.Value
	}
	return nil
}

func key(kind, name string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		protocol.AttrResourceType: &types.AttributeValueMemberS{Value: kind}, protocol.AttrName: &types.AttributeValueMemberS{Value: name},
	}
}

// item reads a runner's item; nil if it is not deployed, or is being removed.
func (a *Account) item(ctx context.Context, resource string) (*runnerItem, error) {
	output, err := a.table.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(stateTable), Key: key(protocol.TypeRunner, resource), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, asked(ctx, "dynamodb:GetItem", err)
	}
	if item := runnerItem(output.Item); len(item) > 0 && !item.flag(protocol.AttrDeleted) {
		return &item, nil
	}
	return nil, nil
}

func (a *Account) hasConfiguration(ctx context.Context, resource, id string) (bool, error) {
	output, err := a.table.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(stateTable), Key: key(protocol.TypeRunnerConfiguration, resource+protocol.NameSeparator+id), ConsistentRead: aws.Bool(true),
		ProjectionExpression: aws.String("#name"), ExpressionAttributeNames: map[string]string{"#name": protocol.AttrName},
	})
	if err != nil {
		return false, asked(ctx, "dynamodb:GetItem", err)
	}
	return len(output.Item) > 0, nil
}

// claims are the jobs that agents have and have not ended. Task tokens are not read:
// they allow to answer the steps.
func (a *Account) claims(ctx context.Context, resource string) ([]doctor.Claim, error) {
	pages := dynamodb.NewQueryPaginator(a.table.Query, &dynamodb.QueryInput{
		TableName: aws.String(stateTable), ConsistentRead: aws.Bool(true), Select: types.SelectSpecificAttributes,
		KeyConditionExpression: aws.String("#type = :type"), FilterExpression: aws.String("#finished = :no"),
		ProjectionExpression: aws.String("#step, #task, #at"),
		ExpressionAttributeNames: map[string]string{
			"#type": protocol.AttrResourceType, "#finished": protocol.AttrFinished, "#step": protocol.AttrStepName, "#task": protocol.AttrTaskID, "#at": protocol.AttrClaimedAt,
		},
		ExpressionAttributeValues: map[string]types.AttributeValue{":type": &types.AttributeValueMemberS{Value: protocol.ClaimType(resource)}, ":no": &types.AttributeValueMemberBOOL{}},
	})
	var all []doctor.Claim
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return all, asked(ctx, "dynamodb:Query", err)
		}
		for _, found := range page.Items {
			i := runnerItem(found)
			all = append(all, doctor.Claim{Step: i.text(protocol.AttrStepName), Task: i.text(protocol.AttrTaskID), Since: i.time(protocol.AttrClaimedAt)})
		}
	}
	slices.SortFunc(all, func(a, b doctor.Claim) int { return strings.Compare(a.Step, b.Step) })
	return all, nil
}

// queue reads the numbers of a queue and its dead-letter queue. No message is received:
// that would hide it from the agent.
func (a *Account) queue(ctx context.Context, url, dead string) (doctor.Queue, error) {
	q := doctor.Queue{URL: url}
	visible, inFlight, err := a.depth(ctx, url)
	if hasCode(err, "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist") {
		q.Missing = true
		return q, nil
	}
	if err != nil {
		return q, err
	}
	q.Visible, q.InFlight = visible, inFlight
	if dead != "" {
		q.DeadLetters, _, err = a.depth(ctx, dead)
		if hasCode(err, "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist") {
			err = nil
		}
	}
	return q, err
}

func (a *Account) depth(ctx context.Context, url string) (visible, inFlight int, err error) {
	const waiting, held = sqstypes.QueueAttributeNameApproximateNumberOfMessages, sqstypes.QueueAttributeNameApproximateNumberOfMessagesNotVisible
	output, err := a.queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{waiting, held}})
	if err != nil {
		return 0, 0, asked(ctx, "sqs:GetQueueAttributes", err)
	}
	visible, _ = strconv.Atoi(output.Attributes[string(waiting)]) // AWS writes numbers
	inFlight, _ = strconv.Atoi(output.Attributes[string(held)])
	return visible, inFlight, nil
}
