package iam

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// managed has the policies of AWS that template.yaml attaches, as published
// ("AWS managed policies" reference), by path and name.
//
//go:embed managed.json
var managed []byte

// Managed is AWS's policy of an ARN such as
// arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy.
func Managed(arn string) (Document, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(managed, &all); err != nil {
		return Document{}, fmt.Errorf("read AWS's managed policies: %w", err)
	}
	_, name, _ := strings.Cut(arn, ":iam::aws:policy/")
	text, known := all[name]
	if !known {
		return Document{}, fmt.Errorf("the managed policy %s is not in managed.json; add it as AWS publishes it", arn)
	}
	return Parse(text)
}
