// Package aws implements the ports of the other packages with the AWS SDK. No other
// package of the root module imports the SDK's clients.
package aws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/attini-go/runner/transform"
)

// Account answers from the account and region of its configuration. It is safe for
// concurrent use.
type Account struct {
	hosts      *ec2.Client
	parameters *ssm.Client
}

var _ transform.Account = (*Account)(nil)

// NewAccount returns an Account of the SDK's configuration.
func NewAccount(config aws.Config) *Account {
	return &Account{hosts: ec2.NewFromConfig(config), parameters: ssm.NewFromConfig(config)}
}
