package aws

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

// maxAttempts is how often a call is made that AWS throttles or does not answer. The
// pauses between grow, and take at most 15 seconds in all.
const maxAttempts = 5

// LoadConfig finds region and credentials as AWS's tools do: environment,
// shared files, the role of a function or host. An error says which of them is
// missing.
func LoadConfig(ctx context.Context) (aws.Config, error) { return LoadConfigOf(ctx, "") }

// LoadConfigOf is LoadConfig for a region; "" for the one that AWS's tools would take.
func LoadConfigOf(ctx context.Context, region string) (aws.Config, error) {
	loaded, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(region),
		config.WithRetryer(func() aws.Retryer { return newRetryer() }),
		// The SDK's log repeats the errors that it returns.
		config.WithLogger(logging.Nop{}),
	)
	if err == nil && loaded.Region == "" {
		err = errors.New("no region; set AWS_REGION, or region in your profile")
	}
	if err == nil {
		err = checkCredentials(ctx, loaded.Credentials)
	}
	if err != nil {
		return aws.Config{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return loaded, nil
}

// newRetryer returns the SDK's standard retryer.
func newRetryer(options ...func(*retry.StandardOptions)) aws.Retryer {
	return retry.NewStandard(append([]func(*retry.StandardOptions){
		func(o *retry.StandardOptions) { o.MaxAttempts = maxAttempts },
	}, options...)...)
}

// checkCredentials gets the credentials now, so that missing ones are reported once and
// not by each call.
func checkCredentials(ctx context.Context, provider aws.CredentialsProvider) error {
	_, err := provider.Retrieve(ctx)
	var operation *smithy.OperationError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	// The SDK looks last in the host's metadata service.
	case errors.As(err, &operation) && operation.Service() == "ec2imds":
		return &awsError{message: "no credentials; sign in (aws sso login, aws configure), set AWS_PROFILE, or set the variables of an access key", cause: err}
	case errors.As(err, &operation):
		return &awsError{message: notRenewed(operation), cause: err}
	}
	return fmt.Errorf("no credentials: %w", err)
}
