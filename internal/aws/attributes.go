package aws

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/protocol"
)

// item is an item of a table.
type item = map[string]types.AttributeValue

// textSet is a set of texts. DynamoDB has no empty ones.
type textSet []string

// itemKey is the key of an item in the resource-state table.
func itemKey(kind, name string) item {
	return item{protocol.AttrResourceType: attributeOf(kind), protocol.AttrName: attributeOf(name)}
}

// attributeOf returns a value as DynamoDB has it: a time as milliseconds since 1970, a
// textSet as a set, and a []string, map[string]string or item with its members.
func attributeOf(value any) types.AttributeValue {
	switch value := value.(type) {
	case types.AttributeValue:
		return value
	case string:
		return &types.AttributeValueMemberS{Value: value}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: value}
	case int, int64:
		return &types.AttributeValueMemberN{Value: fmt.Sprint(value)}
	case time.Time:
		return attributeOf(value.UnixMilli())
	case textSet:
		return &types.AttributeValueMemberSS{Value: slices.Compact(slices.Sorted(slices.Values(value)))}
	case []string:
		list := &types.AttributeValueMemberL{}
		for _, text := range value {
			list.Value = append(list.Value, attributeOf(text))
		}
		return list
	case map[string]string:
		entries := item{}
		for key, text := range value {
			entries[key] = attributeOf(text)
		}
		return attributeOf(entries)
	case item:
		return &types.AttributeValueMemberM{Value: value}
	}
	panic(fmt.Sprintf("no attribute for a %T", value)) // a mistake in this package
}

// isEmpty reports whether a value is zero, or a list, set or map without members.
func isEmpty(value any) bool {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return !v.IsValid() || v.IsZero()
}

// stringOf is the text of an attribute; "" when it is absent or something else.
func stringOf(value types.AttributeValue) string {
	if s, ok := value.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// stringsOf are the texts of one attribute of each item.
func stringsOf(items []item, attribute string) []string {
	texts := make([]string, len(items))
	for i, found := range items {
		texts[i] = stringOf(found[attribute])
	}
	return texts
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
