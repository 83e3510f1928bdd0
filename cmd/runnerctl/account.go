//go:build !offline

package main

import (
	"context"

	"github.com/attini-go/runner/awsport"
	"github.com/attini-go/runner/transform"
)

// awsAccount is the account of the user's own credentials, and its region.
func awsAccount(ctx context.Context) (account transform.Account, region string, err error) {
	configuration, err := awsport.LoadConfig(ctx)
	if err != nil {
		return nil, "", err
	}
	return awsport.NewAccount(configuration), configuration.Region, nil
}
