package aws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"

	"github.com/attini-go/runner/internal/lifecycle"
)

// Stacks are CloudFormation's stacks.
type Stacks struct{ client *cloudformation.Client }

var _ lifecycle.Stacks = (*Stacks)(nil)

// NewStacks asks CloudFormation.
func NewStacks(config aws.Config) *Stacks {
	return &Stacks{client: cloudformation.NewFromConfig(config)}
}

// Status implements lifecycle.Stacks.
func (s *Stacks) Status(ctx context.Context, stackID string) (string, error) {
	output, err := s.client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stackID})
	var api smithy.APIError
	switch {
	// CloudFormation has no other code for a stack that does not exist.
	case errors.As(err, &api) && api.ErrorCode() == "ValidationError":
		return "", lifecycle.ErrNoStack
	case err != nil:
		return "", wrapError(ctx, "cloudformation:DescribeStacks", err)
	// A name that is part of an id would find another stack.
	case len(output.Stacks) != 1 || aws.ToString(output.Stacks[0].StackId) != stackID:
		return "", lifecycle.ErrNoStack
	}
	return string(output.Stacks[0].StackStatus), nil
}

// Resources implements lifecycle.Stacks.
func (s *Stacks) Resources(ctx context.Context, stackID string) ([]string, error) {
	var ids []string
	for pages := cloudformation.NewListStackResourcesPaginator(s.client, &cloudformation.ListStackResourcesInput{StackName: &stackID}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, wrapError(ctx, "cloudformation:ListStackResources", err)
		}
		for _, resource := range page.StackResourceSummaries {
			ids = append(ids, aws.ToString(resource.PhysicalResourceId))
		}
	}
	return ids, nil
}
