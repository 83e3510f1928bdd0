package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/doctor"
)

// way is how packets leave a subnet.
type way struct {
	table string
	// target is where 0.0.0.0/0 goes, as in igw-1; "" without such a route.
	target    string
	blackhole bool
	// endpoints are the services with an interface endpoint in the VPC, and the gateway
	// endpoints of the route table, by the last parts of their names, as in "ecr.api".
	endpoints []string
}

// blocked says why a task in the subnet reaches no AWS service; "" if it does, or if it
// cannot be judged from here (a transit gateway, a firewall, a peer).
func (w way) blocked(publicAddress, onHost bool) string {
	switch {
	case w.blackhole:
		return "the route to 0.0.0.0/0 is a blackhole: its target " + w.target + " is gone"
	case strings.HasPrefix(w.target, "igw-") && !publicAddress:
		return "the subnet routes to an internet gateway, and the task has no public address (AssignPublicIp)"
	case w.target != "":
		return ""
	}
	needed := []string{"ecr.api", "ecr.dkr", "s3", "logs", "sqs", "states", "dynamodb"}
	if onHost {
		needed = append(needed, "ecs", "ecs-agent", "ecs-telemetry", "ec2")
	}
	missing := slices.DeleteFunc(needed, func(service string) bool { return slices.Contains(w.endpoints, service) })
	if len(missing) == 0 {
		return ""
	}
	return "no route to the internet, and no endpoint for " + strings.Join(missing, ", ")
}

// readNetwork reads the subnets of a runner, and how packets leave them.
func (o *observation) readNetwork(ctx context.Context, r *doctor.Runner, state runnerItem) error {
	ids := state.set(protocol.AttrSubnets)
	if len(ids) == 0 {
		return nil
	}
	var found []types.Subnet
	// A filter leaves out what is missing; a list of ids would be refused.
	pages := ec2.NewDescribeSubnetsPaginator(o.hosts.DescribeSubnets, &ec2.DescribeSubnetsInput{Filters: filter("subnet-id", ids...)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return asked(ctx, "ec2:DescribeSubnets", err)
		}
		found = append(found, page.Subnets...)
	}
	for _, id := range ids {
		i := slices.IndexFunc(found, func(s types.Subnet) bool { return aws.ToString(s.SubnetId) == id })
		if i < 0 {
			r.Subnets = append(r.Subnets, doctor.Subnet{ID: id, Missing: true})
			continue
		}
		subnet := doctor.Subnet{ID: id, FreeAddresses: int(aws.ToInt32(found[i].AvailableIpAddressCount)), AddressesKnown: found[i].AvailableIpAddressCount != nil}
		w, err := o.way(ctx, id, aws.ToString(found[i].VpcId))
		if err == nil {
			public := state.text(protocol.AttrAssignPublicIP) == "ENABLED"
			if r.OnHost {
				public = aws.ToBool(found[i].MapPublicIpOnLaunch)
			}
			subnet.Blocked = w.blocked(public, r.OnHost)
		}
		r.Subnets = append(r.Subnets, subnet)
		if err != nil {
			return err
		}
	}
	return nil
}

func filter(name string, values ...string) []types.Filter {
	return []types.Filter{{Name: &name, Values: values}}
}

func (o *observation) way(ctx context.Context, subnet, vpc string) (way, error) {
	tables, err := o.routeTables(ctx, filter("association.subnet-id", subnet))
	if err == nil && len(tables) == 0 { // the VPC's main table counts
		tables, err = o.routeTables(ctx, append(filter("vpc-id", vpc), filter("association.main", "true")...))
	}
	if err != nil || len(tables) == 0 {
		return way{target: "unknown"}, err
	}
	w := way{table: aws.ToString(tables[0].RouteTableId)}
	for _, route := range tables[0].Routes {
		if aws.ToString(route.DestinationCidrBlock) != "0.0.0.0/0" {
			continue
		}
		for _, target := range []*string{route.GatewayId, route.NatGatewayId, route.TransitGatewayId, route.NetworkInterfaceId, route.VpcPeeringConnectionId, route.InstanceId} {
			if target != nil {
				w.target = *target
				break
			}
		}
		w.blackhole = route.State == types.RouteStateBlackhole
	}
	pages := ec2.NewDescribeVpcEndpointsPaginator(o.hosts.DescribeVpcEndpoints, &ec2.DescribeVpcEndpointsInput{Filters: filter("vpc-id", vpc)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return w, asked(ctx, "ec2:DescribeVpcEndpoints", err)
		}
		for _, e := range page.VpcEndpoints {
			if !strings.EqualFold(string(e.State), "available") || e.VpcEndpointType == types.VpcEndpointTypeGateway && !slices.Contains(e.RouteTableIds, w.table) {
				continue
			}
			name := aws.ToString(e.ServiceName)
			w.endpoints = append(w.endpoints, strings.TrimPrefix(name, fmt.Sprintf("com.amazonaws.%s.", o.region)))
		}
	}
	return w, nil
}

func (o *observation) routeTables(ctx context.Context, filters []types.Filter) ([]types.RouteTable, error) {
	output, err := o.hosts.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{Filters: filters})
	if err != nil {
		return nil, asked(ctx, "ec2:DescribeRouteTables", err)
	}
	return output.RouteTables, nil
}
