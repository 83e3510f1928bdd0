// Package aws implements the ports of the other packages with the AWS SDK. No other
// package of the root module imports the SDK's clients.
package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/attini-go/runner/transform"
)

// Account answers from the account and region of its configuration. It is safe for
// concurrent use.
//
// It holds calls and no clients. Where a program looks up a method by its name, as the
// parser of runnerctl's flags does, the linker keeps all methods of all types that
// values can have; those of ec2.Client are 30 MB.
type Account struct {
	vpcs          describeVpcs
	subnets       describeSubnets
	images        describeImages
	instanceTypes describeInstanceTypes
	parameters    getParameters
}

// The calls.
type (
	describeVpcs          func(context.Context, *ec2.DescribeVpcsInput, ...func(*ec2.Options)) (*ec2.DescribeVpcsOutput, error)
	describeSubnets       func(context.Context, *ec2.DescribeSubnetsInput, ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error)
	describeImages        func(context.Context, *ec2.DescribeImagesInput, ...func(*ec2.Options)) (*ec2.DescribeImagesOutput, error)
	describeInstanceTypes func(context.Context, *ec2.DescribeInstanceTypesInput, ...func(*ec2.Options)) (*ec2.DescribeInstanceTypesOutput, error)
	getParameters         func(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
)

// DescribeSubnets lets the SDK's paginator use the call.
func (d describeSubnets) DescribeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput, o ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error) {
	return d(ctx, in, o...)
}

// DescribeImages lets the SDK's paginator use the call.
func (d describeImages) DescribeImages(ctx context.Context, in *ec2.DescribeImagesInput, o ...func(*ec2.Options)) (*ec2.DescribeImagesOutput, error) {
	return d(ctx, in, o...)
}

// DescribeInstanceTypes lets the SDK's paginator use the call.
func (d describeInstanceTypes) DescribeInstanceTypes(ctx context.Context, in *ec2.DescribeInstanceTypesInput, o ...func(*ec2.Options)) (*ec2.DescribeInstanceTypesOutput, error) {
	return d(ctx, in, o...)
}

var _ transform.Account = (*Account)(nil)

// NewAccount returns an Account of the SDK's configuration.
func NewAccount(config aws.Config) *Account {
	hosts, parameters := ec2.NewFromConfig(config), ssm.NewFromConfig(config)
	return &Account{
		vpcs: hosts.DescribeVpcs, subnets: hosts.DescribeSubnets, images: hosts.DescribeImages,
		instanceTypes: hosts.DescribeInstanceTypes, parameters: parameters.GetParameters,
	}
}
