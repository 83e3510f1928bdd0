package aws

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/cenkalti/backoff/v5"

	"github.com/attini-go/runner/agent/protocol"
)

// table is a DynamoDB table. Every read sees every write before it.
type table struct {
	client *dynamodb.Client
	name   string
}

func newTable(config aws.Config, name string) table {
	return table{dynamodb.NewFromConfig(config), name}
}

// read returns an item; nil if there is none.
func (t table) read(ctx context.Context, key item) (item, error) {
	output, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.name, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, wrapError(ctx, "dynamodb:GetItem", err)
	}
	return output.Item, nil
}

// place is where an item may be.
type place struct {
	table string
	key   item
}

// place returns the place of an item; no place if the item has no name, since DynamoDB
// refuses an empty key.
func (t table) place(name string, key item) place {
	if name == "" {
		return place{}
	}
	return place{t.name, key}
}

// readAll returns the items of at most 100 different places in their order; nil for one
// that does not exist. Each read sees every write before it.
func readAll(ctx context.Context, client *dynamodb.Client, places []place) ([]item, error) {
	const action, tries = "dynamodb:BatchGetItem", 5
	found, wanted := make([]item, len(places)), map[string]types.KeysAndAttributes{}
	for _, p := range places {
		if p.table != "" {
			wanted[p.table] = types.KeysAndAttributes{ConsistentRead: aws.Bool(true), Keys: append(wanted[p.table].Keys, p.key)}
		}
	}
	// The SDK repeats a call that is throttled, but not the part of one.
	return backoff.Retry(ctx, func() ([]item, error) {
		output, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: wanted})
		if err != nil {
			return nil, backoff.Permanent(wrapError(ctx, action, err))
		}
		for i, p := range places {
			for _, candidate := range output.Responses[p.table] {
				if isAt(candidate, p.key) {
					found[i] = candidate
				}
			}
		}
		if wanted = output.UnprocessedKeys; len(wanted) > 0 {
			return nil, fmt.Errorf("AWS throttled %s (%d attempts)", action, tries)
		}
		return found, nil
	}, backoff.WithMaxTries(tries))
}

func isAt(found, key item) bool {
	for attribute, value := range key {
		if !reflect.DeepEqual(found[attribute], value) {
			return false
		}
	}
	return true
}

// query returns the items of a resource type that meet a filter's conditions. Their
// names begin with prefix.
func (t table) query(ctx context.Context, kind, prefix string, filter *update) ([]item, error) {
	condition := filter.name(protocol.AttrResourceType) + " = " + filter.value(kind)
	if prefix != "" {
		condition += " AND begins_with(" + filter.name(protocol.AttrName) + ", " + filter.value(prefix) + ")"
	}
	input := &dynamodb.QueryInput{
		TableName: &t.name, ConsistentRead: aws.Bool(true), KeyConditionExpression: &condition, FilterExpression: filter.condition(),
		ExpressionAttributeNames: filter.names, ExpressionAttributeValues: filter.values,
	}
	var items []item
	for pages := dynamodb.NewQueryPaginator(t.client, input); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, wrapError(ctx, "dynamodb:Query", err)
		}
		items = append(items, page.Items...)
	}
	return items, nil
}

// update changes an item if it meets the conditions, and returns it as it is after
// that. Otherwise met is false, and found is the item, nil if there is none.
func (t table) update(ctx context.Context, key item, u *update) (found item, met bool, err error) {
	output, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &t.name, Key: key, UpdateExpression: u.expression(), ConditionExpression: u.condition(),
		ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var unmet *types.ConditionalCheckFailedException
	switch {
	case errors.As(err, &unmet):
		return unmet.Item, false, nil
	case err != nil:
		return nil, false, wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	return output.Attributes, true, nil
}

// change is update for a caller that does not need the item. An unmet condition is
// no error.
func (t table) change(ctx context.Context, key item, u *update) error {
	_, _, err := t.update(ctx, key, u)
	return err
}

// remove deletes an item if it meets the conditions. An unmet condition is no error.
func (t table) remove(ctx context.Context, key item, conditions *update) error {
	_, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &t.name, Key: key, ConditionExpression: conditions.condition(),
		ExpressionAttributeNames: conditions.names, ExpressionAttributeValues: conditions.values,
	})
	var unmet *types.ConditionalCheckFailedException
	if err == nil || errors.As(err, &unmet) {
		return nil
	}
	return wrapError(ctx, "dynamodb:DeleteItem", err)
}

// update is what to change in an item, and the conditions for that. Every name and
// value has a placeholder, so that no name is a reserved word of DynamoDB. Values
// are those that attributeOf takes.
type update struct {
	names                               map[string]string
	values                              item
	sets, removes, adds, deletes, tests []string
}

func newUpdate() *update { return &update{} }

// name returns the placeholder of an attribute or, with a key, of an entry in a map.
func (u *update) name(attribute string, key ...string) string {
	if u.names == nil {
		u.names = map[string]string{}
	}
	placeholder := "#" + attribute
	u.names[placeholder] = attribute
	for _, entry := range key {
		placeholder += ".#entry"
		u.names["#entry"] = entry
	}
	return placeholder
}

// value returns the placeholder of a value.
func (u *update) value(value any) string {
	if u.values == nil {
		u.values = item{}
	}
	placeholder := fmt.Sprintf(":v%d", len(u.values))
	u.values[placeholder] = attributeOf(value)
	return placeholder
}

func (u *update) set(attribute string, value any) *update {
	return u.setEntry(u.name(attribute), value)
}

// setEntry sets what has a placeholder of name.
func (u *update) setEntry(place string, value any) *update {
	u.sets = append(u.sets, place+" = "+u.value(value))
	return u
}

// setOrRemove removes an attribute if the value is empty.
func (u *update) setOrRemove(attribute string, value any) *update {
	if isEmpty(value) {
		return u.remove(attribute)
	}
	return u.set(attribute, value)
}

// setIfNotExists sets an attribute that has no value yet.
func (u *update) setIfNotExists(attribute string, value any) *update {
	u.sets = append(u.sets, fmt.Sprintf("%[1]s = if_not_exists(%[1]s, %[2]s)", u.name(attribute), u.value(value)))
	return u
}

// increment adds one to an attribute, which is 0 when it is absent.
func (u *update) increment(attribute string) *update {
	u.adds = append(u.adds, u.name(attribute)+" "+u.value(1))
	return u
}

// copyFrom sets an attribute to what another is before the write.
func (u *update) copyFrom(attribute, from string) *update {
	u.sets = append(u.sets, u.name(attribute)+" = "+u.name(from))
	return u
}

// addToSet and deleteFromSet change a set of texts.
func (u *update) addToSet(attribute, member string) *update {
	u.adds = append(u.adds, u.name(attribute)+" "+u.value(textSet{member}))
	return u
}

func (u *update) deleteFromSet(attribute, member string) *update {
	u.deletes = append(u.deletes, u.name(attribute)+" "+u.value(textSet{member}))
	return u
}

func (u *update) remove(attributes ...string) *update {
	for _, attribute := range attributes {
		u.removes = append(u.removes, u.name(attribute))
	}
	return u
}

func (u *update) ifExists(attribute string) *update {
	u.tests = append(u.tests, "attribute_exists("+u.name(attribute)+")")
	return u
}

func (u *update) ifNotExists(attribute string) *update {
	u.tests = append(u.tests, "attribute_not_exists("+u.name(attribute)+")")
	return u
}

func (u *update) ifEqual(attribute string, value any) *update {
	u.tests = append(u.tests, u.name(attribute)+" = "+u.value(value))
	return u
}

// ifNotEqual holds for an absent attribute too.
func (u *update) ifNotEqual(attribute string, value any) *update {
	u.tests = append(u.tests, fmt.Sprintf("(attribute_not_exists(%[1]s) OR %[1]s <> %[2]s)", u.name(attribute), u.value(value)))
	return u
}

// ifAbsentOrOneOf holds for an absent attribute, and for one that has one of the values.
func (u *update) ifAbsentOrOneOf(attribute string, values ...string) *update {
	placeholders := make([]string, len(values))
	for i, value := range values {
		placeholders[i] = u.value(value)
	}
	u.tests = append(u.tests, fmt.Sprintf("(attribute_not_exists(%[1]s) OR %[1]s IN (%[2]s))", u.name(attribute), strings.Join(placeholders, ", ")))
	return u
}

func (u *update) condition() *string {
	if len(u.tests) == 0 {
		return nil
	}
	return aws.String(strings.Join(u.tests, " AND "))
}

func (u *update) expression() *string {
	var clauses []string
	for _, clause := range []struct {
		keyword string
		parts   []string
	}{{"SET ", u.sets}, {"REMOVE ", u.removes}, {"ADD ", u.adds}, {"DELETE ", u.deletes}} {
		if len(clause.parts) > 0 {
			clauses = append(clauses, clause.keyword+strings.Join(clause.parts, ", "))
		}
	}
	return aws.String(strings.Join(clauses, " "))
}
