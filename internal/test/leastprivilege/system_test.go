package leastprivilege_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/authz"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
	"github.com/attini-go/runner/internal/test/leastprivilege"
)

const root = "../../.."

// here is the account of the end-to-end tests.
func here(parameters map[string]string) leastprivilege.Variant {
	return leastprivilege.Variant{Partition: "aws", Region: fakeaws.Region, Account: fakeaws.Account, Parameters: parameters}
}

func template(t testing.TB) *cfn.Node {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	require.NoError(t, err)
	template, problems := cfn.Read(text)
	require.Empty(t, problems)
	return template
}

func install(t testing.TB, variant leastprivilege.Variant) *leastprivilege.Installation {
	t.Helper()
	installed, err := leastprivilege.Install(template(t), variant)
	require.NoError(t, err)
	return installed
}

// recorded are the requests of the end-to-end tests as cases.
func recorded(t testing.TB, i *leastprivilege.Installation) []leastprivilege.Case {
	t.Helper()
	roles := map[string]string{"arn:aws:iam::" + fakeaws.Account + ":role/agent": "DefaultRunnerRole"}
	for id, role := range i.Roles {
		roles[role.ARN] = id
	}
	var cases []leastprivilege.Case
	for _, file := range []string{"agents.jsonl", "system.jsonl"} {
		recording, err := authz.ReadRecording(filepath.Join(root, "testdata", "requests", file))
		require.NoError(t, err)
		require.NotEmpty(t, recording, "run the end-to-end tests with UPDATE_REQUESTS=1")
		for _, line := range slices.Sorted(maps.Keys(recording)) {
			asked := recording[line]
			id, known := roles[asked.Role]
			if !known {
				continue // a role of a test's own
			}
			cases = append(cases, caseOf(id, asked))
		}
	}
	return cases
}

// caseOf is a recorded request. Tests of agents have tables and buckets of their
// own, with x behind the names.
func caseOf(role string, asked authz.Asked) leastprivilege.Case {
	c := leastprivilege.Case{Caller: role, Allowed: true, Why: "recorded", Request: iam.Request{Action: asked.Action, Resource: asked.Resource, Context: asked.Context}}
	for _, name := range []string{"table/AttiniResourceStatesV1", "table/AttiniDeployDataV1", "attini-artifact-store-" + fakeaws.Region + "-" + fakeaws.Account} {
		c.Request.Resource = strings.Replace(c.Request.Resource, name+"-x", name, 1)
	}
	if asked.Action == "sts:AssumeRole" {
		context := maps.Clone(asked.Context)
		c.Caller, c.Request.Resource = context["Service"][0], role
		delete(context, "Service")
		c.Request.Context = context
	}
	return c
}

// TestEveryPermissionIsNeededAndNarrow: removing any action or resource of
// template.yaml, or loosening any condition, changes an answer.
func TestEveryPermissionIsNeededAndNarrow(t *testing.T) {
	t.Parallel()
	// With a path, so that the default roles and a team's own are apart.
	i := install(t, here(map[string]string{"RunnerRolePath": rolePath, "RunnerClusters": "team-*"}))
	cases := slices.Concat(recorded(t, i), needs(), attacks(), stackNeeds(), stackAttacks())
	assert.Empty(t, strings.Join(i.Wrong(cases), "\n"), "the policies answer otherwise")
	report(t, i.Try(cases), len(cases))
}

// TestEveryAttachedPolicyIsNeeded by functions in a VPC, and by runners and plans
// that may do everything.
func TestEveryAttachedPolicyIsNeeded(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for _, result := range install(t, here(nil)).Try(nil) {
		tried[result.Policy] = true
	}
	i := install(t, here(map[string]string{"SubnetIds": "subnet-1", "SecurityGroupIds": "sg-1", "GiveAdminAccess": "true", "RunnerRolePath": rolePath, "RunnerClusters": "team-*"}))
	cases := slices.Concat(recorded(t, i), needs(), stackNeeds(), variantNeeds(), variantAttacks())
	assert.Empty(t, strings.Join(i.Wrong(cases), "\n"), "the policies answer otherwise")
	results := slices.DeleteFunc(i.Try(cases), func(r leastprivilege.Result) bool { return tried[r.Policy] })
	assert.Len(t, results, 7)
	report(t, results, len(cases))
}

// report prints what became of all mutants, and fails for those that survived.
func report(t testing.TB, results []leastprivilege.Result, cases int) {
	t.Helper()
	var table strings.Builder
	for _, result := range results {
		fmt.Fprintf(&table, "%-100s %4d mutants, %4d killed, %4d survived\n", result.Policy, result.Mutants, result.Mutants-len(result.Survived), len(result.Survived))
		for _, change := range result.Survived {
			assert.Fail(t, "a mutant survived", "%s: %s: it is not needed, or nothing looks at what it opens", result.Policy, change)
		}
	}
	t.Logf("%d cases\n%s", cases, &table)
}

// TestVariants: the roles of every way to install allow what the end-to-end tests
// ask, with the names of the partition.
func TestVariants(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]leastprivilege.Variant{
		"China":    {Partition: "aws-cn", Region: "cn-north-1", Account: fakeaws.Account},
		"GovCloud": {Partition: "aws-us-gov", Region: "us-gov-west-1", Account: fakeaws.Account},
		"bounded": {Partition: "aws", Region: fakeaws.Region, Account: fakeaws.Account, Parameters: map[string]string{
			"PermissionsBoundary": "arn:aws:iam::" + fakeaws.Account + ":policy/bound",
		}},
		"closed": {Partition: "aws", Region: fakeaws.Region, Account: fakeaws.Account, Parameters: map[string]string{"DisableDownload": "true"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			here := install(t, here(nil))
			i := install(t, v)
			var cases []leastprivilege.Case
			for _, c := range recorded(t, here) {
				cases = append(cases, c.In(v))
			}
			assert.Empty(t, strings.Join(i.Wrong(cases), "\n"))
			for _, role := range i.Roles {
				assert.Equal(t, v.Parameters["PermissionsBoundary"], role.Boundary, role.ID)
			}
		})
	}
}
