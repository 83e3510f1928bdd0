package aws

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/attini-go/runner/agent/protocol"
)

type storeClient interface {
	PutObject(ctx context.Context, input *s3.PutObjectInput, options ...func(*s3.Options)) (*s3.PutObjectOutput, error)
}

// StoreArtifact uploads a file to the artifact store.
func StoreArtifact(ctx context.Context, configuration aws.Config, bucket, key, file string) (err error) {
	body, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open the artifact: %w", err)
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	var client storeClient = s3.NewFromConfig(configuration, pathStyle)
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: body})
	if err != nil {
		return objectError("store", bucket, key, err)
	}
	return nil
}

// Stack is a CloudFormation stack that a CDK step deployed.
type Stack struct{ Name, Region, Account string }

// StackOrigin is the step and the distribution that deployed a stack.
type StackOrigin struct{ DistributionID, DistributionName, Environment, ObjectIdentifier, StepName string }

// SaveStack writes the item of a stack into the resource-state table.
func SaveStack(ctx context.Context, configuration aws.Config, table string, stack Stack, origin StackOrigin) error {
	_, err := dynamodb.NewFromConfig(configuration).PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: item{
		protocol.AttrResourceType: stringAttr(protocol.TypeCDKStack), protocol.AttrName: stringAttr(stack.Name + "-" + stack.Region + "-" + stack.Account),
		protocol.AttrStepName: stringAttr(origin.StepName), protocol.AttrDistributionName: stringAttr(origin.DistributionName), protocol.AttrDistributionID: stringAttr(origin.DistributionID),
		protocol.AttrObjectIdentifier: stringAttr(origin.ObjectIdentifier), protocol.AttrEnvironment: stringAttr(origin.Environment), protocol.AttrStackType: stringAttr(protocol.StackTypeCDK),
	}})
	if err != nil {
		return permanentError(fmt.Sprintf("save stack %s in table %s", stack.Name, table), err)
	}
	return nil
}
