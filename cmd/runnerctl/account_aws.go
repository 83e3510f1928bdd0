//go:build aws

package main

import (
	"context"

	"github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/transform"
)

// awsAccount is the account of the user's own credentials, and its region.
func awsAccount(ctx context.Context) (account transform.Account, region string, err error) {
	configuration, err := aws.LoadConfig(ctx)
	if err != nil {
		return nil, "", err
	}
	return aws.NewAccount(configuration), configuration.Region, nil
}
