package transform

import (
	"context"

	"github.com/attini-go/runner/internal/compat"
)

// Account answers what only the AWS account and region know. Each method is
// called at most once for a template. What does not exist is absent from the
// answer; an error says what could not be asked, and which permission is
// missing where that is the reason.
type Account interface {
	compat.Account
	// DefaultSubnets returns the ids of the default VPC's subnets, sorted;
	// none when the region has no default VPC.
	DefaultSubnets(ctx context.Context) ([]string, error)
}
