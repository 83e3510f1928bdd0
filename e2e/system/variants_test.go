package system_test

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/fakecfn"
	"github.com/attini-go/runner/internal/test/fakeecs"
	"github.com/attini-go/runner/internal/test/iam"
)

// regions are those of the account that have an installation, or get one. Each judges
// the calls that are made in it, and has tasks and hosts of its own; the first one is
// asked about all other regions.
type regions struct {
	mutex sync.Mutex
	all   map[string]*account
}

func newRegions(cloud *fakeaws.Cloud) *regions {
	r := &regions{all: map[string]*account{}}
	for _, operation := range fakeecs.Operations() {
		cloud.Handle(operation, r)
	}
	return r
}

func (r *regions) add(a *account) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.all[a.region] = a
}

func (r *regions) of(region string) *account {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if found := r.all[region]; found != nil {
		return found
	}
	return r.all[fakeaws.Region]
}

// Judge implements fakeaws.Judge.
func (r *regions) Judge(ctx context.Context, call fakeaws.Call) fakeaws.Verdict {
	return r.of(call.Region).authority.Judge(ctx, call)
}

// ServeHTTP implements http.Handler, for the calls of ECS and EC2.
func (r *regions) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.of(fakeaws.RegionOf(request)).ecsFake.ServeHTTP(w, request)
}

func (r *regions) permits(change fakecfn.Change) error { return r.of(change.Region).permits(change) }

// installed is another region of the account with the system, which ends with the test.
// Before it there is a stack with resources, if any.
func (a *account) installed(t *testing.T, region string, parameters map[string]string, before object) *account {
	t.Helper()
	other := &account{region: region, regions: a.regions, cloud: a.cloud, cfnFake: a.cfnFake, transport: a.transport, folder: a.folder}
	require.NoError(t, other.open())
	t.Cleanup(func() {
		other.ecsFake.Close()
		for _, function := range other.functions {
			function.Close()
		}
	})
	if before != nil {
		text, err := json.Marshal(object{"Resources": before})
		require.NoError(t, err)
		other.deploy(t, string(text))
	}
	require.NoError(t, other.deploySystem(t.Context(), parameters))
	return other
}

// TestVariants: each way to install the system comes up, each in a region of its own, runs a job,
// and can be removed.
func TestVariants(t *testing.T) {
	t.Parallel()
	checksum := strings.Repeat("0", 64)
	vpc := map[string]string{"SubnetIds": "subnet-1,subnet-2", "SecurityGroupIds": "sg-1"}
	for name, variant := range map[string]struct {
		region     string
		parameters map[string]string
		// before are resources that are deployed first, and role is the Runner's.
		before       object
		role         string
		architecture string
		subnets      []string
		// admin says that jobs may do everything.
		admin bool
		// last is done when the stack is gone.
		last func(t *testing.T, a *account)
	}{
		"default":       {region: "us-east-2", last: countCalls, parameters: map[string]string{"RunnerSha256X8664": checksum, "RunnerSha256Aarch64": checksum}},
		"admin, x86_64": {region: "us-west-2", parameters: map[string]string{"GiveAdminAccess": "true", "Architecture": "x86_64"}, admin: true, architecture: "x86_64"},
		"own role path": {region: "eu-north-1", parameters: map[string]string{"RunnerRolePath": "team/runners/"}, before: ownRole(t, "eu-north-1"), role: "arn:aws:iam::" + fakeaws.Account + ":role/team/runners/own"},
		"boundary":      {region: "eu-west-2", parameters: map[string]string{"GiveAdminAccess": "true", "PermissionsBoundary": "arn:aws:iam::" + fakeaws.Account + ":policy/bound"}, before: boundary()},
		"VPC":           {region: "eu-west-3", parameters: vpc, subnets: []string{"subnet-1", "subnet-2"}},
		"closed network": {
			region: "ca-central-1", parameters: map[string]string{"DisableDownload": "true", "SubnetIds": "subnet-1", "SecurityGroupIds": "sg-1"}, subnets: []string{"subnet-1"},
		},
		"China":    {region: "cn-north-1", parameters: map[string]string{"RunnerSha256X8664": checksum, "RunnerDownloadUrl": "https://releases.example.cn"}},
		"GovCloud": {region: "us-gov-west-1", parameters: map[string]string{"DisableDownload": "true"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t).installed(t, variant.region, variant.parameters, variant.before)
			runner := object{}
			if variant.role != "" {
				runner["RoleArn"] = variant.role
			}
			s := a.deploy(t, template(runner, one(job(last(), output(`{"region":"'$AWS_REGION'"}`)))))
			assert.Equal(t, map[string]any{"region": variant.region}, outputOf(t, s.output(t, s.first(t)), "Step"))
			tasks := s.runnerTasks("Build")
			require.Len(t, tasks, 1)
			assert.Contains(t, tasks[0].TaskArn, "arn:"+fakeaws.Partition(variant.region)+":ecs:"+variant.region+":")
			if variant.role != "" {
				assert.Equal(t, variant.role, tasks[0].Role)
			}
			everything := iam.Request{Action: "iam:CreateUser", Resource: "*"}
			assert.Equal(t, variant.admin, a.authority.Use(tasks[0].Role, a.services()[a.key(keyAgent)], everything) == nil)
			launcher, err := a.cloud.FunctionConfiguration(t.Context(), variant.region, launcherName)
			require.NoError(t, err)
			assert.Equal(t, []string{cmp.Or(variant.architecture, "arm64")}, launcher.Architectures)
			assert.ElementsMatch(t, variant.subnets, launcher.Subnets)
			s.remove(t)
			if variant.last != nil {
				variant.last(t, a)
			}
			a.stacks = cloudformation.NewFromConfig(a.config(keyTests)) // who installs it
			(&stack{a, a.system()}).remove(t)
		})
	}
}

// boundary is a policy that bounds roles: to all but changes of roles.
func boundary() object {
	return object{"Bound": object{"Type": "AWS::IAM::ManagedPolicy", "Properties": object{
		"ManagedPolicyName": "bound",
		"PolicyDocument": object{"Version": "2012-10-17", "Statement": []object{
			{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
			{"Effect": "Allow", "Action": []string{"iam:PassRole", "iam:GetRole"}, "Resource": "*"},
		}},
	}}}
}

// ownRole is a role for runners with a path of its own, and the policy that is documented.
func ownRole(t *testing.T, region string) object {
	t.Helper()
	text, err := policyText("basic-execution", region)
	require.NoError(t, err)
	return object{"Own": object{"Type": "AWS::IAM::Role", "Properties": object{
		"RoleName": "own", "Path": "/team/runners/",
		"AssumeRolePolicyDocument": object{"Version": "2012-10-17", "Statement": []object{
			{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": object{"Service": "ecs-tasks.amazonaws.com"}},
		}},
		"Policies": []object{{"PolicyName": "work", "PolicyDocument": json.RawMessage(text)}},
	}}}
}
