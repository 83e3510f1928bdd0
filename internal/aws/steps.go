package aws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
)

// Steps are the steps of Step Functions that wait with a task token.
type Steps struct{ client *sfn.Client }

var _ launch.Steps = (*Steps)(nil)

// NewSteps asks Step Functions.
func NewSteps(config aws.Config) *Steps {
	return &Steps{client: sfn.NewFromConfig(config)}
}

// Fail implements launch.Steps.
func (s *Steps) Fail(ctx context.Context, token string, failure message.Failure) error {
	_, err := s.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String(failure.Name), Cause: aws.String(failure.Cause)})
	return stepError(ctx, "states:SendTaskFailure", err)
}

// Succeed answers the step with its output, which is JSON. The error is
// launch.ErrTokenClosed for a step that has ended.
func (s *Steps) Succeed(ctx context.Context, token string, output []byte) error {
	_, err := s.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(string(output))})
	return stepError(ctx, "states:SendTaskSuccess", err)
}

// Heartbeat implements launch.Steps.
func (s *Steps) Heartbeat(ctx context.Context, token string) error {
	_, err := s.client.SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: &token})
	return stepError(ctx, "states:SendTaskHeartbeat", err)
}

func stepError(ctx context.Context, action string, err error) error {
	var timedOut *types.TaskTimedOut
	var unknown *types.TaskDoesNotExist
	var invalid *types.InvalidToken
	switch {
	case err == nil:
		return nil
	case errors.As(err, &timedOut), errors.As(err, &unknown), errors.As(err, &invalid):
		return launch.ErrTokenClosed
	}
	return wrapError(ctx, action, err)
}
