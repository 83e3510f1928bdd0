// Package imports reads values of a document for the steps of plans.
package imports

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/launch/message"
)

// ErrorImport is the error of a step that cannot import.
const ErrorImport = "ImportError"

func failure(format string, values ...any) *message.Failure {
	return &message.Failure{Name: ErrorImport, Cause: protocol.Shorten(fmt.Sprintf(format, values...), protocol.MaxCause)}
}

// Request is a step's request for values.
type Request struct {
	// Token is the step's task token; it is never logged.
	Token       string
	Bucket, Key string
	// Role is the role that reads the document; "" for the reader's own.
	Role string
	// Mapping are JSONPaths into the document, by the keys of the output.
	Mapping map[string]string
}

// ReadRequest reads a step's request. A *message.Failure says what is wrong with its
// properties; the request then has its token.
func ReadRequest(event []byte) (Request, error) {
	var parts struct{ Properties json.RawMessage }
	step, waits := message.StepOf(event)
	if json.Unmarshal(event, &parts) != nil || !waits {
		return Request{}, errors.New("read the request of a step that imports: it has no task token; deploy the plan again")
	}
	r := Request{Token: step.Token}
	var p struct {
		SourceType       string
		Source           struct{ Bucket, Key string }
		Mapping          map[string]string
		ExecutionRoleArn string
	}
	if json.Unmarshal(parts.Properties, &p) != nil {
		return r, failure("SourceType, ExecutionRoleArn, Bucket, Key and the paths of Mapping must be texts")
	}
	switch {
	case !strings.EqualFold(p.SourceType, "S3"):
		return r, failure("SourceType %q is not supported (supported: S3)", p.SourceType)
	case p.Source.Bucket == "" || p.Source.Key == "":
		return r, failure("Source needs a Bucket and a Key")
	}
	r.Bucket, r.Key, r.Role, r.Mapping = p.Source.Bucket, p.Source.Key, p.ExecutionRoleArn, p.Mapping
	return r, nil
}

// Values are those that a mapping finds in a document, in YAML or JSON. The error is a
// *message.Failure.
func Values(ctx context.Context, document []byte, mapping map[string]string) (json.RawMessage, error) {
	parameters := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(mapping)) {
		path := mapping[key]
		if !strings.HasPrefix(path, "$") || strings.HasPrefix(path, "$$") {
			return nil, failure("Mapping.%s: %q is not a JSONPath; it begins with $.", key, path)
		}
		parameters[key+".$"] = path
	}
	input, err := read(document)
	if err != nil {
		return nil, err
	}
	// The paths are those of the States Language, so a state finds them.
	definition, err := json.Marshal(map[string]any{"StartAt": "Map", "States": map[string]any{"Map": map[string]any{"Type": "Pass", "Parameters": parameters, "End": true}}})
	if err != nil {
		return nil, fmt.Errorf("write a mapping: %w", err)
	}
	machine, err := asl.Parse(definition)
	if err != nil {
		return nil, failure("Mapping: %s", err)
	}
	output, err := machine.Run(ctx, asl.Execution{Input: input}, asl.Options{})
	var found *asl.Error
	switch {
	case errors.As(err, &found):
		return nil, failure("Mapping: %s", found.Cause)
	case err != nil:
		return nil, err
	case len(output) > protocol.MaxPayload:
		return nil, failure("the imported values have %d bytes, and a step's output can have %d", len(output), protocol.MaxPayload)
	}
	return output, nil
}

// read is a document as JSON.
func read(document []byte) (json.RawMessage, error) {
	if trimmed := bytes.TrimSpace(document); json.Valid(trimmed) && len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		return trimmed, nil
	}
	node, problems := cfn.ReadData(document)
	if node == nil {
		return nil, failure("the document is neither YAML nor JSON: %s", problems.Err())
	}
	text, err := node.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	return text, nil
}

// Objects reads documents.
type Objects interface {
	// Object returns an object, read with a role; "" for the reader's own. The error is a
	// *message.Failure for what cannot be read.
	Object(ctx context.Context, bucket, key, role string) ([]byte, error)
}

// Steps are the steps that wait with a task token. A step that has ended is no error.
type Steps interface {
	Succeed(ctx context.Context, token string, output []byte) error
	Fail(ctx context.Context, token string, failure message.Failure) error
}

// Import answers a step with the values that it asks for. An error means that the step could
// not be answered.
func Import(ctx context.Context, objects Objects, steps Steps, event []byte) error {
	request, err := ReadRequest(event)
	if request.Token == "" {
		return err
	}
	var output json.RawMessage
	if err == nil {
		var document []byte
		if document, err = objects.Object(ctx, request.Bucket, request.Key, request.Role); err == nil {
			output, err = Values(ctx, document, request.Mapping)
		}
	}
	if err == nil {
		return steps.Succeed(ctx, request.Token, output)
	}
	var known *message.Failure
	if !errors.As(err, &known) {
		known = failure("read s3://%s/%s: %s", request.Bucket, request.Key, err)
	}
	return steps.Fail(ctx, request.Token, *known)
}
