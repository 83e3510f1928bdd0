// Package aws is the root module's only user of AWS SDK clients: it answers
// what the transform asks of an account.
package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/attini-go/runner/transform"
)

// Account asks the account and region of its configuration. It is safe for
// concurrent use.
type Account struct {
	hosts      hosts
	parameters parameters
}

var _ transform.Account = (*Account)(nil)

// hosts are the calls of EC2 that are made.
type hosts interface {
	ec2.DescribeSubnetsAPIClient
	ec2.DescribeImagesAPIClient
	ec2.DescribeInstanceTypesAPIClient
	ec2.DescribeVpcsAPIClient
}

// parameters are the calls of the Systems Manager that are made.
type parameters interface {
	GetParameters(ctx context.Context, input *ssm.GetParametersInput, options ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
}

// NewAccount makes an Account of an SDK's configuration.
func NewAccount(config aws.Config) *Account {
	return &Account{hosts: ec2.NewFromConfig(config), parameters: ssm.NewFromConfig(config)}
}
