// Package message turns the request of a plan's step into the message that an
// agent runs as a job. It refuses what no agent could run, with the error that
// the step gets. The launcher and a local run use it, so that both accept and
// refuse the same.
package message

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/quota"
)

// MaxMessage is the greatest size of an SQS message in bytes (SQS quotas,
// "Message size").
const MaxSize = quota.Message

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
		switch m.Key {
		case protocol.KeyProperties, protocol.KeyRunnerConfig, protocol.KeyMetadata, protocol.KeyActionType, protocol.KeyConfigurationHash:
			continue // the step's own count
		}
		add(m.Literal, m.Value)
	}
	add(quoteKey(protocol.KeyConfigurationHash), strconv.AppendInt(nil, int64(configuration.Hash(r.Configuration)), 10))
	body = escapeForSQS(append(body, '}'))
	if len(body) > MaxSize {
		return nil, r.TooLarge(len(body))
	}
	return body, nil
}

// TooLarge is the failure of a message of a size that SQS or the queue does not allow.
func (r Request) TooLarge(size int) *Failure {
	return ConfigurationFailure("step %q: its job has %d bytes as a message; a queue takes at most %d, and less where its MaximumMessageSize is lower (a state's input has at most %d); keep large data in the artifact store",
		r.Step, size, MaxSize, protocol.MaxPayload)
}

// escapeForSQS escapes the two characters that JSON allows and SQS does not, since XML
// 1.0 does not have them. In JSON they occur only inside strings.
func escapeForSQS(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte("\uFFFE"), []byte(`\ufffe`))
	return bytes.ReplaceAll(body, []byte("\uFFFF"), []byte(`\uffff`))
}

// quoteKey is a key of ours as JSON; none needs escapes.
func quoteKey(key string) []byte { return []byte(`"` + key + `"`) }
