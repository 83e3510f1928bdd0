// Package message turns the request of a plan's step into the message that an
// agent runs as a job. It refuses what no agent could run, with the error that
// the step gets. The launcher and a local run use it, so that both accept and
// refuse the same.
package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// MaxMessage is the greatest size of an SQS message in bytes (SQS quotas,
// "Message size").
const MaxSize = 1_048_576

// Message returns the queue message of a request (docs/wire.md, "Message"): the
// step's whole input, its properties and metadata, and the configuration hash.
// Values keep their text, numbers their digits. The error is a *Failure.
func (r Request) Message() ([]byte, error) {
	body := []byte{'{'}
	add := func(literal []byte, value json.RawMessage) {
		if len(body) > 1 {
			body = append(body, ',')
		}
		body = append(append(append(body, literal...), ':'), value...)
	}
	add(quoteKey(protocol.KeyProperties), r.properties)
	add(quoteKey(protocol.KeyRunnerConfig), r.config)
	add(quoteKey(protocol.KeyMetadata), r.messageMetadata())
	for _, m := range r.input {
		switch m.name {
		case protocol.KeyProperties, protocol.KeyRunnerConfig, protocol.KeyMetadata, protocol.KeyActionType, protocol.KeyConfigurationHash:
			continue // the step's own count
		}
		add(m.literal, m.value)
	}
	add(quoteKey(protocol.KeyConfigurationHash), strconv.AppendInt(nil, int64(configuration.Hash(r.Configuration)), 10))
	body = escapeForSQS(append(body, '}'))
	if len(body) > MaxSize {
		return nil, r.TooLarge(len(body))
	}
	return body, nil
}

// TooLarge names the message's size, SQS's limit and the one of a state, to
// which people can hold what they put into a payload.
func (r Request) TooLarge(size int) *Failure {
	return ConfigurationFailure("step %q: its job has %d bytes as a message; a queue takes at most %d, and less where its MaximumMessageSize is lower (a state's input has at most %d); keep large data in the artifact store",
		r.Step, size, MaxSize, protocol.MaxPayload)
}

// escapeForSQS escapes the two characters that JSON takes and SQS does not (those
// that XML 1.0 has not): in JSON they stand inside texts only.
func escapeForSQS(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte("\uFFFE"), []byte(`\ufffe`))
	return bytes.ReplaceAll(body, []byte("\uFFFF"), []byte(`\uffff`))
}

// quoteKey is a key of ours as JSON; none needs escapes.
func quoteKey(key string) []byte { return []byte(`"` + key + `"`) }

// member is a member of a JSON object, with its name as it is written too.
type member struct {
	name    string
	literal []byte
	value   json.RawMessage
}

// splitMembers splits an object into its members, in their order. Of two equal
// names the last value counts, in the place of the first.
func splitMembers(object json.RawMessage) ([]member, error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(object), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if begin, err := decoder.ReadToken(); err != nil || begin.Kind() != '{' {
		return nil, errors.New("it is no JSON object")
	}
	var members []member
	index := map[string]int{}
	for decoder.PeekKind() == '"' {
		literal, err := decoder.ReadValue()
		if err != nil {
			return nil, errors.New("a name cannot be read")
		}
		m := member{literal: bytes.Clone(literal)}
		if err := json.Unmarshal(literal, &m.name); err != nil {
			return nil, errors.New("a name cannot be read")
		}
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, errors.New("a value cannot be read")
		}
		m.value = json.RawMessage(bytes.Clone(value))
		if at, twice := index[m.name]; twice {
			members[at].value = m.value
			continue
		}
		index[m.name] = len(members)
		members = append(members, m)
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, errors.New("its end cannot be read")
	}
	return members, nil
}

func memberValue(members []member, name string) json.RawMessage {
	for _, m := range members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}
