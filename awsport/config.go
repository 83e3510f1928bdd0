package awsport

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
)

// maxAttempts is how often a call is made that AWS throttles or fails, with
// growing pauses between.
const maxAttempts = 5

// LoadConfig finds region and credentials as AWS's tools do: environment,
// shared files, the role of a function. An error says which of them is missing.
func LoadConfig(ctx context.Context) (aws.Config, error) {
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRetryer(func() aws.Retryer {
		return retry.AddWithMaxAttempts(retry.NewStandard(), maxAttempts)
	}))
	switch {
	case err != nil:
		return aws.Config{}, fmt.Errorf("load the AWS configuration: %w", err)
	case loaded.Region == "":
		return aws.Config{}, errors.New("load the AWS configuration: no region; set AWS_REGION, or region in the profile")
	}
	if _, err := loaded.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, fmt.Errorf("load the AWS configuration: no credentials: %w", err)
	}
	return loaded, nil
}
