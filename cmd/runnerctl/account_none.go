//go:build !aws

package main

import (
	"context"
	"errors"

	"github.com/attini-go/runner/internal/approvals"
	"github.com/attini-go/runner/transform"
)

// awsAccount is not there in a program that was built without the AWS SDK, which takes
// minutes to compile and is not needed to run a plan.
func awsAccount(context.Context) (account transform.Account, region string, err error) {
	return nil, "", errNoSDK
}

var errNoSDK = errors.New("this runnerctl was built without the AWS SDK; releases and `make build` have it, or build with -tags aws")

func awsApprovals(context.Context) (approvals.Store, approvals.Steps, error) {
	return nil, nil, errNoSDK
}
