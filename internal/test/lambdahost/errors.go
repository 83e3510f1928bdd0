package lambdahost

import (
	"encoding/json"
	"errors"
	"fmt"
)

// FunctionError is an invocation's error as its caller gets it, with the
// X-Amz-Function-Error header: what the function returned, or what became of
// its process.
type FunctionError struct {
	// Type is the error's type: that of the function's Go error, or one of
	// Lambda's own such as Runtime.ExitError and Sandbox.Timedout.
	Type string
	// Message is the error's text.
	Message string
	// Payload is the whole document, JSON, with a stack trace after a panic.
	Payload []byte
}

// Error implements error.
func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// Document is the Payload: what Lambda's caller gets in place of a response.
func (e *FunctionError) Document() []byte { return e.Payload }

// errNotDelivered: the process ended before it took the event.
var errNotDelivered = errors.New("the process ended before the event reached it")

type errorDocument struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

// readFunctionError reads what a process posted. Lambda asks for no form.
func readFunctionError(payload []byte) *FunctionError {
	var document errorDocument
	if err := json.Unmarshal(payload, &document); err != nil {
		document = errorDocument{Type: "Unknown", Message: string(payload)}
	}
	return &FunctionError{Type: document.Type, Message: document.Message, Payload: payload}
}

// lambdaError is an error that Lambda itself answers with.
func lambdaError(kind, format string, arguments ...any) *FunctionError {
	document := errorDocument{Type: kind, Message: fmt.Sprintf(format, arguments...)}
	payload, err := json.Marshal(document)
	if err != nil { // two strings
		panic(err)
	}
	return &FunctionError{Type: document.Type, Message: document.Message, Payload: payload}
}
