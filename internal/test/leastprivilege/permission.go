package leastprivilege

import (
	"encoding/json"
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/iam"
)

// permission adds an AWS::Lambda::Permission to its function's policy, as Lambda
// writes it there.
func (r *resolver) permission(all *Installation, id string, properties *cfn.Node) error {
	value, err := r.value(properties)
	if err != nil {
		return err
	}
	function, err := r.value(cfn.GetAtt(properties.At("FunctionName", "Ref").Text, "Arn"))
	if err != nil {
		return err
	}
	condition := map[string]map[string]string{}
	add := func(operator, key string, n *cfn.Node) {
		if n == nil {
			return
		}
		if condition[operator] == nil {
			condition[operator] = map[string]string{}
		}
		condition[operator][key] = n.Text
	}
	add("StringEquals", "AWS:SourceAccount", value.Get("SourceAccount"))
	add("ArnLike", "AWS:SourceArn", value.Get("SourceArn"))
	add("Bool", "lambda:InvokedViaFunctionUrl", value.Get("InvokedViaFunctionUrl"))
	var principal any = map[string]string{"Service": value.Get("Principal").Text}
	if value.Get("Principal").Text == "*" {
		principal = "*"
	}
	statement, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
		"Sid": id, "Effect": iam.Allow, "Principal": principal, "Action": value.Get("Action").Text, "Resource": function.Text, "Condition": condition,
	}})
	if err != nil {
		return err
	}
	document, err := iam.Parse(statement)
	if err != nil {
		return fmt.Errorf("read the permission %s: %w", id, err)
	}
	known := all.Resources[function.Text]
	if known == nil {
		all.Resources[function.Text] = &Policy{Name: properties.At("FunctionName", "Ref").Text + " permissions", Document: document}
		return nil
	}
	known.Document.Statements = append(known.Document.Statements, document.Statements...)
	return nil
}
