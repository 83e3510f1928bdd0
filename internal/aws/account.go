// Package aws is the root module's only user of AWS SDK clients: it answers
// what the transform asks of an account.
package aws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/attini-go/runner/transform"
)

// Account asks the account and region of its configuration. It is safe for
// concurrent use.
type Account struct {
	hosts      *ec2.Client
	parameters *ssm.Client
}

var _ transform.Account = (*Account)(nil)

// NewAccount makes an Account of an SDK's configuration.
func NewAccount(config aws.Config) *Account {
	return &Account{hosts: ec2.NewFromConfig(config), parameters: ssm.NewFromConfig(config)}
}
