//go:build aws

package main

import (
	"context"

	"github.com/attini-go/runner/internal/approvals"
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

// defaultWaitingTable is the table of the installation.
const defaultWaitingTable = "AttiniWaitingStepsV1"

// awsApprovals are the steps that wait for people in the account of the user's own
// credentials.
func awsApprovals(ctx context.Context) (approvals.Store, approvals.Steps, error) {
	configuration, err := aws.LoadConfig(ctx)
	if err != nil {
		return nil, nil, err
	}
	return aws.NewWaitingSteps(configuration, defaultWaitingTable), aws.ApprovalSteps{Steps: aws.NewSteps(configuration)}, nil
}
