package launch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// Refusals of EC2.
const (
	noCapacity   = "InsufficientInstanceCapacity: We currently do not have sufficient capacity in the Availability Zone you requested."
	notInZone    = "Unsupported: Your requested instance type (a.b) is not supported in your requested Availability Zone (eu-west-1b)."
	notSupported = "Unsupported: The requested configuration is currently not supported."
	noQuota      = "VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket"
	wrongAmi     = "InvalidParameterValue: The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI. Specify"
	throttled    = "RequestLimitExceeded: slow"
	noAmi        = "InvalidAMIID.NotFound: ami-1"
)

// withFallbacks is a configuration with three instance types and two subnets; the
// repeated types are asked for once.
func withFallbacks() configuration.Configuration {
	c := onHost()
	c.Host.FallbackInstanceTypes = []string{"m5a.large", "m5.large", "m6i.large", "m5a.large"}
	return c
}

// TestFallbackInstanceTypes: EC2 is asked for each type in each subnet, in order, until
// one place has a host. A refusal that other subnets would repeat takes the next type.
func TestFallbackInstanceTypes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// refusals by type/subnet, by type, or for all.
		refusals map[string]string
		asked    string
	}{
		"the first has capacity":     {nil, "/1"},
		"another zone has it":        {map[string]string{"/1": noCapacity}, "/1 /2"},
		"not in this zone":           {map[string]string{"/1": notInZone}, "/1 /2"},
		"another type has it":        {map[string]string{"": noCapacity}, "/1 /2 m5a.large/1"},
		"another type in a zone":     {map[string]string{"": noCapacity, "m5a.large/1": notInZone}, "/1 /2 m5a.large/1 m5a.large/2"},
		"the last place":             {map[string]string{"": noCapacity, "m5a.large": noCapacity, "m6i.large/1": noCapacity}, "/1 /2 m5a.large/1 m5a.large/2 m6i.large/1 m6i.large/2"},
		"a type that nowhere exists": {map[string]string{"": notSupported}, "/1 m5a.large/1"},
		"a type without a quota":     {map[string]string{"": noQuota, "m5a.large": noQuota}, "/1 m5a.large/1 m6i.large/1"},
		"a type of another Ami":      {map[string]string{"": noCapacity, "m5a.large": wrongAmi}, "/1 /2 m5a.large/1 m6i.large/1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, withFallbacks(), func(t *testing.T, a *account) {
				asked, tokens := a.refuseHosts(test.refusals)
				began := time.Now()
				a.launch("t")
				assert.Equal(t, test.asked, strings.Join(*asked, " "))
				assert.Len(t, slices.Compact(slices.Sorted(slices.Values(*tokens))), len(*asked), "each place has a token of its own")
				assert.Zero(t, time.Since(began), "in the same try")
				assert.Zero(t, a.state().StartFailures)
				require.Len(t, a.Hosts(), 1)
				a.registerAll()
				assert.Equal(t, 1, a.started().Work())
			})
		})
	}
}

// refuseHosts refuses hosts by type/subnet, by type, or all; the launch template's type
// is "". It returns the places and tokens that were asked for.
func (a *account) refuseHosts(refusals map[string]string) (asked, tokens *[]string) {
	asked, tokens = new([]string), new([]string)
	a.RefuseHost = func(_ int, request launch.HostRequest) error {
		place := request.InstanceType + "/" + strings.TrimPrefix(request.Subnet, "subnet-0a")
		*asked, *tokens = append(*asked, place), append(*tokens, request.Token)
		for _, key := range []string{place, request.InstanceType, "all"} {
			if code, text, found := strings.Cut(refusals[key], ": "); found {
				return &launch.Refusal{Code: code, Message: text}
			}
		}
		return nil
	}
	return asked, tokens
}

// TestEveryPlaceRefuses: only when all places have refused is the start tried again, from
// the first; the failure names each type's refusal. A fallback that can never work does
// not end the retries.
func TestEveryPlaceRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refusals map[string]string
		again    bool
		says     []string
	}{
		"no capacity": {map[string]string{"all": noCapacity}, true, []string{
			"(m5.large, m5a.large, m5.large, m6i.large, m5a.large, launch template", "m5.large: Insuff", "; m5a.large: Insuff", "; m6i.large: Insuff", "FallbackInstanceTypes",
		}},
		"none and never":    {map[string]string{"all": noCapacity, "m6i.large": notSupported}, true, []string{"; m6i.large: Unsupported", "more availability zones"}},
		"never and none":    {map[string]string{"": wrongAmi, "all": noCapacity}, true, []string{"m5.large: InvalidParameterValue", "more availability zones"}},
		"never":             {map[string]string{"all": notSupported}, false, []string{"; m6i.large: Unsupported", "go together"}},
		"a fault of all":    {map[string]string{"": noCapacity, "all": noAmi}, false, []string{"in [subnet-0a1 subnet-0a2]: InvalidAMIID.NotFound"}},
		"throttled for all": {map[string]string{"all": throttled}, true, []string{"RequestLimitExceeded", "it usually passes"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, withFallbacks(), func(t *testing.T, a *account) {
				asked, tokens := a.refuseHosts(test.refusals)
				a.launch("t")
				a.failed("t", "Ec2StartFailedError", append(test.says, "What to do: ")...)
				first := slices.DeleteFunc(slices.Clone(*asked), func(place string) bool { return place != "/1" })
				assert.Equal(t, test.again, len(first) > 1)
				assert.Len(t, slices.Compact(slices.Sorted(slices.Values(*tokens))), len(*asked), "a place that has refused gets another token")
				a.RefuseHost = nil
				a.launch("later")
				a.registerAll()
				assert.Equal(t, 1, a.started().Work())
			})
		})
	}
}

// TestRoundGoesOn: after a request that was throttled or has no answer, the round goes on
// with the same place, and repeats no refused one.
func TestRoundGoesOn(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprint(lost), func(t *testing.T) {
			t.Parallel()
			inAccount(t, withFallbacks(), func(t *testing.T, a *account) {
				asked, tokens := a.refuseHosts(map[string]string{"": noCapacity})
				refuse, once := a.RefuseHost, true
				a.RefuseHost = func(n int, request launch.HostRequest) error {
					err := refuse(n, request)
					if err == nil && once {
						once = false
						if err = errDead; !lost {
							err = &launch.Refusal{Code: "RequestLimitExceeded", Message: "slow"}
						}
					}
					return err
				}
				a.launch("t")
				assert.Equal(t, "/1 /2 m5a.large/1 m5a.large/1", strings.Join(*asked, " "))
				assert.Equal(t, lost, (*tokens)[2] == (*tokens)[3], "what may have been done is asked for with its token")
				assert.Len(t, a.Hosts(), 1)
			})
		})
	}
}

// TestRoundEndsInTime: EC2 refuses slowly, and the launcher has no time for all places:
// the steps get the refusals, not an end of time.
func TestRoundEndsInTime(t *testing.T) {
	t.Parallel()
	c := withFallbacks()
	for i := range 14 {
		c.Network.Subnets = append(c.Network.Subnets, fmt.Sprintf("subnet-0b%x", i))
	}
	inAccount(t, c, func(t *testing.T, a *account) {
		a.RefuseHost = func(int, launch.HostRequest) error {
			time.Sleep(8 * time.Second)
			return &launch.Refusal{Code: "InsufficientInstanceCapacity", Message: "none"}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		require.NoError(t, a.launcher(nil).Launch(ctx, a.job("t")))
		a.failed("t", "Ec2StartFailedError", "m5.large: InsufficientInstanceCapacity: none; m5a.large: Insuff", "more availability zones")
		require.NoError(t, ctx.Err())
	})
}
