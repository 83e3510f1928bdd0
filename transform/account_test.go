package transform_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem/problemtest"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/transform"
)

// recordedAccount is an account that counts what it is asked, and may not answer.
type recordedAccount struct {
	region
	refused error
	mu      sync.Mutex
	asked   map[string][]string
}

func (q *recordedAccount) record(question string, names ...string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, again := q.asked[question]; again {
		return errors.New(question + " was asked twice")
	}
	if q.asked == nil {
		q.asked = map[string][]string{}
	}
	q.asked[question] = names
	return q.refused
}

func (q *recordedAccount) DefaultSubnets(ctx context.Context) ([]string, error) {
	if err := q.record("subnets"); err != nil {
		return nil, err
	}
	return q.region.DefaultSubnets(ctx)
}

func (q *recordedAccount) Parameters(ctx context.Context, names []string) (map[string]string, error) {
	if err := q.record("parameters", names...); err != nil {
		return nil, err
	}
	return q.region.Parameters(ctx, names)
}

func (q *recordedAccount) Images(ctx context.Context, ids []string) (map[string]compat.Image, error) {
	if err := q.record("images", ids...); err != nil {
		return nil, err
	}
	return q.region.Images(ctx, ids)
}

func (q *recordedAccount) InstanceTypes(ctx context.Context, names []string) (map[string]compat.InstanceType, error) {
	if err := q.record("types", names...); err != nil {
		return nil, err
	}
	return q.region.InstanceTypes(ctx, names)
}

const hostsTemplate = `
Resources:
  Small: {Type: Attini::Deploy::Runner, Properties: {Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}}}
  Same: {Type: Attini::Deploy::Runner, Properties: {Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}}}
  Arm: {Type: Attini::Deploy::Runner, Properties: {Ec2Configuration: {InstanceType: m7g.large, Ami: AmazonLinux2023_arm64}}}
  Own: {Type: Attini::Deploy::Runner, Properties: {Ec2Configuration: {InstanceType: m5.large, Ami: ami-0123456789abcdef0}}}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - {Name: A, Type: AttiniRunnerJob, Properties: {Runner: Small, Commands: [ls]}}
        - {Name: B, Type: AttiniRunnerJob, Properties: {Runner: Same, Commands: [ls]}}
        - {Name: C, Type: AttiniRunnerJob, Properties: {Runner: Arm, Commands: [ls]}}
        - {Name: D, Type: AttiniRunnerJob, Properties: {Runner: Own, Commands: [ls]}}
`

// TestEachQuestionOnce: one call for all Runners, and what is asked is sorted.
func TestEachQuestionOnce(t *testing.T) {
	t.Parallel()
	account := &recordedAccount{region: region{facts(t)}}
	_, problems := transform.Expand(t.Context(), transform.Request{Template: read(t, hostsTemplate), Account: account})
	require.NoError(t, problems.Err())
	assert.Equal(t, map[string][]string{
		"subnets":    nil,
		"parameters": compat.AliasParameters(),
		"images":     {"ami-0123456789abcdef0", "ami-0a23000000000000a", "ami-0a23000000000000b"},
		"types":      {"m5.large", "m7g.large"},
	}, account.asked)
	assert.LessOrEqual(t, len(compat.AliasParameters()), 10, "one GetParameters call takes ten names")
}

// TestNothingIsAskedWithoutNeed: what the template says itself costs no call.
func TestNothingIsAskedWithoutNeed(t *testing.T) {
	t.Parallel()
	account := &recordedAccount{region: region{facts(t)}}
	template := read(t, around("TaskDefinitionArn: my-task\nAwsVpcConfiguration: {Subnets: subnet-1}", "", ""))
	_, problems := transform.Expand(t.Context(), transform.Request{Template: template, Account: account})
	require.NoError(t, problems.Err())
	assert.Empty(t, account.asked)
}

func TestAccountProblems(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	const host = "Ec2Configuration: {InstanceType: m5.large, Ami: AmazonLinux2023}"
	missing := facts(t)
	missing.SystemsManagerParameters = map[string]string{
		"/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id": "ami-0a23000000000000b",
	}
	noVpc := facts(t)
	noVpc.DefaultSubnets = []string{}
	cases := map[string]struct {
		properties string
		account    transform.Account
		want       string
	}{
		"no default VPC": {
			"Image: debian",
			region{noVpc},
			`error default-vpc Resources.Build.Properties.AwsVpcConfiguration`,
		},
		"an alias that the region lacks": {
			host,
			region{missing},
			`error ami-alias Resources.Build.Properties.Ec2Configuration.Ami`,
		},
		"no answer": {
			host, &recordedAccount{refused: errors.New("not allowed to call ec2:DescribeX")},
			`error account Resources`,
		},
		"facts that are not written down": {
			host, transform.Facts{}.Account(),
			`error account Resources
error account Resources
error account Resources`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expanded, problems := transform.Expand(t.Context(), transform.Request{Template: read(t, around(c.properties, "", "")), Account: c.account})
			assert.Nil(t, expanded)
			assert.Equal(t, c.want, problemtest.Places(problems))
			words.Assert(t, problemtest.Words(problems))
		})
	}
}

// TestTwentyFiveMistakes: all that is wrong with a template is told at once.
func TestTwentyFiveMistakes(t *testing.T) {
	t.Parallel()
	_, problems := transform.Expand(t.Context(), transform.Request{Template: read(t, mistaken), Account: region{facts(t)}})
	var wrong []string
	for _, p := range problems {
		wrong = append(wrong, p.Message)
	}
	assert.Len(t, wrong, 25, "%s", problemtest.Words(problems))
	assert.True(t, problems.HasErrors())
}

const mistaken = `
Parameters:
  Level: {Type: String, Default: Verbose}
Resources:
  First:
    Type: Attini::Deploy::Runner
    Properties:
      Image: debian
      TaskDefinitionArn: attini-default-runner
      ContainerName: two words
      Memori: 1024
      Cpu: 12
      Memory: much
      RoleArn: my-role
      EcsCluster: ""
      RunnerConfiguration: {MaxConcurrentJobs: 0, IdleTimeToLive: 59, JobTimeout: 172801, LogLevel: !Ref Level}
      AwsVpcConfiguration: {Subnets: [], SecurityGroups: [sg-1, subnet-2], AssignPublicIp: true}
      Startup: {Commands: ls, CommandsTimeout: 4}
  Second:
    Type: Attini::Deploy::Runner
    Properties:
      Ec2Configuration: {InstanceType: m5.enormous, Ami: AmazonLinux, InstanceProfileName: a b}
  Third:
    Type: Attini::Deploy::Runner
    Properties: {Cpu: 1024, Memory: 1024}
  Nothing: {Properties: {}}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - {Name: A, Type: AttiniRunnerJob, Properties: {Runner: Frist, Commands: [ls]}}
        - {Name: B, Type: AttiniRunnerJob, Properties: {Runner: Second}}
        - {Name: C, Type: AttiniRunnerJob, Properties: {Runner: Third, Commands: [ls], Envronment: {}}}
        - {Name: D, Type: AttiniCdk}
`
