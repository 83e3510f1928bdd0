package launch

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/launch/configuration"
)

const startedByPrefix = "attini-runner"

// startedBy returns a task's startedBy, which names its EC2 host: events about the
// task have it.
func startedBy(host string) string {
	if host == "" {
		return startedByPrefix
	}
	return startedByPrefix + "/" + host
}

// hostOf returns the EC2 host that a startedBy names; "" on Fargate.
func hostOf(startedBy string) string {
	host, found := strings.CutPrefix(startedBy, startedByPrefix+"/")
	if !found {
		return ""
	}
	return host
}

// runnerOf returns the runner that a task belongs to. ok is false for another
// program's task.
func runnerOf(task TaskStatus) (runner string, ok bool) {
	return configuration.RunnerOfGroup(task.Group)
}

// token returns the idempotency token of one request of an attempt: 64 characters.
func token(attempt string, parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", attempt, parts))
	return hex.EncodeToString(sum[:])
}
