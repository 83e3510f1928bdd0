package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/attini-go/runner/internal/launch"
)

// wrapError says why a call of a function failed, without AWS's own words, which name the
// caller.
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

// refusalOf returns a *launch.Refusal with AWS's words, which say what people have to
// change. An error on AWS's side, or a missing answer, is not a refusal.
func refusalOf(ctx context.Context, action string, err error) error {
	var api smithy.APIError
	if !errors.As(err, &api) || ctx.Err() != nil {
		return wrapError(ctx, action, err)
	}
	// EC2 reports missing capacity as a server error.
	ownFault := api.ErrorFault() == smithy.FaultServer || isServerError(err)
	if ownFault && !strings.HasPrefix(api.ErrorCode(), "Insufficient") {
		return wrapError(ctx, action, err)
	}
	// EC2 adds an encoded message of thousands of characters.
	message, _, _ := strings.Cut(api.ErrorMessage(), " Encoded authorization failure message:")
	return &launch.Refusal{Code: api.ErrorCode(), Message: message}
}

// code is the code of AWS's error; "" for another error.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}
