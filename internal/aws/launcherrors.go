package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/attini-go/runner/internal/launch"
)

// wrapError says why a call of the launcher's has no answer, without AWS's own
// words, which name who asked.
func wrapError(ctx context.Context, action string, err error) error {
	var api smithy.APIError
	_, renewing := renewal(err)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("call %s: %w", action, context.Cause(ctx))
	case !renewing && errors.As(err, &api) && isDenied(api.ErrorCode()):
		return &awsError{message: fmt.Sprintf("not allowed to call %s; grant it to the function's role", action), cause: err}
	}
	return &awsError{message: reason(action, err), cause: err}
}

// refusalOf is a call's refusal in AWS's words, which say what people have to
// change; an error of AWS's own side, or none at all, is no refusal.
func refusalOf(ctx context.Context, action string, err error) error {
	var api smithy.APIError
	if !errors.As(err, &api) || ctx.Err() != nil {
		return wrapError(ctx, action, err)
	}
	// EC2 calls it a server's error that it has no instance of a kind.
	ownFault := api.ErrorFault() == smithy.FaultServer || isServerError(err)
	if ownFault && !strings.HasPrefix(api.ErrorCode(), "Insufficient") {
		return wrapError(ctx, action, err)
	}
	// EC2 adds a secret message, thousands of characters long.
	message, _, _ := strings.Cut(api.ErrorMessage(), " Encoded authorization failure message:")
	return &launch.Refusal{Code: api.ErrorCode(), Message: message}
}

// code is the name of AWS's error; "" when it is none.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}
