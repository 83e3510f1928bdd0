package aws

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/protocol"
)

// tableClient are the calls of DynamoDB that are made.
type tableClient interface {
	dynamodb.QueryAPIClient
	GetItem(ctx context.Context, input *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	UpdateItem(ctx context.Context, input *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(ctx context.Context, input *dynamodb.DeleteItemInput, options ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
}

// item is an item of a table.
type item = map[string]types.AttributeValue

func itemKey(kind, name string) item {
	return item{protocol.AttrResourceType: stringAttr(kind), protocol.AttrName: stringAttr(name)}
}

func stringAttr(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func boolAttr(value bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: value} }

func numberAttr(value int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
}

func millisAttr(at time.Time) types.AttributeValue { return numberAttr(at.UnixMilli()) }

// stringOf is the text of an attribute; "" when it is absent or something else.
func stringOf(value types.AttributeValue) string {
	if s, ok := value.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// intOf is an attribute's number; 0 when it is absent or something else.
func intOf(value types.AttributeValue) int64 {
	n, ok := value.(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	result, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		return 0
	}
	return result
}

func isTrue(value types.AttributeValue) bool {
	b, ok := value.(*types.AttributeValueMemberBOOL)
	return ok && b.Value
}

// timeOf is an attribute's time; the zero time when it has none.
func timeOf(value types.AttributeValue) time.Time {
	if since := intOf(value); since != 0 {
		return time.UnixMilli(since)
	}
	return time.Time{}
}

// conditionFailed reports whether the condition of a write did not hold, and the item
// as it is, nil where there is none.
func conditionFailed(err error) (found item, unmet bool) {
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		return nil, false
	}
	return failed.Item, true
}

// update builds a conditional write of an item. Every name and value has a
// placeholder, so that no name is a reserved word.
type update struct {
	names                    map[string]string
	values                   item
	sets, removes, condition []string
}

func newUpdate() *update { return &update{names: map[string]string{}, values: item{}} }

// namePlaceholder is the placeholder of an attribute.
func (u *update) namePlaceholder(attribute string) string {
	u.names["#"+attribute] = attribute
	return "#" + attribute
}

// valuePlaceholder is the placeholder of a value.
func (u *update) valuePlaceholder(value types.AttributeValue) string {
	placeholder := fmt.Sprintf(":v%d", len(u.values))
	u.values[placeholder] = value
	return placeholder
}

func (u *update) set(attribute string, value types.AttributeValue) *update {
	u.sets = append(u.sets, u.namePlaceholder(attribute)+" = "+u.valuePlaceholder(value))
	return u
}

// setIfNotExists sets an attribute that has no value yet.
func (u *update) setIfNotExists(attribute string, value types.AttributeValue) *update {
	u.sets = append(u.sets, fmt.Sprintf("%[1]s = if_not_exists(%[1]s, %[2]s)", u.namePlaceholder(attribute), u.valuePlaceholder(value)))
	return u
}

// increment adds one to an attribute, which is 0 when it is absent.
func (u *update) increment(attribute string) *update {
	u.sets = append(u.sets, fmt.Sprintf("%[1]s = if_not_exists(%[1]s, %[2]s) + %[3]s", u.namePlaceholder(attribute), u.valuePlaceholder(numberAttr(0)), u.valuePlaceholder(numberAttr(1))))
	return u
}

// copyFrom sets an attribute to what another is before the write.
func (u *update) copyFrom(attribute, from string) *update {
	u.sets = append(u.sets, u.namePlaceholder(attribute)+" = "+u.namePlaceholder(from))
	return u
}

func (u *update) remove(attributes ...string) *update {
	for _, attribute := range attributes {
		u.removes = append(u.removes, u.namePlaceholder(attribute))
	}
	return u
}

func (u *update) ifExists(attribute string) *update {
	u.condition = append(u.condition, "attribute_exists("+u.namePlaceholder(attribute)+")")
	return u
}

func (u *update) ifNotExists(attribute string) *update {
	u.condition = append(u.condition, "attribute_not_exists("+u.namePlaceholder(attribute)+")")
	return u
}

func (u *update) ifEqual(attribute string, value types.AttributeValue) *update {
	u.condition = append(u.condition, u.namePlaceholder(attribute)+" = "+u.valuePlaceholder(value))
	return u
}

// ifNotEqual holds for an absent attribute too.
func (u *update) ifNotEqual(attribute string, value types.AttributeValue) *update {
	u.condition = append(u.condition, fmt.Sprintf("(attribute_not_exists(%[1]s) OR %[1]s <> %[2]s)", u.namePlaceholder(attribute), u.valuePlaceholder(value)))
	return u
}

// write makes the write, and returns the item as it is after it.
func (u *update) write(ctx context.Context, client tableClient, table string, key item) (item, error) {
	var expression []string
	if len(u.sets) > 0 {
		expression = append(expression, "SET "+strings.Join(u.sets, ", "))
	}
	if len(u.removes) > 0 {
		expression = append(expression, "REMOVE "+strings.Join(u.removes, ", "))
	}
	input := &dynamodb.UpdateItemInput{
		TableName: &table, Key: key,
		UpdateExpression: aws.String(strings.Join(expression, " ")), ExpressionAttributeNames: u.names,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if len(u.values) > 0 {
		input.ExpressionAttributeValues = u.values
	}
	if len(u.condition) > 0 {
		input.ConditionExpression = aws.String(strings.Join(u.condition, " AND "))
	}
	output, err := client.UpdateItem(ctx, input)
	if err != nil {
		return nil, err
	}
	return output.Attributes, nil
}

// read gets an item, as it is after all writes before; nil when there is none.
func read(ctx context.Context, client tableClient, table string, key item) (item, error) {
	output, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	return output.Item, nil
}

// query gets all items of a resource type that the filter lets through, as they
// are after all writes before. prefix, if there is one, begins their names.
func query(ctx context.Context, client tableClient, table, kind, prefix string, filter *update) ([]item, error) {
	condition := filter.namePlaceholder(protocol.AttrResourceType) + " = " + filter.valuePlaceholder(stringAttr(kind))
	if prefix != "" {
		condition += " AND begins_with(" + filter.namePlaceholder(protocol.AttrName) + ", " + filter.valuePlaceholder(stringAttr(prefix)) + ")"
	}
	input := &dynamodb.QueryInput{
		TableName: &table, ConsistentRead: aws.Bool(true), KeyConditionExpression: &condition,
		ExpressionAttributeNames: filter.names, ExpressionAttributeValues: filter.values,
	}
	if len(filter.condition) > 0 {
		input.FilterExpression = aws.String(strings.Join(filter.condition, " AND "))
	}
	var items []item
	for pages := dynamodb.NewQueryPaginator(client, input); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
	}
	return items, nil
}
