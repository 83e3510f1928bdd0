//go:build !aws

package main

import (
	"context"

	"github.com/attini-go/runner/internal/report"
)

// executionReport is not there in a program that was built without the AWS SDK.
func executionReport(context.Context, string) (report.Source, error) {
	return report.Source{}, usageError{errNoSDK}
}
