package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// request is what CloudFormation sends a macro; the parts that are used.
type request struct {
	id       string
	fragment *cfn.Node
	values   cfn.Values
}

// readRequest reads a macro call. The request has its id where one could be
// read, also with an error.
func readRequest(payload []byte) (request, error) {
	event, err := cfn.ReadJSON(payload)
	if err != nil {
		return request{}, fmt.Errorf("read the macro's event: %w", err)
	}
	r := request{fragment: event.Get("fragment")}
	if id := event.Get("requestId"); id.IsString() {
		r.id = id.Text
	}
	if !r.fragment.IsMap() {
		return r, errors.New("read the macro's event: its fragment is no template")
	}
	r.values = cfn.Values{Parameters: map[string]string{}, Pseudo: map[string]string{}}
	for _, parameter := range event.Get("templateParameterValues").Entries() {
		if text, ok := parameterText(parameter.Value); ok {
			r.values.Parameters[parameter.Key] = text
		}
	}
	for name, key := range map[string]string{"AWS::AccountId": "accountId", "AWS::Region": "region"} {
		if value := event.Get(key); value.IsString() && value.Text != "" {
			r.values.Pseudo[name] = value.Text
		}
	}
	return r, nil
}

// parameterText is a parameter's value as text. One of a list type may come as
// a list, or as its text.
func parameterText(value *cfn.Node) (string, bool) {
	switch {
	case value.IsScalar():
		return value.Text, true
	case !value.IsList():
		return "", false
	}
	items := make([]string, len(value.Items))
	for i, item := range value.Items {
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

func failure(id, message string) response {
	return response{RequestID: id, Status: statusFailure, ErrorMessage: message}
}
