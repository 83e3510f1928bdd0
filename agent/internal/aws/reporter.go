package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/attini-go/runner/agent/worker"
)

// Reporter answers steps through Step Functions.
type Reporter struct {
	client           tokenClient
	missingHeartbeat missingPermission
}

var _ worker.Reporter = (*Reporter)(nil)

type tokenClient interface {
	SendTaskSuccess(ctx context.Context, input *sfn.SendTaskSuccessInput, options ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error)
	SendTaskFailure(ctx context.Context, input *sfn.SendTaskFailureInput, options ...func(*sfn.Options)) (*sfn.SendTaskFailureOutput, error)
	SendTaskHeartbeat(ctx context.Context, input *sfn.SendTaskHeartbeatInput, options ...func(*sfn.Options)) (*sfn.SendTaskHeartbeatOutput, error)
}

// NewReporter answers in the configuration's account and region.
func NewReporter(configuration aws.Config, logger *slog.Logger) *Reporter {
	return &Reporter{client: sfn.NewFromConfig(configuration), missingHeartbeat: missingPermission{logger: logger}}
}

// Succeed implements worker.Reporter.
func (r *Reporter) Succeed(ctx context.Context, token string, output json.RawMessage) error {
	_, err := r.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(string(output))})
	return tokenError("send a task's success", err)
}

// Fail implements worker.Reporter.
func (r *Reporter) Fail(ctx context.Context, token string, failure worker.Failure) error {
	_, err := r.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: &failure.Error, Cause: &failure.Cause})
	return tokenError("send a task's failure", err)
}

// Heartbeat implements worker.Reporter. Without the permission it does nothing, as the
// framework's agent, which never sends one.
func (r *Reporter) Heartbeat(ctx context.Context, token string) error {
	_, err := r.client.SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: &token})
	if isDenied(err) {
		r.missingHeartbeat.warnOnce("states:SendTaskHeartbeat", "no heartbeats: steps must not have HeartbeatSeconds, and the job of a stopped execution runs to its end")
		return nil
	}
	return tokenError("send a task's heartbeat", err)
}

// tokenError distinguishes a closed token, a refusal and other errors. The service's
// errors never contain the token.
func tokenError(what string, err error) error {
	var (
		closed  *types.TaskTimedOut
		unknown *types.TaskDoesNotExist
		invalid *types.InvalidToken
		output  *types.InvalidOutput
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &closed), errors.As(err, &unknown), errors.As(err, &invalid):
		return fmt.Errorf("%s: %w: %s", what, worker.ErrTokenClosed, code(err))
	case errors.As(err, &output):
		return fmt.Errorf("%s: %w: %w", what, worker.ErrRefused, err)
	}
	return permanentError(what, err)
}
