package authz

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// deployedFacts are those of the stand-in. It is asked past its router, so that no
// question is judged or counted.
type deployedFacts struct {
	tables    *dynamodb.Client
	tasks     *ecs.Client
	instances *ec2.Client
	directory *directory
	tags      func(instance string) map[string]string
	stackTags func(stack string) map[string]string

	mutex sync.Mutex
	keys  map[string]string
}

// pastTheGate is an HTTP client of MiniStack itself.
type pastTheGate struct{ cloud *fakeaws.Cloud }

// Do implements the SDK's HTTPClient.
func (p pastTheGate) Do(request *http.Request) (*http.Response, error) {
	recorder, err := p.cloud.AskMiniStack(request)
	if err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}

func newFacts(cloud *fakeaws.Cloud, directory *directory, c Config) *deployedFacts {
	config := aws.Config{
		Region: c.Region, BaseEndpoint: aws.String(cloud.Endpoint()), HTTPClient: pastTheGate{cloud},
		Credentials: credentials.NewStaticCredentialsProvider("AKIASTANDIN", "standin", ""),
	}
	return &deployedFacts{
		tables: dynamodb.NewFromConfig(config), tasks: ecs.NewFromConfig(config), instances: ec2.NewFromConfig(config),
		directory: directory, tags: c.InstanceTags, stackTags: c.StackTags, keys: map[string]string{},
	}
}

// InstanceTags implements facts.
func (f *deployedFacts) InstanceTags(id string) map[string]string {
	if f.tags == nil {
		return nil
	}
	return f.tags(id)
}

// StackTags implements facts.
func (f *deployedFacts) StackTags(stack string) map[string]string {
	if f.stackTags == nil {
		return nil
	}
	return f.stackTags(stack)
}

// HashKey implements facts.
func (f *deployedFacts) HashKey(table string) string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if key := f.keys[table]; key != "" {
		return key
	}
	found, err := f.tables.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil || found.Table == nil {
		return ""
	}
	for _, key := range found.Table.KeySchema {
		if key.KeyType == dynamodbtypes.KeyTypeHash {
			f.keys[table] = aws.ToString(key.AttributeName)
		}
	}
	return f.keys[table]
}

// TaskDefinition implements facts.
func (f *deployedFacts) TaskDefinition(name string) TaskDefinition {
	found, err := f.tasks.DescribeTaskDefinition(context.Background(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: &name})
	if err != nil || found.TaskDefinition == nil {
		return TaskDefinition{}
	}
	return TaskDefinition{
		ARN: aws.ToString(found.TaskDefinition.TaskDefinitionArn), TaskRole: aws.ToString(found.TaskDefinition.TaskRoleArn),
		ExecutionRole: aws.ToString(found.TaskDefinition.ExecutionRoleArn),
	}
}

// LaunchTemplate implements facts.
func (f *deployedFacts) LaunchTemplate(id, version string) LaunchTemplate {
	found, err := f.instances.DescribeLaunchTemplateVersions(context.Background(), &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: &id, Versions: []string{version},
	})
	if err != nil || len(found.LaunchTemplateVersions) == 0 || found.LaunchTemplateVersions[0].LaunchTemplateData == nil {
		return LaunchTemplate{}
	}
	data := found.LaunchTemplateVersions[0].LaunchTemplateData
	template := LaunchTemplate{
		InstanceType: string(data.InstanceType), KeyName: aws.ToString(data.KeyName), Image: aws.ToString(data.ImageId),
		SecurityGroups: data.SecurityGroupIds, Tags: map[string]map[string]string{},
	}
	for _, network := range data.NetworkInterfaces {
		template.SecurityGroups = append(template.SecurityGroups, network.Groups...)
	}
	for _, specification := range data.TagSpecifications {
		tags := map[string]string{}
		for _, tag := range specification.Tags {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
		template.Tags[string(specification.ResourceType)] = tags
	}
	if profile := data.IamInstanceProfile; profile != nil {
		arn := aws.ToString(profile.Arn)
		template.ProfileRole = f.profileRole(cmp.Or(aws.ToString(profile.Name), arn[strings.LastIndex(arn, "/")+1:]))
	}
	return template
}

// profileRole is the ARN of an instance profile's role.
func (f *deployedFacts) profileRole(profile string) string {
	deployed, err := f.directory.deployed(false)
	if err != nil {
		return ""
	}
	if role := deployed.Profiles[profile]; role != "" {
		return role
	}
	if deployed, err = f.directory.deployed(true); err != nil {
		return ""
	}
	return deployed.Profiles[profile]
}
