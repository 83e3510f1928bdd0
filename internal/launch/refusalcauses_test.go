package launch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
)

// TestRefusalCauses: by which name a plan can catch what ECS and EC2 refuse. What is
// tried again, and the advice, TestRefusals and TestHostRefusals say.
func TestRefusalCauses(t *testing.T) {
	t.Parallel()
	exception := func(code, message string) *launch.Refusal { return &launch.Refusal{Code: code, Message: message} }
	failure := func(reason string) *launch.Refusal {
		return &launch.Refusal{Failures: []launch.RunFailure{{Reason: reason}}}
	}
	const (
		denied, invalid, capacity, quota = protocol.CauseAccessDenied, protocol.CauseInvalidConfiguration, protocol.CauseCapacityUnavailable, protocol.CauseQuotaExceeded
		throttled, service, host         = protocol.CauseThrottled, protocol.CauseServiceUnavailable, protocol.CauseHostUnavailable
	)
	tasks := map[string]struct {
		refusal *launch.Refusal
		cause   string
	}{
		"S01":              {exception("AccessDeniedException", notAuthorized+"no identity-based policy allows the iam:PassRole action"), denied},
		"S02":              {exception("ClientException", "ECS was unable to assume the role '"+passedRole+"' that was provided for this task."), denied},
		"S03":              {exception("ClientException", "The referenced cluster was inactive."), invalid},
		"S03 not found":    {exception("ClusterNotFoundException", "Cluster not found."), invalid},
		"S04":              {exception("InvalidParameterException", "Override for container named a is not a container in the TaskDefinition."), invalid},
		"S05":              {exception("InvalidParameterException", "Network Configuration must be provided when networkMode 'awsvpc' is specified."), invalid},
		"S05 throttled":    {exception("InvalidParameterException", "Error retrieving subnet information for [subnet-0a1]: Request limit exceeded. (ErrorCode: RequestLimitExceeded)"), throttled},
		"S06":              {failure("You’ve reached the limit on the number of vCPUs you can run concurrently"), quota},
		"S06 one task":     {failure("The requested MEMORY configuration is above your limit."), quota},
		"S06 provisioning": {failure("Tasks provisioning capacity limit exceeded."), capacity},
		"S07":              {failure("Capacity is unavailable at this time. Please try again later or in a different availability zone."), capacity},
		"S07 throttled":    {exception("ThrottlingException", "Rate exceeded"), throttled},
		"S07 server":       {exception("ServerException", "Service Unavailable. Please try again later."), service},
		"H09":              {failure("AGENT"), host},
		"H10":              {failure("RESOURCE:MEMORY"), capacity},
		"H10 zone":         {failure("LOCATION"), invalid},
		"H10 constraint":   {failure("MemberOf placement constraint unsatisfied."), host},
		"anything else":    {exception("NewException", "who knows"), protocol.CauseStartFailed},
	}
	for name, c := range tasks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				a.RefuseTask = func(int, launch.TaskRequest) error { return c.refusal }
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("new", a.handling(protocol.Causes()...))))
				a.failed("new", c.cause, c.cause+": run the runner's task in the cluster attini-default: ")
				a.launch("old")
				a.failed("old", "TaskFailedToStart", c.cause+": ")
			})
		})
	}
	hosts := map[string]struct {
		code, message, cause string
	}{
		"H01":             {"UnauthorizedOperation", "You are not authorized to perform this operation. User: " + sessionRole + " is not authorized to perform: ec2:RunInstances on resource: a because no identity-based policy allows the ec2:RunInstances action", denied},
		"H02":             {"InsufficientInstanceCapacity", "We currently do not have sufficient m5.large capacity in the Availability Zone you requested (eu-west-1a).", capacity},
		"H03":             {"VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit of 0 allows", quota},
		"H04":             {"InvalidAMIID.NotFound", "The image id '[ami-0a1]' does not exist", protocol.CauseImageNotFound},
		"H04 processor":   {"InvalidParameterValue", "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI.", invalid},
		"H04 key":         {"InvalidKMSKey.InvalidState", "The KMS key provided is in an incorrect state", denied},
		"H05":             {"InvalidParameterValue", "Value (a) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name", invalid},
		"H06 addresses":   {"InsufficientFreeAddressesInSubnet", "There are not enough free addresses in subnet 'subnet-0a1'", capacity},
		"H06 group":       {"InvalidGroup.NotFound", "The security group 'sg-0a1' does not exist", invalid},
		"H06 throttled":   {"RequestLimitExceeded", "Request limit exceeded.", throttled},
		"H06 token":       {"IdempotentParameterMismatch", "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).", service},
		"H07 no answer":   {"InternalError", "An internal error has occurred", service},
		"H03 not the own": {"Blocked", "This account is currently blocked.", denied},
	}
	for name, c := range hosts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onHost(), func(t *testing.T, a *account) {
				a.RefuseHost = func(int, launch.HostRequest) error {
					return &launch.Refusal{Code: c.code, Message: c.message}
				}
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("new", a.handling(protocol.Causes()...))))
				a.failed("new", c.cause, c.cause+": run the runner's EC2 host")
				a.launch("old")
				a.failed("old", "Ec2StartFailedError", c.cause+": ")
			})
		})
	}
}
