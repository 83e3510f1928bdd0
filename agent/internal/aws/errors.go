package aws

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/aws/smithy-go"

	"github.com/attini-go/runner/agent/worker"
)

// code returns a service's error code; "" if the service did not answer.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// isDenied reports whether a permission is missing. SQS's query protocol has an error
// code of its own for that.
func isDenied(err error) bool {
	switch code(err) {
	case "AccessDenied", "AccessDeniedException", "AWS.SimpleQueueService.AccessDenied", "UnauthorizedOperation":
		return true
	}
	return false
}

// permanentError wraps an error, with worker.ErrRefused if trying again would not help.
func permanentError(what string, err error) error {
	var fault smithy.APIError
	if isDenied(err) || errors.As(err, &fault) && fault.ErrorCode() == "ValidationException" {
		return fmt.Errorf("%s: %w: %w", what, worker.ErrRefused, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// missingPermission logs once that a role lacks a permission, as in an older
// installation.
type missingPermission struct {
	logger *slog.Logger
	once   sync.Once
}

func (l *missingPermission) warnOnce(missing, instead string) {
	l.once.Do(func() { l.logger.Warn("a permission is missing", "permission", missing, "instead", instead) })
}
