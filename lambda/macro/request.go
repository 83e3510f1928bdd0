package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/attini-go/runner/cfn"
)

// request is what CloudFormation sends a macro; the parts that are used.
type request struct {
	RequestID  string                     `json:"requestId"`
	Region     string                     `json:"region"`
	AccountID  string                     `json:"accountId"`
	Fragment   json.RawMessage            `json:"fragment"`
	Parameters map[string]json.RawMessage `json:"templateParameterValues"`
}

// values are what the request tells of the stack. A parameter of a list type
// may come as a list, or as its text.
func (r request) values() cfn.Values {
	values := cfn.Values{Parameters: map[string]string{}, Pseudo: map[string]string{}}
	for name, value := range r.Parameters {
		if text, ok := parameterText(value); ok {
			values.Parameters[name] = text
		}
	}
	if r.AccountID != "" {
		values.Pseudo["AWS::AccountId"] = r.AccountID
	}
	if r.Region != "" {
		values.Pseudo["AWS::Region"] = r.Region
	}
	return values
}

func parameterText(value json.RawMessage) (string, bool) {
	node, err := cfn.ReadJSON(value)
	switch {
	case err != nil:
		return "", false
	case node.IsScalar():
		return node.Text, true
	case !node.IsList():
		return "", false
	}
	items := make([]string, len(node.Items))
	for i, item := range node.Items {
		items[i] = item.Text
	}
	return strings.Join(items, ","), true
}

// response is what CloudFormation takes: the whole fragment, or why not.
type response struct {
	RequestID    string    `json:"requestId"`
	Status       string    `json:"status"`
	Fragment     *cfn.Node `json:"fragment,omitempty"`
	ErrorMessage string    `json:"errorMessage,omitempty"`
}

const (
	statusSuccess = "success"
	statusFailure = "failure"
)

func failure(r request, message string) response {
	return response{RequestID: r.RequestID, Status: statusFailure, ErrorMessage: message}
}

// internalError is all that a user is told of a fault of ours.
func internalError(r request) response {
	return failure(r, fmt.Sprintf("internal error of the macro; its log has the details under request id %s", r.RequestID))
}
