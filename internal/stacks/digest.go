package stacks

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
)

// digestOf is of everything that a step gives CloudFormation.
func (w *wanted) digestOf() string {
	operation := w.operation
	operation.Token = ""
	operation.Parameters = maps.Clone(operation.Parameters)
	delete(operation.Parameters, RandomParameter)
	for name, setting := range w.stack.Settings {
		if setting.Fallback {
			delete(operation.Parameters, name) // it depends on what the stack is now
		}
	}
	text, err := json.Marshal(struct {
		Operation  Operation
		Key, Role  string
		Delete     bool
		OutputPath string
	}{operation, w.key, w.stack.ExecutionRole, w.stack.Delete, w.stack.OutputPath})
	if err != nil {
		panic(err) // texts
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// newToken names an operation to CloudFormation: [a-zA-Z][-a-zA-Z0-9]*.
func newToken() string { return "attini-" + rand.Text() }
