package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// maxSubnets is how many subnets a task's network can have.
const maxSubnets = 16

// DefaultSubnets implements transform.Account. It returns the default VPC's default
// subnets or, without those, the subnets that assign public addresses: the first 16 by
// id. The runner's task has a public address to reach AWS and the image's registry, so
// the subnet needs a route to the internet. These have one by default; a private subnet
// that was added later has none.
func (a *Account) DefaultSubnets(ctx context.Context) ([]string, error) {
	const asked = "look up the default VPC's subnets"
	vpcs, err := a.vpcs(ctx, &ec2.DescribeVpcsInput{Filters: []types.Filter{filter("is-default", "true")}})
	switch {
	case err != nil:
		return nil, explain(ctx, asked, "ec2:DescribeVpcs", err)
	case len(vpcs.Vpcs) == 0:
		return []string{}, nil
	}
	var defaults, public []string
	pages := ec2.NewDescribeSubnetsPaginator(a.subnets, &ec2.DescribeSubnetsInput{
		Filters: []types.Filter{filter("vpc-id", aws.ToString(vpcs.Vpcs[0].VpcId)), filter("state", string(types.SubnetStateAvailable))},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain(ctx, asked, "ec2:DescribeSubnets", err)
		}
		for _, subnet := range page.Subnets {
			if aws.ToBool(subnet.DefaultForAz) {
				defaults = append(defaults, aws.ToString(subnet.SubnetId))
			}
			if aws.ToBool(subnet.MapPublicIpOnLaunch) {
				public = append(public, aws.ToString(subnet.SubnetId))
			}
		}
	}
	subnets := defaults
	if len(subnets) == 0 {
		subnets = public
	}
	slices.Sort(subnets)
	return append([]string{}, subnets[:min(len(subnets), maxSubnets)]...), nil
}
