package system_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// defaultRole is the role of runners that name none.
const defaultRole = "arn:aws:iam::" + fakeaws.Account + ":role/attini/attini-default-runner-role-" + fakeaws.Region

// ownDefinition registers a task definition with a container beside the
// runner's.
func (a *account) ownDefinition(t testing.TB, mode types.NetworkMode, compatibility types.Compatibility) string {
	t.Helper()
	made, err := a.tasks.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("own-" + uuid.NewString()), NetworkMode: mode, RequiresCompatibilities: []types.Compatibility{compatibility},
		Cpu: aws.String("512"), Memory: aws.String("1024"), TaskRoleArn: aws.String(defaultRole),
		ContainerDefinitions: []types.ContainerDefinition{
			{Name: aws.String("beside"), Image: aws.String("debian"), Essential: aws.Bool(false)},
			{Name: aws.String("main"), Image: aws.String("debian"), Environment: []types.KeyValuePair{{Name: aws.String("OWN"), Value: aws.String("mine")}}},
		},
	})
	require.NoError(t, err)
	return aws.ToString(made.TaskDefinition.TaskDefinitionArn)
}

// TestKinds: every way to say what a runner runs in, where and in which network.
func TestKinds(t *testing.T) {
	t.Parallel()
	host := object{"InstanceType": "m5.large"}
	const soldOut = "m4.large" // no other test has it
	network := object{"Subnets": []string{"subnet-0a", "subnet-0b"}, "SecurityGroups": []string{"sg-0a"}}
	for name, test := range map[string]struct {
		runner     object
		mode       types.NetworkMode
		compatible types.Compatibility
		definition string
	}{
		"default":                       {runner: object{}, definition: "attini-default-runner"},
		"default, own VPC":              {runner: object{"AwsVpcConfiguration": network}, definition: "attini-default-runner"},
		"image":                         {runner: object{"Image": "debian:stable"}},
		"image, own VPC":                {runner: object{"Image": "debian:stable", "AwsVpcConfiguration": network}},
		"default, EC2":                  {runner: object{"Ec2Configuration": host}},
		"image, EC2":                    {runner: object{"Image": "debian:stable", "Ec2Configuration": host}},
		"image, EC2, own VPC, fallback": {runner: object{"Image": "debian:stable", "Ec2Configuration": object{"InstanceType": soldOut, "FallbackInstanceTypes": []string{"m5a.large"}}, "AwsVpcConfiguration": network}},
		"task definition":               {runner: object{}, mode: types.NetworkModeAwsvpc, compatible: types.CompatibilityFargate, definition: "own-"},
		"task definition, own VPC":      {runner: object{"AwsVpcConfiguration": network}, mode: types.NetworkModeAwsvpc, compatible: types.CompatibilityFargate, definition: "own-"},
		"task definition, EC2":          {runner: object{"Ec2Configuration": host}, mode: types.NetworkModeBridge, compatible: types.CompatibilityEc2, definition: "own-"},
		"task definition, EC2, own VPC": {runner: object{"Ec2Configuration": host, "AwsVpcConfiguration": network}, mode: types.NetworkModeBridge, compatible: types.CompatibilityEc2, definition: "own-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			a.ecsFake.SellOut(soldOut, "subnet-0a")
			a.ecsFake.SellOut(soldOut, "subnet-0b")
			a.ecsFake.SellOut("m5a.large", "subnet-0a")
			own := test.mode != ""
			if own {
				test.runner["TaskDefinitionArn"] = a.ownDefinition(t, test.mode, test.compatible)
				test.runner["ContainerName"] = "main"
			}
			s := a.deploy(t, template(test.runner, one(job(last(), `echo "\"$OWN\"" > $ATTINI_OUTPUT`))))
			first := s.first(t)
			result := outputOf(t, s.output(t, first), "Step")
			assert.Equal(t, map[bool]string{true: "mine"}[own], result)
			s.output(t, s.again(t, first))
			tasks := s.runnerTasks("Build")
			require.Len(t, tasks, 1, "a second execution has a warm runner")
			assert.Contains(t, tasks[0].TaskDefinitionArn, test.definition)
			hosts := a.ecsFake.Hosts(s.name + "-Build")
			onHost, inVPC := test.runner["Ec2Configuration"] != nil, test.runner["AwsVpcConfiguration"] != nil
			if !onHost {
				assert.Equal(t, "FARGATE", tasks[0].LaunchType)
				assert.Empty(t, hosts)
				assert.Equal(t, inVPC, len(tasks[0].Subnets) == 2 && tasks[0].Subnets[0] == "subnet-0a", tasks[0].Subnets)
				return
			}
			require.Len(t, hosts, 1)
			assert.Equal(t, "EC2", tasks[0].LaunchType)
			assert.Equal(t, hosts[0].InstanceArn, tasks[0].ContainerInstanceArn)
			assert.Equal(t, "RunnerInstance", hosts[0].Tags["AttiniResourceType"])
			assert.Equal(t, inVPC, hosts[0].Subnet == "subnet-0a" || hosts[0].Subnet == "subnet-0b", hosts[0].Subnet)
			if strings.HasSuffix(name, "fallback") {
				assert.Equal(t, []string{"m5a.large", "subnet-0b"}, []string{hosts[0].InstanceType, hosts[0].Subnet})
			}
			s.remove(t)
			assert.Equal(t, "terminated", a.ecsFake.Hosts(s.name + "-Build")[0].State)
		})
	}
}

// TestStartupFails: a step tells what its runner's startup commands came to.
func TestStartupFails(t *testing.T) {
	t.Parallel()
	s := open(t).deploy(t, template(object{"Startup": object{"Commands": []string{"echo no luck", "exit 7"}}}, one(job(last(), "true"))))
	name, cause := s.failure(t, s.first(t))
	assert.Equal(t, "Startup tasks failed", name)
	assert.Contains(t, cause, "exit code = 7")
}
