package awsport

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// explain says in a user's words why a question has no answer, and which
// permission is missing where that is the reason. asked is what was attempted,
// action the call of it, as IAM names it.
func explain(asked, action string, err error) error {
	var api smithy.APIError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", asked, err)
	case !errors.As(err, &api):
		return fmt.Errorf("%s: no answer to %s: %w", asked, action, err)
	case isDenied(api.ErrorCode()):
		return fmt.Errorf("%s: not allowed to call %s; grant it to the macro's role, or to your own credentials when you run runnerctl (%s)", asked, action, api.ErrorCode())
	case isUnknown(api.ErrorCode()):
		return fmt.Errorf("%s: AWS does not take the credentials; renew them (%s)", asked, api.ErrorCode())
	case isThrottled(api.ErrorCode()):
		return fmt.Errorf("%s: AWS throttles %s; try again in a minute (%s)", asked, action, api.ErrorCode())
	}
	return fmt.Errorf("%s: %s: %s: %s", asked, action, api.ErrorCode(), api.ErrorMessage())
}

func isDenied(code string) bool {
	switch code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
		return true
	}
	return false
}

// isUnknown reports whether AWS knows nobody with these credentials.
func isUnknown(code string) bool {
	switch code {
	case "AuthFailure", "UnrecognizedClientException", "InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException",
		"RequestExpired", "SignatureDoesNotMatch":
		return true
	}
	return false
}

func isThrottled(code string) bool {
	_, throttled := retry.DefaultThrottleErrorCodes[code]
	return throttled
}
