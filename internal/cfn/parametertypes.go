package cfn

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// parameterTypes are the types of parameters that AWS documents (AWS
// CloudFormation user guide, "Parameters" and "CloudFormation-supplied parameter
// types"), AWS::SSM::Parameter::Value<…> aside.
func parameterTypes() []string {
	types := []string{"String", "Number", "List<Number>", "List<String>", "CommaDelimitedList", "AWS::SSM::Parameter::Name"}
	for _, name := range []string{
		"EC2::AvailabilityZone::Name", "EC2::Image::Id", "EC2::Instance::Id", "EC2::KeyPair::KeyName", "EC2::SecurityGroup::GroupName",
		"EC2::SecurityGroup::Id", "EC2::Subnet::Id", "EC2::Volume::Id", "EC2::VPC::Id", "Route53::HostedZone::Id",
	} {
		types = append(types, "AWS::"+name, "List<AWS::"+name+">")
	}
	return types
}

// wrongType says what is wrong with the Type of a parameter, or "". AWS may have
// types that are not known here, so one of these is wrong only where another was
// probably meant.
func wrongType(declaration *Node) string {
	written := declaration.Get("Type")
	const allowed = "its Type must be String, Number, List<Number>, CommaDelimitedList or an AWS type"
	if written == nil {
		return "has no Type; " + allowed
	}
	kind, known := written.AsString(), parameterTypes()
	inner := strings.TrimSuffix(strings.TrimPrefix(kind, storedPrefix), ">")
	for _, one := range known {
		if kind == one || strings.HasPrefix(kind, storedPrefix) && strings.HasSuffix(kind, ">") && inner == one {
			return ""
		}
	}
	if stored := strings.HasPrefix(kind, storedPrefix) && strings.HasSuffix(kind, ">"); stored {
		if near := wording.Nearest(inner, known); near != "" {
			return fmt.Sprintf("there is no Type %s; did you mean %s%s>?", wording.Quote(kind), storedPrefix, near)
		}
	}
	near := wording.Nearest(kind, known)
	isAWS := strings.HasPrefix(kind, "AWS::") || strings.HasPrefix(kind, "List<AWS::")
	switch {
	case isAWS && (near == "" || strings.HasPrefix(kind, storedPrefix)):
		return ""
	case near == "":
		return fmt.Sprintf("there is no Type %s; %s", wording.Quote(kind), allowed)
	default:
		return fmt.Sprintf("there is no Type %s; did you mean %s?", wording.Quote(kind), near)
	}
}
