package aws

import (
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/leastprivilege"
)

// permitted are the actions that a function's role in template.yaml permits for
// its work, sorted; without those that go along with a call.
func permitted(t *testing.T, role string, besides ...string) []string {
	t.Helper()
	text, err := os.ReadFile("../../template.yaml")
	require.NoError(t, err)
	template, problems := cfn.Read(text)
	require.Empty(t, problems)
	installed, err := leastprivilege.Install(template, leastprivilege.Variant{Partition: "aws", Region: fakeaws.Region, Account: fakeaws.Account})
	require.NoError(t, err)
	var actions []string
	for _, policy := range installed.Roles[role].Policies {
		if policy.Name != role+" work" {
			continue
		}
		for _, statement := range policy.Document.Statements {
			actions = append(actions, statement.Actions...)
		}
	}
	actions = slices.DeleteFunc(actions, func(action string) bool { return slices.Contains(besides, action) })
	slices.Sort(actions)
	return slices.Compact(actions)
}

// only drops what a call answers besides its error.
func only(_ any, err error) error { return err }

// TestMacroActions: what the macro may ask of an account, and nothing else.
func TestMacroActions(t *testing.T) {
	t.Parallel()
	proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
	for _, service := range []string{"ec2", "ssm"} {
		proxy.On(service, fakeaws.Error(http.StatusForbidden, "AccessDeniedException"))
	}
	// Subnets are asked for when there is a default VPC.
	proxy.On("DescribeVpcs", (&recordedRequests{}).answer(http.StatusOK, `<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet></DescribeVpcsResponse>`))
	ctx, account := t.Context(), NewAccount(sdkConfig(t, proxy.Endpoint()))
	for i, err := range []error{
		only(account.DefaultSubnets(ctx)), only(account.Parameters(ctx, []string{"/aws/service/ecs/optimized-ami/x"})),
		only(account.Images(ctx, []string{"ami-1"})), only(account.InstanceTypes(ctx, []string{"m5.large"})),
	} {
		require.Error(t, err, i)
		assert.NotContains(t, err.Error(), "no answer", i)
	}
	assert.Equal(t, permitted(t, "MacroRole"), proxy.Actions())
}

// TestReleasesActions: the catalogue is listed, and who follows a link gets a
// file with the permissions of who signed it.
func TestReleasesActions(t *testing.T) {
	t.Parallel()
	proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
	proxy.On("s3", fakeaws.Error(http.StatusForbidden, "AccessDenied"))
	store := NewReleases(sdkConfig(t, proxy.Endpoint()), "bucket", "")
	require.Error(t, only(store.List(t.Context())))
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		_, err := store.Link(t.Context(), method, "1.0.0/linux/amd64/attini-runner")
		require.NoError(t, err, "it calls nobody")
	}
	assert.Equal(t, permitted(t, "ReleasesRole"), slices.Concat([]string{"s3:GetObject"}, proxy.Actions()))
}
