package protocol

import (
	"encoding/json"
	"regexp"
)

// taskToken finds the member of a message that holds the task token. Inside a
// JSON text its quotes are escaped, so that it matches no such text.
var taskToken = regexp.MustCompile(`"` + KeyTaskToken + `"\s*:\s*("(?:[^"\\]|\\.)+")`)

// FindTaskToken finds the task token in a body that ParseMessage refuses, so
// that the step which waits can be told. It is empty when there is none, or
// more than one to choose from.
func FindTaskToken(body []byte) string {
	found := taskToken.FindAllSubmatch(body, 2)
	if len(found) != 1 {
		return ""
	}
	var token string
	if json.Unmarshal(found[0][1], &token) != nil {
		return ""
	}
	return token
}
