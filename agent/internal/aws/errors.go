package aws

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/aws/smithy-go"

	"github.com/attini-go/runner/agent/worker"
)

// code is the error code that a service answered with; "" when it did not
// answer.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// isDenied reports whether a permission is missing. SQS has its own name for
// that in the older protocol.
func isDenied(err error) bool {
	switch code(err) {
	case "AccessDenied", "AccessDeniedException", "AWS.SimpleQueueService.AccessDenied", "UnauthorizedOperation":
		return true
	}
	return false
}

// permanentError marks errors that trying again does not mend: the service understood
// and refused.
func permanentError(what string, err error) error {
	var fault smithy.APIError
	if isDenied(err) || errors.As(err, &fault) && fault.ErrorCode() == "ValidationException" {
		return fmt.Errorf("%s: %w: %w", what, worker.ErrRefused, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// missingPermission is something that an older installation does not have; it is told once.
type missingPermission struct {
	logger *slog.Logger
	once   sync.Once
}

// warnOnce says what is missing and what is done instead.
func (l *missingPermission) warnOnce(missing, instead string) {
	l.once.Do(func() { l.logger.Warn("a permission is missing", "permission", missing, "instead", instead) })
}
