//go:build aws

package main

import (
	"context"

	"github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/report"
)

// executionReport is the page of an execution on AWS, in the region that its ARN names.
func executionReport(ctx context.Context, executionARN string) (report.Source, error) {
	region, err := regionOf(executionARN)
	if err != nil {
		return report.Source{}, err
	}
	configuration, err := aws.LoadConfigOf(ctx, region)
	if err != nil {
		return report.Source{}, err
	}
	return executionSource(ctx, aws.NewExecutions(configuration), executionARN)
}
