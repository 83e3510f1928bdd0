//go:build !aws

package main

import (
	"context"
	"errors"
)

// awsOperator is not there in a program that was built without the AWS SDK.
func awsOperator(context.Context) (operator, error) {
	return nil, errors.New("this runnerctl was built without the AWS SDK, so it cannot ask about deployed plans; releases and `make build` have it, or build with -tags aws")
}
