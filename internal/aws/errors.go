package aws

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// awsError is the error of a call, in a user's words: AWS's own words name the caller and
// accounts. It wraps the SDK's error, for errors.As.
type awsError struct {
	message string
	cause   error
}

func (e *awsError) Error() string { return e.message }

func (e *awsError) Unwrap() error { return e.cause }

// explain says why a call failed, and which permission is missing if that is the reason.
// asked is what was attempted, action is IAM's name of the call.
func explain(ctx context.Context, asked, action string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", asked, context.Cause(ctx))
	}
	return &awsError{message: asked + ": " + reason(action, err), cause: err}
}

func reason(action string, err error) string {
	var api smithy.APIError
	inner, renewing := renewal(err)
	switch {
	case renewing:
		return notRenewed(inner)
	case !errors.As(err, &api):
		return fmt.Sprintf("no answer to %s%s: %s", action, attempts(err), transportReason(err))
	case isDenied(api.ErrorCode()):
		return fmt.Sprintf("not allowed to call %s; grant it to the macro's role, or to your own credentials when you run runnerctl", action)
	case isUnknown(api.ErrorCode()):
		return fmt.Sprintf("AWS does not take the credentials for %s: %s; renew them", action, api.ErrorCode())
	case isThrottled(api.ErrorCode()):
		return fmt.Sprintf("AWS throttled %s%s; try again", action, attempts(err))
	case api.ErrorFault() == smithy.FaultServer || isServerError(err):
		return fmt.Sprintf("AWS failed to answer %s%s: %s; try again", action, attempts(err), api.ErrorCode())
	}
	return fmt.Sprintf("AWS refused %s: %s", action, api.ErrorCode())
}

// renewal returns the call by which the SDK tried to renew the credentials for the call
// that failed. Its refusal does not concern the outer call's permission.
func renewal(err error) (*smithy.OperationError, bool) {
	var outer, inner *smithy.OperationError
	if errors.As(err, &outer) && errors.As(outer.Err, &inner) {
		return inner, true
	}
	return nil, false
}

// notRenewed says why the credentials were not renewed.
func notRenewed(operation *smithy.OperationError) string {
	call := operation.Service() + " " + operation.Operation()
	var api smithy.APIError
	if errors.As(operation.Err, &api) {
		return fmt.Sprintf("the credentials cannot be renewed: %s: %s; sign in again", call, api.ErrorCode())
	}
	return fmt.Sprintf("the credentials cannot be renewed: no answer to %s%s: %s; sign in again", call, attempts(operation.Err), transportReason(operation.Err))
}

// attempts says how many attempts the SDK made, if there were several.
func attempts(err error) string {
	var exceeded *retry.MaxAttemptsError
	if errors.As(err, &exceeded) && exceeded.Attempt > 1 {
		return fmt.Sprintf(" (%d attempts)", exceeded.Attempt)
	}
	return ""
}

// transportReason says why a request has no answer, without the SDK's layers around the
// error, and without the URL, which may contain an account's id.
func transportReason(err error) string {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err.Error()
	}
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		return operation.Err.Error()
	}
	return err.Error()
}

func isServerError(err error) bool {
	var response *smithyhttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode() >= 500
}

// isDenied reports whether AWS knows the caller, and does not allow the call.
func isDenied(code string) bool {
	switch code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
		return true
	}
	return false
}

// isUnknown reports whether AWS does not accept the credentials.
func isUnknown(code string) bool {
	switch code {
	case "AuthFailure", "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException",
		"ExpiredToken", "ExpiredTokenException", "RequestExpired", "SignatureDoesNotMatch", "MissingAuthenticationToken":
		return true
	}
	return false
}

func isThrottled(code string) bool {
	_, throttled := retry.DefaultThrottleErrorCodes[code]
	return throttled
}
