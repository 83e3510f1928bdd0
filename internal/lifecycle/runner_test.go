package lifecycle_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/lifecycle/lifecycletest"
	"github.com/attini-go/runner/schema"
)

const (
	stackID      = "arn:aws:cloudformation:eu-west-1:111122223333:stack/dev-shop/11111111-1111"
	otherStackID = "arn:aws:cloudformation:eu-west-1:111122223333:stack/dev-shop/22222222-2222"
	queueURL     = "https://sqs.eu-west-1.amazonaws.com/111122223333/dev-shop-Build.fifo"
)

func began() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 500e6, time.UTC) }

func open(t *testing.T, fake *lifecycletest.Fake) *lifecycle.Lifecycle {
	t.Helper()
	l, err := lifecycle.New(lifecycle.Settings{ArtifactStore: "store", AgentVersion: "2.1.0", Now: began}, fake.Ports(), nil)
	require.NoError(t, err)
	return l
}

// newFake is an account whose stacks have the resources that the tests name.
func newFake() *lifecycletest.Fake {
	fake := lifecycletest.NewFake()
	fake.Resources = []string{queueURL, "lt-1", machine, newMachine}
	return fake
}

// properties are those of a Custom::AttiniRunner, with a Configuration.
func properties(t testing.TB, configuration string) *cfn.Node {
	t.Helper()
	read, err := cfn.ReadJSON([]byte(`{
		"ServiceToken":"arn:function","StackName":"dev-shop","RunnerName":"Build","QueueUrl":"` + queueURL + `",
		"EcsClientLogGroup":"hosts","LaunchTemplateId":"lt-1","LaunchTemplateVersion":"3","Configuration":` + configuration + `}`))
	require.NoError(t, err)
	return read
}

func runner(t testing.TB, configuration string) lifecycle.RunnerRequest {
	t.Helper()
	return lifecycle.ReadRunner(stackID, "Build", properties(t, configuration))
}

const network = `"AwsVpcConfiguration":{"Subnets":["subnet-1"]}`

// withHost is a world in which a host can be checked.
func withHost(fake *lifecycletest.Fake) {
	fake.Types["m5.large"] = compat.InstanceType{VCPUs: 2, MemoryMiB: 8192, Architectures: []string{"x86_64"}}
	fake.AMIs["ami-11111111"] = compat.Image{Architecture: "x86_64", RootDevice: "/dev/xvda"}
	fake.AMIs["ami-22222222"] = compat.Image{Architecture: "arm64", RootDevice: "/dev/xvda"}
	fake.Values["/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"] = "ami-11111111"
	fake.Values["/aws/service/ecs/optimized-ami/amazon-linux-2/kernel-5.10/recommended/image_id"] = "ami-11111111"
	for name, compatibilities := range map[string][]string{"arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1": {"EC2"}, "arn:aws:ecs:eu-west-1:111122223333:task-definition/two:1": {"FARGATE"}} {
		fake.Definitions[name] = compat.TaskDefinition{
			Name: `task definition "host:1"`, Complete: true, Compatibilities: compat.Known(compatibilities), NetworkMode: compat.Known("awsvpc"),
			Containers: []compat.Container{{Name: compat.Known("agent"), EntryPoint: compat.Known(false)}},
		}
	}
	two := fake.Definitions["arn:aws:ecs:eu-west-1:111122223333:task-definition/two:1"]
	two.Name = `task definition "two:1"`
	two.Containers = append(two.Containers, compat.Container{Name: compat.Known("side"), EntryPoint: compat.Known(true)})
	fake.Definitions["arn:aws:ecs:eu-west-1:111122223333:task-definition/two:1"] = two
}

// TestPutRunner: the values of a deployment, in all the forms that
// CloudFormation gives them, become one version of the configuration.
func TestPutRunner(t *testing.T) {
	t.Parallel()
	base := configuration.Configuration{
		StackName: "dev-shop", RunnerName: "Build", QueueURL: queueURL,
		Task:    configuration.Task{Definition: "attini-default-runner", Container: "Container", Cluster: "attini-default"},
		Network: configuration.Network{Subnets: []string{"subnet-1"}, AssignPublicIP: "ENABLED"},
	}
	with := func(change func(*configuration.Configuration)) configuration.Configuration {
		c := base
		change(&c)
		return c
	}
	cases := map[string]struct {
		configuration string
		want          configuration.Configuration
	}{
		"nothing but a network": {`{` + network + `}`, base},
		"all, and numbers as texts": {
			`{` + network + `,"EcsCluster":"own","RoleArn":"arn:aws:iam::111122223333:role/build","Cpu":"1024","Memory":"2048","ContainerName":"agent",
			"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/two:1","Startup":{"Commands":["apt-get update"],"CommandsTimeout":"300"},
			"RunnerConfiguration":{"MaxConcurrentJobs":"20","IdleTimeToLive":"600","JobTimeout":"7200","LogLevel":"DEBUG"}}`,
			with(func(c *configuration.Configuration) {
				c.Task = configuration.Task{Definition: "arn:aws:ecs:eu-west-1:111122223333:task-definition/two:1", Container: "agent", Cluster: "own", RoleARN: "arn:aws:iam::111122223333:role/build", CPU: 1024, Memory: 2048}
				c.Startup = configuration.Startup{Commands: []string{"apt-get update"}, CommandsTimeout: 300}
				c.Runner = configuration.RunnerConfiguration{MaxConcurrentJobs: 20, IdleTimeToLive: 600, JobTimeout: 7200, LogLevel: "DEBUG"}
			}),
		},
		"lists as text, with blanks, empty and repeated items": {
			`{"AwsVpcConfiguration":{"Subnets":" subnet-2 ,subnet-1,,\n subnet-2,","SecurityGroups":"sg-2, sg-1","AssignPublicIp":"DISABLED"}}`,
			with(func(c *configuration.Configuration) {
				c.Network = configuration.Network{Subnets: []string{"subnet-2", "subnet-1"}, SecurityGroups: []string{"sg-2", "sg-1"}, AssignPublicIP: "DISABLED"}
			}),
		},
		"a list with blanks, empty and repeated items": {
			`{"AwsVpcConfiguration":{"Subnets":["subnet-1"," subnet-1",""]}}`, base,
		},
		"a host with the default Ami": {
			`{` + network + `,"Ec2Configuration":{"InstanceType":"m5.large"},"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1"}`,
			with(func(c *configuration.Configuration) {
				c.Task.Definition, c.Task.Container, c.Network.AssignPublicIP = "arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1", "agent", ""
				c.Task.NetworkMode = "awsvpc"
				c.Host = &configuration.Host{LaunchTemplateID: "lt-1", LaunchTemplateVersion: "3", InstanceType: "m5.large", AMI: "AmazonLinux2", LogGroup: "hosts"}
			}),
		},
		"a host": {
			`{` + network + `,"Ec2Configuration":{"InstanceType":"m5.large","Ami":"AmazonLinux2023","InstanceProfileName":"builders"},"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1"}`,
			with(func(c *configuration.Configuration) {
				c.Task.Definition, c.Task.Container, c.Network.AssignPublicIP = "arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1", "agent", ""
				c.Task.NetworkMode = "awsvpc"
				c.Host = &configuration.Host{
					LaunchTemplateID: "lt-1", LaunchTemplateVersion: "3", InstanceType: "m5.large", AMI: "AmazonLinux2023",
					InstanceProfile: "builders", LogGroup: "hosts",
				}
			}),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			withHost(fake)
			id, err := open(t, fake).PutRunner(t.Context(), runner(t, c.configuration))
			require.NoError(t, err)
			assert.Equal(t, c.want, fake.Configurations["dev-shop-Build"][id])
			wanted, err := c.want.ID()
			require.NoError(t, err)
			assert.Equal(t, wanted, id)
			item := fake.Runners["dev-shop-Build"]
			assert.Equal(t, lifecycle.Runner{StackID: stackID, ConfigurationID: id, Configuration: c.want, AgentVersion: "2.1.0"}, item)
		})
	}
}

// TestPutRunnerRefuses: each documented range and each thing that does not fit,
// with a value that only the deployment knows, in the words of validate. All
// come together, and nothing is written.
func TestPutRunnerRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		configuration string
		want          []string
	}{
		"too many jobs":      {`{` + network + `,"RunnerConfiguration":{"MaxConcurrentJobs":"21"}}`, []string{`Runner "Build": RunnerConfiguration.MaxConcurrentJobs: 21 is above 20 (allowed 1-20 jobs)`}},
		"no job":             {`{` + network + `,"RunnerConfiguration":{"MaxConcurrentJobs":"0"}}`, []string{`RunnerConfiguration.MaxConcurrentJobs: 0 is below 1`}},
		"idle too short":     {`{` + network + `,"RunnerConfiguration":{"IdleTimeToLive":"59"}}`, []string{`IdleTimeToLive: 59 is below 60`}},
		"idle too long":      {`{` + network + `,"RunnerConfiguration":{"IdleTimeToLive":"86401"}}`, []string{`IdleTimeToLive: 86401 is above 86400`}},
		"job too short":      {`{` + network + `,"RunnerConfiguration":{"JobTimeout":"4"}}`, []string{`JobTimeout: 4 is below 5`}},
		"job too long":       {`{` + network + `,"RunnerConfiguration":{"JobTimeout":"172801"}}`, []string{`JobTimeout: 172801 is above 172800`}},
		"log level":          {`{` + network + `,"RunnerConfiguration":{"LogLevel":"TRACE"}}`, []string{`LogLevel: "TRACE" is not allowed`}},
		"startup too long":   {`{` + network + `,"Startup":{"CommandsTimeout":"172801"}}`, []string{`Startup.CommandsTimeout: 172801 is above 172800`}},
		"commands as a text": {`{` + network + `,"Startup":{"Commands":"secret-command"}}`, []string{`Startup.Commands: must be a list of strings, not a string`}},
		"cpu":                {`{` + network + `,"Cpu":"255"}`, []string{`Cpu: 255 is below 256`}},
		"memory":             {`{` + network + `,"Memory":"511"}`, []string{`Memory: 511 is below 512`}},
		"a size that Fargate lacks": {
			`{` + network + `,"Cpu":"1024","Memory":"512"}`, []string{`Runner "Build": Memory: `},
		},
		"no subnet":               {`{"AwsVpcConfiguration":{"Subnets":" , "}}`, []string{`AwsVpcConfiguration.Subnets: must not be empty`}},
		"no id":                   {`{"AwsVpcConfiguration":{"Subnets":"vpc-1"}}`, []string{`AwsVpcConfiguration.Subnets[0]: "vpc-1" is not a subnet id`}},
		"public address":          {`{"AwsVpcConfiguration":{"Subnets":"subnet-1","AssignPublicIp":"true"}}`, []string{`AssignPublicIp: "true" is not allowed`}},
		"no such task definition": {`{` + network + `,"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/none:1"}`, []string{`TaskDefinitionArn: there is no active task definition "arn:aws:ecs:eu-west-1:111122223333:task-definition/none:1"`}},
		"which container": {
			`{` + network + `,"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/two:1"}`,
			[]string{`Runner "Build": ContainerName: is required, because task definition "two:1" has more than one container (it has: "agent", "side")`},
		},
		"no such container": {`{` + network + `,"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/two:1","ContainerName":"sid"}`, []string{`ContainerName: task definition "two:1" has no container "sid"`}},
		"an entry point":    {`{` + network + `,"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/two:1","ContainerName":"side"}`, []string{`TaskDefinitionArn: container "side" of task definition "two:1" has an EntryPoint`}},
		"not for Fargate":   {`{` + network + `,"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1"}`, []string{`TaskDefinitionArn: task definition "host:1" cannot run on Fargate`}},
		"not for a host": {
			`{` + network + `,"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/two:1","ContainerName":"agent","Ec2Configuration":{"InstanceType":"m5.large","Ami":"ami-11111111"}}`,
			[]string{`TaskDefinitionArn: task definition "two:1" cannot run on the EC2 host of Ec2Configuration`},
		},
		"no such instance type": {
			`{` + network + `,"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1","Ec2Configuration":{"InstanceType":"m9.huge","Ami":"ami-11111111"}}`,
			[]string{`Ec2Configuration.InstanceType: there is no instance type "m9.huge" in this region`},
		},
		"no such AMI": {
			`{` + network + `,"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1","Ec2Configuration":{"InstanceType":"m5.large","Ami":"ami-00000000"}}`,
			[]string{`Ec2Configuration.Ami: ami-00000000 is no AMI of this region that the account may use`},
		},
		"no such alias here": {
			`{` + network + `,"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1","Ec2Configuration":{"InstanceType":"m5.large","Ami":"AmazonLinux2_gpu"}}`,
			[]string{`Runner "Build": Ec2Configuration.Ami: AmazonLinux2_gpu`},
		},
		"another architecture": {
			`{` + network + `,"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1","Ec2Configuration":{"InstanceType":"m5.large","Ami":"ami-22222222"}}`,
			[]string{`the AMI ami-22222222 is for arm64, but m5.large is x86_64`},
		},
		"a value that is none": {
			`{` + network + `,"RoleArn":"{{resolve:secretsmanager:role}}"}`, []string{`RoleArn: CloudFormation has not resolved its value`},
		},
		"an image":   {`{` + network + `,"Image":"alpine"}`, []string{`Image: CloudFormation has not resolved its value`}},
		"no network": {`{}`, []string{`Runner "Build": AwsVpcConfiguration.Subnets: is required`}},
		"all together": {
			`{"Cpu":"1","Memory":"1","AwsVpcConfiguration":{"Subnets":"x"},"TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/none:1"}`,
			[]string{`Cpu: 1 is below`, `Memory: 1 is below`, `"x" is not a subnet id`, `there is no active task definition`},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			withHost(fake)
			_, err := open(t, fake).PutRunner(t.Context(), runner(t, c.configuration))
			problems, ok := lifecycle.Problems(err)
			require.True(t, ok, "%v", err)
			messages := make([]string, len(problems))
			for i, p := range problems {
				messages[i] = p.Message
				assert.True(t, strings.HasPrefix(p.Path, "Resources.Build"), p.Path)
			}
			for _, want := range c.want {
				assert.Contains(t, strings.Join(messages, "\n"), want)
			}
			assert.Empty(t, fake.Configurations)
			assert.Empty(t, fake.Runners)
			assert.NotContains(t, err.Error(), "secret-command")
		})
	}
}

// TestPutRunnerUnasked: what AWS did not answer is a problem among the others.
func TestPutRunnerUnasked(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"TaskDefinition", "InstanceTypes", "Parameters", "Images"} {
		fake := newFake()
		withHost(fake)
		fake.Fail = func(made string) error {
			if made == call {
				return fmt.Errorf("not allowed to call %s", call)
			}
			return nil
		}
		_, err := open(t, fake).PutRunner(t.Context(), runner(t, `{`+network+`,"Cpu":"1","TaskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1","Ec2Configuration":{"InstanceType":"m5.large","Ami":"AmazonLinux2023"}}`))
		require.ErrorContains(t, err, "its values cannot be checked: not allowed to call "+call)
		assert.ErrorContains(t, err, "Cpu: 1 is below")
	}
}

// TestPutRunnerBrokenOff: whatever call fails, the same request again does all.
func TestPutRunnerBrokenOff(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"StackOrigin", "PutConfiguration", "PutRunner"} {
		fake := newFake()
		fake.Fail = func(made string) error {
			if made == call {
				return context.DeadlineExceeded
			}
			return nil
		}
		l := open(t, fake)
		_, err := l.PutRunner(t.Context(), runner(t, `{`+network+`}`))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		fake.Fail = nil
		id, err := l.PutRunner(t.Context(), runner(t, `{`+network+`}`))
		require.NoError(t, err)
		assert.Equal(t, id, fake.Runners["dev-shop-Build"].ConfigurationID)
		assert.Contains(t, fake.Configurations["dev-shop-Build"], id)
	}
}

// TestPutRunnerTwice: an update is a version of its own, and a rollback goes
// back to the one before.
func TestPutRunnerTwice(t *testing.T) {
	t.Parallel()
	fake := newFake()
	l := open(t, fake)
	put := func(configuration string) string {
		id, err := l.PutRunner(t.Context(), runner(t, configuration))
		require.NoError(t, err)
		assert.Equal(t, id, fake.Runners["dev-shop-Build"].ConfigurationID)
		return id
	}
	first := put(`{` + network + `}`)
	second := put(`{` + network + `,"Cpu":"1024","Memory":"2048"}`)
	assert.NotEqual(t, first, second)
	assert.Equal(t, first, put(`{`+network+`}`))
	assert.Len(t, fake.Configurations["dev-shop-Build"], 2)
}

func TestRemoveRunner(t *testing.T) {
	t.Parallel()
	deployed := func(t *testing.T) (*lifecycletest.Fake, *lifecycle.Lifecycle) {
		t.Helper()
		fake := newFake()
		l := open(t, fake)
		_, err := l.PutRunner(t.Context(), runner(t, `{`+network+`}`))
		require.NoError(t, err)
		return fake, l
	}
	t.Run("again and again", func(t *testing.T) {
		t.Parallel()
		fake, l := deployed(t)
		id := runner(t, `{}`).PhysicalID()
		assert.Equal(t, "dev-shop/Build", id)
		for range 2 {
			require.NoError(t, l.RemoveRunner(t.Context(), stackID, id))
		}
		assert.Empty(t, fake.Runners)
		assert.Empty(t, fake.Configurations)
	})
	t.Run("a failed one again", func(t *testing.T) {
		t.Parallel()
		fake, l := deployed(t)
		fake.Fail = func(call string) error {
			if call == "Remove" {
				return errors.New("the task does not stop")
			}
			return nil
		}
		require.ErrorContains(t, l.RemoveRunner(t.Context(), stackID, "dev-shop/Build"), "the task does not stop")
		fake.Fail = nil
		require.NoError(t, l.RemoveRunner(t.Context(), stackID, "dev-shop/Build"))
		assert.Empty(t, fake.Runners)
	})
	for name, c := range map[string]struct{ stack, physical string }{
		"one that was replaced":         {stackID, "dev-shop/Before"},
		"the same of another stack":     {otherStackID, "dev-shop/Build"},
		"CloudFormation's own id":       {stackID, "dev-shop-Build-1ABC"},
		"an id without a runner":        {stackID, "dev-shop/"},
		"an id with more than a runner": {stackID, "dev-shop/Build/x"},
		"none":                          {stackID, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, l := deployed(t)
			require.NoError(t, l.RemoveRunner(t.Context(), c.stack, c.physical))
			assert.Contains(t, fake.Runners, "dev-shop-Build", "what took its place stays")
			assert.NotEmpty(t, fake.Configurations["dev-shop-Build"])
		})
	}
}

// TestNewNamesWhatIsMissing: all of it at once.
func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := lifecycle.New(lifecycle.Settings{}, lifecycle.Ports{}, nil)
	assert.EqualError(t, err, "configure the lifecycle: the artifact store is missing\na port is missing")
}

// FuzzReadRunner: whatever CloudFormation sends is a runner or problems, and its
// physical id names it.
func FuzzReadRunner(f *testing.F) {
	f.Add([]byte(`{"Configuration":{"AwsVpcConfiguration":{"Subnets":"subnet-1,,subnet-1"}}}`))
	f.Add([]byte(`{"StackName":{},"Configuration":[]}`))
	f.Add([]byte(`{"Configuration":{"AwsVpcConfiguration":{"Subnets":[1,[],{}]},"Cpu":1e999,"Ec2Configuration":"x"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		properties, err := cfn.ReadJSON(text)
		if err != nil {
			return
		}
		fake := newFake()
		l := open(t, fake)
		id, err := l.PutRunner(t.Context(), lifecycle.ReadRunner(stackID, "Build", properties))
		if err != nil {
			problems, ok := lifecycle.Problems(err)
			assert.True(t, ok && problems.HasErrors(), "%v", err)
			assert.Empty(t, fake.Runners)
			return
		}
		for _, stored := range fake.Runners {
			assert.Equal(t, id, stored.ConfigurationID)
			assert.False(t, stored.Configuration.Validate().HasErrors(), "the launcher takes it")
		}
	})
}

// everyProperty are the properties of a Runner on an EC2 host, each with the value
// that value returns for its path.
func everyProperty(value func(path string) any) map[string]any {
	properties := map[string]any{}
	for _, path := range schema.PropertyPaths() {
		object, name, nested := strings.Cut(path, ".")
		switch {
		case path == "Image": // it excludes TaskDefinitionArn
		case !nested:
			properties[path] = value(path)
		case properties[object] == nil:
			properties[object] = map[string]any{name: value(path)}
		default:
			properties[object].(map[string]any)[name] = value(path)
		}
	}
	return properties
}

// TestEveryPropertyIsDeployed: the configuration has the value of each property.
func TestEveryPropertyIsDeployed(t *testing.T) {
	t.Parallel()
	values := launchtest.PropertyValues()
	for _, onHost := range []bool{true, false} {
		fake := newFake()
		for _, name := range []string{"c5.2xlarge", "m6i.large", "m5a.large"} {
			fake.Types[name] = compat.InstanceType{VCPUs: 8, MemoryMiB: 16384, Architectures: []string{"x86_64"}}
		}
		fake.AMIs["ami-0123456789abcdef0"] = compat.Image{Architecture: "x86_64"}
		definition := compat.TaskDefinition{Name: "own", Complete: true, NetworkMode: compat.Known("awsvpc"), Containers: []compat.Container{{Name: compat.Known("agent")}}}
		fake.Definitions[values["TaskDefinitionArn"].(string)] = definition
		properties := everyProperty(func(path string) any { return values[path] })
		if !onHost {
			delete(properties, "Ec2Configuration")
		}
		text, err := json.Marshal(properties)
		require.NoError(t, err)
		id, err := open(t, fake).PutRunner(t.Context(), runner(t, string(text)))
		require.NoError(t, err)
		c := fake.Configurations["dev-shop-Build"][id]
		for path, variable := range c.Fields() {
			want := values[path]
			if onHost && path == "AwsVpcConfiguration.AssignPublicIp" {
				want = "" // the task has the addresses of its host
			}
			assert.Equal(t, want, reflect.ValueOf(variable).Elem().Interface(), path)
		}
	}
}

// TestEveryUnresolvedProperty: none of them becomes a zero value of a configuration.
func TestEveryUnresolvedProperty(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(everyProperty(func(string) any { return map[string]any{"Ref": "Parameter"} }))
	require.NoError(t, err)
	fake := newFake()
	_, err = open(t, fake).PutRunner(t.Context(), runner(t, string(text)))
	problems, ok := lifecycle.Problems(err)
	require.True(t, ok, "%v", err)
	reported := map[string]bool{}
	for _, p := range problems {
		reported[p.Path] = reported[p.Path] || p.Rule == lifecycle.RuleRequest
	}
	for path := range launchtest.PropertyValues() {
		assert.True(t, reported["Resources.Build.Properties."+path], path)
	}
}

// TestRollback: an update that fails elsewhere is rolled back to values that were
// accepted before, whatever the account says of them now.
func TestRollback(t *testing.T) {
	t.Parallel()
	const definition = "arn:aws:ecs:eu-west-1:111122223333:task-definition/host:1"
	const before = `{` + network + `,"TaskDefinitionArn":"` + definition + `","Ec2Configuration":{"InstanceType":"m5.large","Ami":"ami-11111111"}}`
	const after = `{` + network + `,"TaskDefinitionArn":"` + definition + `","Ec2Configuration":{"InstanceType":"m5.large","Ami":"ami-33333333"}}`
	for name, change := range map[string]func(*lifecycletest.Fake){
		"the AMI is deregistered":      func(f *lifecycletest.Fake) { delete(f.AMIs, "ami-11111111") },
		"the revision is deregistered": func(f *lifecycletest.Fake) { delete(f.Definitions, definition) },
		"AWS does not answer": func(f *lifecycletest.Fake) {
			f.Fail = func(call string) error {
				if call == "Images" || call == "TaskDefinition" {
					return errors.New("AWS throttled it")
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			withHost(fake)
			l := open(t, fake)
			id, err := l.PutRunner(t.Context(), runner(t, before))
			require.NoError(t, err)
			fake.AMIs["ami-33333333"] = fake.AMIs["ami-11111111"]
			_, err = l.PutRunner(t.Context(), runner(t, after))
			require.NoError(t, err)
			change(fake)
			back, err := l.PutRunner(t.Context(), runner(t, before))
			require.NoError(t, err)
			assert.Equal(t, id, back)
			assert.Equal(t, id, fake.Runners["dev-shop-Build"].ConfigurationID)

			// What was never accepted is not.
			_, err = l.PutRunner(t.Context(), runner(t, strings.Replace(before, "m5.large", "m5.huge", 1)))
			require.Error(t, err)
		})
	}
}
