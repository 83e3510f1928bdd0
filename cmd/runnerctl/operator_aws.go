//go:build aws

package main

import (
	"context"

	"github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/inspect"
)

// awsOperator reads the account of the user's own credentials.
func awsOperator(ctx context.Context) (operator, error) {
	configuration, err := aws.LoadConfig(ctx)
	if err != nil {
		return nil, err
	}
	return inspect.New(configuration), nil
}
