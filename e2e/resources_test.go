package e2e_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

func text(value string) dynamodbtypes.AttributeValue {
	return &dynamodbtypes.AttributeValueMemberS{Value: value}
}

// table makes a table with a text as hash key and a range key of a type.
func (c *clients) table(t testing.TB, prefix, hash, rangeKey string, rangeType dynamodbtypes.ScalarAttributeType) string {
	t.Helper()
	name := prefix + "-" + unique()
	_, err := c.tables.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: dynamodbtypes.BillingModePayPerRequest,
		AttributeDefinitions: []dynamodbtypes.AttributeDefinition{
			{AttributeName: &hash, AttributeType: dynamodbtypes.ScalarAttributeTypeS},
			{AttributeName: &rangeKey, AttributeType: rangeType},
		},
		KeySchema: []dynamodbtypes.KeySchemaElement{
			{AttributeName: &hash, KeyType: dynamodbtypes.KeyTypeHash}, {AttributeName: &rangeKey, KeyType: dynamodbtypes.KeyTypeRange},
		},
	})
	require.NoError(t, err)
	return name
}

func (c *clients) bucket(t testing.TB) string {
	t.Helper()
	name := "attini-artifact-store-" + fakeaws.Region + "-" + fakeaws.Account + "-" + unique()
	_, err := c.objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
	require.NoError(t, err)
	return name
}

func (c *clients) object(ctx context.Context, t require.TestingT, bucket, key string) []byte {
	got, err := c.objects.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: aws.String(key)})
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	return body
}

// archive is a zip of files.
func archive(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	writer := zip.NewWriter(&buffer)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &zip.FileHeader{Name: name, Method: zip.Deflate}
		header.SetMode(0o755)
		file, err := writer.CreateHeader(header)
		require.NoError(t, err)
		_, err = file.Write([]byte(files[name]))
		require.NoError(t, err)
	}
	require.NoError(t, writer.Close())
	return buffer.Bytes()
}
