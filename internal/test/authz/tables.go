package authz

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/test/iam"
)

// attributeValue is a value in DynamoDB's JSON, of the types that keys can have.
type attributeValue struct{ S, N, B string }

func (v attributeValue) text() string { return v.S + v.N + v.B }

// tableInput is what the calls of DynamoDB about one table have, as far as IAM
// looks at it.
type tableInput struct {
	TableName                                                     string
	Key, Item                                                     map[string]attributeValue
	ExpressionAttributeNames                                      map[string]string
	ExpressionAttributeValues                                     map[string]attributeValue
	ConditionExpression, UpdateExpression, KeyConditionExpression string
	FilterExpression, ProjectionExpression                        string
	ReturnValues, Select                                          string
}

func (q *question) dynamodb() {
	var input struct {
		tableInput
		TransactItems []map[string]tableInput
		RequestItems  map[string]struct{ Keys []map[string]attributeValue }
	}
	q.input(&input)
	for _, item := range input.TransactItems {
		for _, kind := range slices.Sorted(maps.Keys(item)) {
			action := map[string]string{"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem", "ConditionCheck": "ConditionCheckItem"}[kind]
			context := q.itemContext(item[kind])
			context["dynamodb:EnclosingOperation"] = []string{q.call.Operation}
			q.askFor("dynamodb:"+action, q.table(item[kind].TableName), context)
		}
	}
	for _, table := range slices.Sorted(maps.Keys(input.RequestItems)) {
		keys := iam.Context{}
		for _, key := range input.RequestItems[table].Keys {
			keys["dynamodb:LeadingKeys"] = append(keys["dynamodb:LeadingKeys"], key[q.facts.HashKey(tableName(table))].text())
		}
		q.ask(q.table(table), keys)
	}
	if input.TableName != "" {
		q.ask(q.table(input.TableName), q.itemContext(input.tableInput))
	}
}

// table is the ARN of a table that is given by name or ARN.
func (q *question) table(name string) string { return q.arn("dynamodb", "table/"+tableName(name)) }

func tableName(name string) string { return name[strings.LastIndex(name, "/")+1:] }

// itemContext are the keys of "Using IAM policy conditions for fine-grained
// access control". A scan has no leading keys.
func (q *question) itemContext(input tableInput) iam.Context {
	context := iam.Context{}
	hash := q.facts.HashKey(tableName(input.TableName))
	for _, item := range []map[string]attributeValue{input.Key, input.Item} {
		if value, found := item[hash]; found {
			context["dynamodb:LeadingKeys"] = []string{value.text()}
		}
	}
	if value, found := input.partition(hash); found {
		context["dynamodb:LeadingKeys"] = []string{value}
	}
	if names := input.attributes(); len(names) > 0 {
		context["dynamodb:Attributes"] = names
	}
	for key, value := range map[string]string{"dynamodb:ReturnValues": input.ReturnValues, "dynamodb:Select": input.Select} {
		if value != "" {
			context[key] = []string{value}
		}
	}
	return context
}

// equals is a comparison in a key condition.
var equals = regexp.MustCompile(`([#\w.-]+)\s*=\s*(:\w+)`)

// partition is the partition that a query reads.
func (i tableInput) partition(hash string) (value string, found bool) {
	for _, match := range equals.FindAllStringSubmatch(i.KeyConditionExpression, -1) {
		if i.named(match[1]) == hash {
			return i.ExpressionAttributeValues[match[2]].text(), true
		}
	}
	return "", false
}

// named is an attribute in an expression, by name or placeholder.
func (i tableInput) named(word string) string {
	if name, found := i.ExpressionAttributeNames[word]; found {
		return name
	}
	return word
}

// path is a document path, or a word, in an expression: what follows it tells a
// function's name.
var path = regexp.MustCompile(`(:?[#A-Za-z_][\w#-]*)((?:\.[\w#-]+|\[\d+\])*)(\s*\()?`)

// attributes are the top-level attributes that a call reads or writes, sorted.
func (i tableInput) attributes() []string {
	names := map[string]bool{}
	for _, item := range []map[string]attributeValue{i.Key, i.Item} {
		for name := range item {
			names[name] = true
		}
	}
	for _, expression := range []string{i.ConditionExpression, i.UpdateExpression, i.KeyConditionExpression, i.FilterExpression, i.ProjectionExpression} {
		for _, match := range path.FindAllStringSubmatch(expression, -1) {
			isFunction := match[3] != "" && !isKeyword(match[1])
			if strings.HasPrefix(match[1], ":") || isFunction || isKeyword(match[1]) {
				continue
			}
			names[i.named(match[1])] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func isKeyword(word string) bool {
	return slices.Contains([]string{"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"}, strings.ToUpper(word))
}
