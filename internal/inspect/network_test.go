package inspect

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/doctor"
)

// network is a VPC with one subnet, subnet-1.
type network struct {
	public    bool // its hosts get public addresses
	tables    map[string]types.RouteTable
	endpoints []types.VpcEndpoint
}

func (n network) DescribeSubnets(_ context.Context, input *ec2.DescribeSubnetsInput, _ ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error) {
	return &ec2.DescribeSubnetsOutput{Subnets: []types.Subnet{{SubnetId: aws.String("subnet-1"), VpcId: aws.String("vpc-1"), AvailableIpAddressCount: aws.Int32(7), MapPublicIpOnLaunch: &n.public}}}, nil
}

// The route tables of a VPC are found by the subnet, or by being the main one.
func (n network) DescribeRouteTables(_ context.Context, input *ec2.DescribeRouteTablesInput, _ ...func(*ec2.Options)) (*ec2.DescribeRouteTablesOutput, error) {
	found, ok := n.tables[aws.ToString(input.Filters[len(input.Filters)-1].Name)]
	if !ok {
		return &ec2.DescribeRouteTablesOutput{}, nil
	}
	return &ec2.DescribeRouteTablesOutput{RouteTables: []types.RouteTable{found}}, nil
}

func (n network) DescribeVpcEndpoints(context.Context, *ec2.DescribeVpcEndpointsInput, ...func(*ec2.Options)) (*ec2.DescribeVpcEndpointsOutput, error) {
	return &ec2.DescribeVpcEndpointsOutput{VpcEndpoints: n.endpoints}, nil
}

func (n network) calls() hostCalls {
	return hostCalls{DescribeSubnets: n.DescribeSubnets, DescribeRouteTables: n.DescribeRouteTables, DescribeVpcEndpoints: n.DescribeVpcEndpoints}
}

func routes(all ...types.Route) types.RouteTable {
	local := types.Route{DestinationCidrBlock: aws.String("10.0.0.0/16"), GatewayId: aws.String("local"), State: types.RouteStateActive}
	return types.RouteTable{RouteTableId: aws.String("rtb-1"), Routes: append([]types.Route{local}, all...)}
}

func internet(route types.Route) types.Route {
	route.DestinationCidrBlock = aws.String("0.0.0.0/0")
	return route
}

func endpoint(service string, kind types.VpcEndpointType, tables ...string) types.VpcEndpoint {
	return types.VpcEndpoint{ServiceName: aws.String("com.amazonaws.eu-west-1." + service), VpcEndpointType: kind, State: "available", RouteTableIds: tables}
}

// TestNetwork: whether a task in a subnet reaches AWS, by the routes and endpoints.
func TestNetwork(t *testing.T) {
	t.Parallel()
	const own, main = "association.subnet-id", "association.main"
	gateway := map[string]types.RouteTable{own: routes(internet(types.Route{GatewayId: aws.String("igw-1")}))}
	closed := map[string]types.RouteTable{own: routes()}
	var endpoints []types.VpcEndpoint
	for _, service := range []string{"ecr.api", "ecr.dkr", "logs", "sqs", "states"} {
		endpoints = append(endpoints, endpoint(service, types.VpcEndpointTypeInterface))
	}
	gateways := func(table string) []types.VpcEndpoint {
		return append(endpoints[:len(endpoints):len(endpoints)], endpoint("s3", types.VpcEndpointTypeGateway, table), endpoint("dynamodb", types.VpcEndpointTypeGateway, table))
	}
	pending := gateways("rtb-1")
	pending[0].State = "pending"
	for name, test := range map[string]struct {
		network network
		address string // AssignPublicIp
		host    bool
		blocked string // a part; "" for a way
	}{
		"a public subnet":                        {network: network{tables: gateway}, address: "ENABLED"},
		"a public subnet without an address":     {network: network{tables: gateway}, address: "DISABLED", blocked: "AssignPublicIp"},
		"a host without an address":              {network: network{tables: gateway}, address: "ENABLED", host: true, blocked: "no public address"},
		"a host with one":                        {network: network{tables: gateway, public: true}, address: "DISABLED", host: true},
		"a NAT gateway":                          {network: network{tables: map[string]types.RouteTable{own: routes(internet(types.Route{NatGatewayId: aws.String("nat-1")}))}}},
		"the main table":                         {network: network{tables: map[string]types.RouteTable{main: routes(internet(types.Route{NatGatewayId: aws.String("nat-1")}))}}},
		"a NAT gateway that is gone":             {network: network{tables: map[string]types.RouteTable{own: routes(internet(types.Route{NatGatewayId: aws.String("nat-1"), State: types.RouteStateBlackhole}))}}, blocked: "nat-1 is gone"},
		"what cannot be judged":                  {network: network{tables: map[string]types.RouteTable{own: routes(internet(types.Route{TransitGatewayId: aws.String("tgw-1")}))}}},
		"no table":                               {network: network{}},
		"nothing":                                {network: network{tables: closed}, blocked: "no endpoint for ecr.api, ecr.dkr, s3, logs, sqs, states, dynamodb"},
		"all endpoints":                          {network: network{tables: closed, endpoints: gateways("rtb-1")}},
		"gateway endpoints of another table":     {network: network{tables: closed, endpoints: gateways("rtb-2")}, blocked: "no endpoint for s3, dynamodb"},
		"an endpoint that is not yet there":      {network: network{tables: closed, endpoints: pending}, blocked: "no endpoint for ecr.api"},
		"a host needs the endpoints of ECS, too": {network: network{tables: closed, endpoints: gateways("rtb-1")}, host: true, blocked: "no endpoint for ecs, ecs-agent, ecs-telemetry, ec2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &observation{Account: &Account{region: "eu-west-1", hosts: test.network.calls()}}
			state := runnerItem{
				protocol.AttrSubnets:        &dynamodbtypes.AttributeValueMemberSS{Value: []string{"subnet-1", "subnet-2"}},
				protocol.AttrAssignPublicIP: &dynamodbtypes.AttributeValueMemberS{Value: test.address},
			}
			r := doctor.Runner{OnHost: test.host}
			require.NoError(t, o.readNetwork(t.Context(), &r, state))
			require.Len(t, r.Subnets, 2)
			assert.Equal(t, doctor.Subnet{ID: "subnet-2", Missing: true}, r.Subnets[1])
			assert.Equal(t, 7, r.Subnets[0].FreeAddresses)
			if test.blocked == "" {
				assert.Empty(t, r.Subnets[0].Blocked)
			} else {
				assert.Contains(t, r.Subnets[0].Blocked, test.blocked)
			}
		})
	}
}
