package aws

import (
	"context"
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type tableClient interface {
	GetItem(ctx context.Context, input *dynamodb.GetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	BatchGetItem(ctx context.Context, input *dynamodb.BatchGetItemInput, options ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	PutItem(ctx context.Context, input *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(ctx context.Context, input *dynamodb.UpdateItemInput, options ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	Query(ctx context.Context, input *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// item is an item of a table.
type item = map[string]types.AttributeValue

func stringAttr(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func boolAttr(value bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: value} }

func numberAttr(value int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(value, 10)}
}

// stringOf returns an attribute's string; "" if it is absent or of another type.
func stringOf(value types.AttributeValue) string {
	if s, ok := value.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// read reads an item consistently. It returns nil if the item does not exist.
func read(ctx context.Context, client tableClient, table string, key item) (item, error) {
	output, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	return output.Item, nil
}

// readBoth reads an item of each of two tables consistently, with one call. An item that
// does not exist is nil.
func readBoth(ctx context.Context, client tableClient, table string, key item, otherTable string, otherKey item) (found, other item, err error) {
	one := func(key item) types.KeysAndAttributes {
		return types.KeysAndAttributes{ConsistentRead: aws.Bool(true), Keys: []item{key}}
	}
	output, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{table: one(key), otherTable: one(otherKey)}})
	if err != nil {
		return nil, nil, err
	}
	if len(output.UnprocessedKeys) > 0 {
		return nil, nil, errors.New("DynamoDB throttled a part of BatchGetItem")
	}
	first := func(items []item) item {
		if len(items) == 0 {
			return nil
		}
		return items[0]
	}
	return first(output.Responses[table]), first(output.Responses[otherTable]), nil
}

// isConditionFailed reports whether a write failed because of its condition.
func isConditionFailed(err error) bool {
	var unmet *types.ConditionalCheckFailedException
	return errors.As(err, &unmet)
}
