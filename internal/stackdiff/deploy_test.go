package stackdiff_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/bootstrap"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/lifecycle/lifecycletest"
	"github.com/attini-go/runner/internal/stackdiff"
	"github.com/attini-go/runner/schema"
)

const (
	queueURL     = "https://sqs.eu-west-1.amazonaws.com/111122223333/dev-shop-Build.fifo"
	stackID      = "arn:aws:cloudformation:eu-west-1:111122223333:stack/dev-shop/11111111-1111"
	stateMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:Plan"
	execution    = "arn:aws:states:eu-west-1:111122223333:execution:Plan:1"
)

// stack is a stack in an account: CloudFormation's part of it is resolve.
type stack struct {
	deployed *lifecycletest.Fake
	account  *launchtest.Fake
	before   *cfn.Node
	// revisions are those of task definitions and launch templates.
	revisions     map[string]int
	id            string
	configuration configuration.Configuration
}

func newStack() *stack {
	s := &stack{deployed: lifecycletest.NewFake(), account: launchtest.NewFake(), revisions: map[string]int{}}
	s.deployed.Resources = []string{queueURL, "lt-0a1"}
	for _, name := range []string{"m5.large", "c5.2xlarge", "m6i.large", "m5a.large"} {
		s.deployed.Types[name] = compat.InstanceType{VCPUs: 8, MemoryMiB: 16384, Architectures: []string{"x86_64"}}
	}
	for _, name := range []string{"ami-1", "ami-0123456789abcdef0"} {
		s.deployed.AMIs[name] = compat.Image{Architecture: "x86_64"}
	}
	s.deployed.Values["/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"] = "ami-1"
	return s
}

// deploy gives the lifecycle function what CloudFormation would, and the launcher what
// that stores.
func (s *stack) deploy(t *testing.T, v stackdiff.Version) {
	t.Helper()
	resources := v.Expanded.Get("Resources")
	for _, r := range resources.Entries() {
		if text(t, r.Value) != text(t, s.before.Get(r.Key)) {
			s.revisions[r.Key]++
		}
	}
	s.before = resources
	var properties any
	require.NoError(t, json.Unmarshal([]byte(text(t, resources.At("Build", "Properties"))), &properties))
	resolved, err := cfn.ReadJSON([]byte(text(t, s.resolve(properties))))
	require.NoError(t, err)
	definition := resolved.At("Configuration", "TaskDefinitionArn").AsString()
	s.deployed.Definitions[definition] = compat.TaskDefinition{Name: "t", Complete: true, NetworkMode: compat.Known("awsvpc"), Containers: []compat.Container{
		{Name: compat.Known("base")}, {Name: compat.Known("agent")}, {Name: compat.Known("Container")},
	}}
	l, err := lifecycle.New(lifecycle.Settings{ArtifactStore: "store", Now: time.Now}, s.deployed.Ports(), nil)
	require.NoError(t, err)
	s.id, err = l.PutRunner(t.Context(), lifecycle.ReadRunner(stackID, "Build", resolved))
	require.NoError(t, err, text(t, resolved))
	stored, _, _ := strings.Cut(s.id, ".") // a capability follows
	s.configuration = s.deployed.Configurations["dev-shop-Build"][stored]
	assert.Equal(t, stored, s.account.Deploy(s.configuration))
	s.account.SetSecret("dev-shop-Build", s.deployed.Secrets["dev-shop-Build"])
}

// resolve replaces functions by what CloudFormation makes of them here.
func (s *stack) resolve(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = s.resolve(v[i])
		}
	case map[string]any:
		if name, is := v["Ref"].(string); is {
			return s.physical(name)
		}
		if of, is := v["Fn::GetAtt"].([]any); is {
			name, _ := of[0].(string)
			if of[1] == "LatestVersionNumber" {
				return strconv.Itoa(s.revisions[name])
			}
			return "sg-0" + strings.ToLower(name)
		}
		for key := range v {
			v[key] = s.resolve(v[key])
		}
	}
	return value
}

func (s *stack) physical(name string) string {
	switch kind := s.before.At(name, "Type").AsString(); kind {
	case "AWS::SQS::Queue":
		return queueURL
	case "AWS::EC2::LaunchTemplate":
		return "lt-0a1"
	case "AWS::ECS::TaskDefinition":
		return "arn:aws:ecs:eu-west-1:111122223333:task-definition/" + name + ":" + strconv.Itoa(s.revisions[name])
	}
	if name == "AWS::StackName" {
		return "dev-shop"
	}
	return name
}

// job launches a job of the deployed plan, and registers the hosts that boot for it.
func (s *stack) job(t *testing.T, token string) {
	t.Helper()
	l, err := launch.New(launch.Settings{Account: "111122223333", Region: "eu-west-1", DeployDataTable: "d", ResourceStateTable: "r", ArtifactStore: "store", Agent: bootstrap.Agent{Version: "2.1.0"}}, s.account.Ports(nil), nil)
	require.NoError(t, err)
	s.account.Wait(token)
	event := text(t, map[string]any{
		"attiniActionType": "ExecuteRunner", "RunnerConfig": map[string]any{"Runner": "Build", "ConfigurationId": s.id},
		"Properties":                      map[string]any{"Runner": "Build", "Commands": []string{"make"}},
		"deploymentPlanExecutionMetadata": map[string]any{"executionArn": execution, "executionStartTime": "2026-05-01T10:00:00Z", "sfnToken": token, "retryCounter": 0, "stepName": "Build"},
		"input":                           map[string]any{"deploymentOriginData": map[string]any{"stackName": "dev-shop", "environment": "dev", "distributionName": "shop"}},
	})
	require.NoError(t, l.Launch(t.Context(), []byte(event)))
	require.Nil(t, s.account.Step(token).Failure)
	for _, host := range s.account.Hosts() {
		if host.State == "pending" {
			time.Sleep(time.Minute)
			require.NoError(t, l.HostRegistered(t.Context(), s.configuration.Task.Cluster, s.account.Register(host.ID, "dev-shop-Build")))
		}
	}
}

func text(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

// TestDeployingDoesWhatIsSaid: for each property of a Runner, on Fargate and on a host,
// what the sentences say is what the lifecycle function and the launcher do with a job
// that runs and one that comes after the deployment.
func TestDeployingDoesWhatIsSaid(t *testing.T) {
	t.Parallel()
	values := launchtest.PropertyValues()
	values["Image"] = "registry.example.com/build:2"
	for _, path := range schema.PropertyPaths() {
		for name, base := range map[string]map[string]any{"Fargate": onFargate(), "host": with(onHost(), "Ec2Configuration.Ami", "AmazonLinux2023")} {
			if name == "Fargate" && strings.HasPrefix(path, "Ec2") || name == "host" && path == "AwsVpcConfiguration.AssignPublicIp" {
				continue // it has no such property
			}
			switch definition := onFargate(); path {
			case "Image":
				base = with(base, path, "registry.example.com/build:1")
				delete(base, "TaskDefinitionArn")
				delete(base, "ContainerName")
			case "TaskDefinitionArn", "ContainerName":
				base = with(with(base, "TaskDefinitionArn", definition["TaskDefinitionArn"]), "ContainerName", definition["ContainerName"])
				delete(base, "Image")
			}
			t.Run(path+"/"+name, func(t *testing.T) {
				t.Parallel()
				old, fresh := version(t, base, "make"), version(t, with(base, path, values[path]), "make")
				said := ""
				for _, c := range stackdiff.Compare(old, fresh) {
					said += c.Effect + "\n"
				}
				synctest.Test(t, func(t *testing.T) {
					s := newStack()
					s.account.Begin("dev-shop", stateMachine, execution, time.Date(2026, 5, 1, 9, 59, 0, 0, time.UTC))
					s.account.SetPlan(stateMachine, "dev-shop")
					s.deploy(t, old)
					first := s.id
					s.job(t, "runs")
					agent := s.account.Agent(s.account.Tasks()[0].ARN)
					require.True(t, agent.Start())
					require.Equal(t, []string{"runs"}, agent.Take(1))
					hosts := len(s.account.Hosts())
					s.deploy(t, fresh)
					s.job(t, "next")

					assert.Equal(t, first != s.id, strings.Contains(said, "run on a new task"), said)
					require.Equal(t, len(s.account.Tasks()) > 1, strings.Contains(said, "run on a new task"), said)
					assert.Equal(t, len(s.account.Hosts()) > hosts, strings.Contains(said, "on a new host"), said)
					assert.Contains(t, said, "running jobs end on the task that they have")
					agent.Succeed("runs")
					assert.True(t, s.account.Step("runs").Succeeded)
					newest := s.account.Agent(s.account.Tasks()[1].ARN)
					require.True(t, newest.Start())
					assert.Equal(t, 1, newest.Work())
					assert.True(t, s.account.Step("next").Succeeded)
				})
			})
		}
	}
}
