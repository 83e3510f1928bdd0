package launch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

const startedByPrefix = "attini-runner"

// startedBy says on which EC2 host a task was started, so that an event about
// the task knows it.
func startedBy(host string) string {
	if host == "" {
		return startedByPrefix
	}
	return startedByPrefix + "/" + host
}

// hostOf is the EC2 host of a task by its startedBy; "" on Fargate.
func hostOf(startedBy string) string {
	host, found := strings.CutPrefix(startedBy, startedByPrefix+"/")
	if !found {
		return ""
	}
	return host
}

// token is the idempotency token of one request of an attempt: 64 characters.
func token(attempt string, parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", attempt, parts))
	return hex.EncodeToString(sum[:])
}
