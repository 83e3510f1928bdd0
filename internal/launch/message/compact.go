package message

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// A definition repeats what its steps have in common, so the macro writes it short
// (docs/wire.md, "Launcher request"). Messages have the long form, which agents know;
// so have the requests of plans that were deployed before.

// metadataKeys are the keys of the execution's metadata in the order of the short form.
func metadataKeys() []string {
	return []string{protocol.KeyExecutionARN, protocol.KeyExecutionStartTime, protocol.KeyTaskToken, protocol.KeyRetryCount, protocol.KeyStepName}
}

// longMetadata returns the metadata as an object: a list has the values of metadataKeys.
func longMetadata(raw json.RawMessage) json.RawMessage {
	var values []json.RawMessage
	if json.Unmarshal(raw, &values) != nil || len(values) != len(metadataKeys()) {
		return raw
	}
	object := []byte{'{'}
	for i, key := range metadataKeys() {
		if i > 0 {
			object = append(object, ',')
		}
		object = append(append(append(object, quoteKey(key)...), ':'), values[i]...)
	}
	return append(object, '}')
}

// UnmarshalJSON reads both forms: an object, or the text
// "stack/runner/configuration id/error names", of which the last part may be absent.
// Neither names nor ids have a slash.
func (f *runnerReference) UnmarshalJSON(text []byte) error {
	var short string
	if kindOf(text) != "a text" {
		type object runnerReference // without this method
		if err := json.Unmarshal(text, (*object)(f)); err != nil {
			return err
		}
	} else if err := json.Unmarshal(text, &short); err != nil {
		return err
	} else {
		parts := append(strings.SplitN(short, "/", 4), "", "", "")
		f.StackName, f.Runner, f.ConfigurationID, f.ErrorNames = parts[0], parts[1], parts[2], parts[3]
	}
	f.ConfigurationID, f.capability = configuration.SplitCapability(f.ConfigurationID)
	return nil
}

// longConfig returns the runner's reference as an object, without its capability.
func longConfig(raw json.RawMessage, f runnerReference) json.RawMessage {
	if kindOf(raw) != "a text" && f.capability == "" {
		return raw
	}
	object, err := json.Marshal(f)
	if err != nil { // texts
		return raw
	}
	return object
}

// withRunner returns the properties with the name of the runner, which the short form
// has only in the reference.
func withRunner(properties json.RawMessage, runner string) json.RawMessage {
	if _, given := objectFields(properties)[protocol.KeyRunner]; given || kindOf(properties) != "an object" {
		return properties
	}
	name, err := json.Marshal(runner)
	if err != nil { // a text
		return properties
	}
	rest := bytes.TrimSpace(bytes.TrimSpace(properties)[1:])
	object := append(append(append([]byte{'{'}, quoteKey(protocol.KeyRunner)...), ':'), name...)
	if len(rest) > 0 && rest[0] != '}' {
		object = append(object, ',')
	}
	return append(object, rest...)
}
