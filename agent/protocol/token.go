package protocol

import (
	"encoding/json"
	"regexp"
)

// taskToken matches the member of a message with the task token. It matches nothing
// inside a JSON string, where quotes are escaped.
var taskToken = regexp.MustCompile(`"` + KeyTaskToken + `"\s*:\s*("(?:[^"\\]|\\.)+")`)

// FindTaskToken finds the task token in a body that ParseMessage refuses, so that the
// waiting step can fail. It returns "" if there is none or more than one.
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
