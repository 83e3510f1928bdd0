package main

import (
	"errors"
	"fmt"

	custom "github.com/aws/aws-lambda-go/cfn"

	"github.com/attini-go/runner/internal/cfn"
)

// request is CloudFormation's request for a custom resource. A field that is not a text
// is empty, so that the request can still be answered.
type request struct {
	kind                                     custom.RequestType
	id, responseURL, resourceType, logicalID string
	physicalID, stackID                      string
	properties, old                          *cfn.Node
}

// readEvent reads an event. request is nil for an event of EventBridge.
func readEvent(payload []byte) (*request, error) {
	event, err := cfn.ReadJSON(payload)
	if err != nil || !event.IsMap() {
		return nil, errors.New("read an event: it is no JSON object")
	}
	if !event.Has("RequestType") {
		return nil, nil
	}
	text := func(key string) string {
		if value := event.Get(key); value.IsString() {
			return value.Text
		}
		return ""
	}
	return &request{
		kind: custom.RequestType(text("RequestType")), id: text("RequestId"), responseURL: text("ResponseURL"),
		resourceType: text("ResourceType"), logicalID: text("LogicalResourceId"), physicalID: text("PhysicalResourceId"), stackID: text("StackId"),
		properties: event.Get("ResourceProperties"), old: event.Get("OldResourceProperties"),
	}, nil
}

func (r *request) unknown() error {
	return fmt.Errorf("read a request of CloudFormation: cannot %s a %s; deploy the template with the macro again", r.kind, r.resourceType)
}
