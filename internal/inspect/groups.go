package inspect

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/doctor"
)

// readGroups reads the security groups of a runner. A task may open a connection if one
// of its groups allows it.
func (o *observation) readGroups(ctx context.Context, r *doctor.Runner, state runnerItem) error {
	ids := state.set(protocol.AttrSecurityGroups)
	if len(ids) == 0 {
		return nil
	}
	var found []types.SecurityGroup
	// A filter leaves out what is missing; a list of ids would be refused.
	pages := ec2.NewDescribeSecurityGroupsPaginator(o.hosts.DescribeSecurityGroups, &ec2.DescribeSecurityGroupsInput{Filters: filter("group-id", ids...)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return asked(ctx, "ec2:DescribeSecurityGroups", err)
		}
		found = append(found, page.SecurityGroups...)
	}
	for _, id := range ids {
		if !slices.ContainsFunc(found, func(g types.SecurityGroup) bool { return aws.ToString(g.GroupId) == id }) {
			r.MissingGroups = append(r.MissingGroups, id)
		}
	}
	if len(found) > 0 && !slices.ContainsFunc(found, allowsHTTPS) {
		r.ClosedGroups = ids
	}
	return nil
}

// allowsHTTPS reports whether a group lets port 443 out, to wherever it may be.
func allowsHTTPS(g types.SecurityGroup) bool {
	return slices.ContainsFunc(g.IpPermissionsEgress, func(p types.IpPermission) bool {
		switch aws.ToString(p.IpProtocol) {
		case "-1":
			return true
		case "tcp", "6":
			from, to := aws.ToInt32(p.FromPort), aws.ToInt32(p.ToPort)
			return from <= 443 && 443 <= to
		}
		return false
	})
}
