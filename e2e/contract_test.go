package e2e_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// What the contract's items name.
const (
	contractRunner = "dev-shop-deployment-plan-BuildRunner"
	contractTask   = "arn:aws:ecs:eu-west-1:111122223333:task/attini-default/0d1e"
)

// TestOriginalFramework: the agent takes what the original framework writes,
// byte for byte: its message, its items, the variables and arguments with which
// it starts a task. It answers as that framework expects.
func TestOriginalFramework(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	const bucket = "attini-artifact-store-eu-west-1-111122223333"
	_, err := b.objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(bucket)})
	require.NoError(t, err)
	_, err = b.objects.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("dev/shop/7c9e/distribution-origin/shop.zip"),
		Body: bytes.NewReader(archive(t, map[string]string{"Makefile": "plan:\n\t@cat $$ATTINI_INPUT > $$ATTINI_OUTPUT\n\t@echo level $$LEVEL\n"})),
	})
	require.NoError(t, err)
	b.put(t, b.stateTable, "runner.json")
	b.put(t, b.deploymentsTable, "deployment.json")

	a := b.prepare(t, contractTask, "AQC-of-the-first-step", "2.0.2")
	a.process.Env = append(a.process.Env,
		"ATTINI_RUNNER_RESOURCE_NAME="+contractRunner, "ATTINI_DISABLE_ANSI_COLOR=true",
		"ATTINI_ARTIFACT_STORE="+bucket, "ATTINI_STARTUP_COMMANDS_TIMEOUT=30", "ATTINI_RUNNER_IDLE_TTL=120",
		"ATTINI_MAX_CONCURRENT_JOBS=7", "ATTINI_JOB_TIMEOUT=600", "ATTINI_LOG_LEVEL=INFO")
	answers := make(chan []byte, 1)
	a.caller.On("SendTaskHeartbeat", fine) // no state machine knows the contract's token
	a.caller.On("SendTaskSuccess", func(n int, w http.ResponseWriter, r *http.Request) bool {
		body, err := fakeaws.Body(r)
		if assert.NoError(t, err) {
			answers <- body
		}
		return fine(n, w, r)
	})
	a.begin(t)
	b.send(t, contract(t, "message.json"))
	var answer struct{ TaskToken, Output string }
	select {
	case body := <-answers:
		require.NoError(t, json.Unmarshal(body, &answer))
	case <-time.After(soon):
		require.Fail(t, "the job is not answered")
	}
	assert.Equal(t, "AQC…", answer.TaskToken)
	assert.Equal(t, `{"deploymentOriginData":{"distributionName":"shop","deploymentTime":1700000000123,`+
		`"deploymentSource":{"deploymentSourcePrefix":"dev/shop/7c9e/distribution-origin","deploymentSourceBucket":"attini-artifact-store-eu-west-1-111122223333"},`+
		`"environment":"dev","distributionId":"7c9e","deploymentName":"dev-shop","objectIdentifier":"dev/shop/shop.zip#v1",`+
		`"stackName":"dev-shop-deployment-plan","distributionTags":{"team":"core"},"version":"1.4.0","samPackaged":false},`+
		`"output":{},"dependencies":{},"customData":{},"stackParameters":{"AttiniEnvironmentName":"dev"},"appConfig":null,`+
		`"taskConfigHashCode":-619745872}`, answer.Output)
	for _, line := range []string{"Startup | up in dev\n", "Startup | of shop\n", "Build | level 3\n"} {
		assert.Contains(t, a.output.String(), line)
	}
	got, err := b.tables.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &b.stateTable, ConsistentRead: aws.Bool(true),
		Key: map[string]dynamodbtypes.AttributeValue{"resourceType": text("Runner"), "name": text(contractRunner)},
	})
	require.NoError(t, err)
	assert.Equal(t, &dynamodbtypes.AttributeValueMemberBOOL{Value: true}, got.Item["started"])
	assert.Equal(t, text("2f0c"), got.Item["taskStartedByExecution"], "the rest is left alone")
}

// contract returns a file of testdata/contract: what the original framework
// writes.
func contract(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/contract/" + name)
	require.NoError(t, err)
	return text
}

// put puts an item into a table as it is on the wire.
func (b *fixture) put(t testing.TB, table, name string) {
	t.Helper()
	var wire map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(contract(t, name), &wire))
	item := map[string]dynamodbtypes.AttributeValue{}
	for attribute, value := range wire {
		item[attribute] = attributeOf(t, value)
	}
	_, err := b.tables.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
	require.NoError(t, err)
}

// attributeOf reads one value as it is on the wire.
func attributeOf(t testing.TB, wire json.RawMessage) dynamodbtypes.AttributeValue {
	t.Helper()
	var value struct {
		S, N *string
		BOOL *bool
		SS   []string
		L    []json.RawMessage
		M    map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(wire, &value))
	switch {
	case value.S != nil:
		return text(*value.S)
	case value.N != nil:
		return &dynamodbtypes.AttributeValueMemberN{Value: *value.N}
	case value.BOOL != nil:
		return &dynamodbtypes.AttributeValueMemberBOOL{Value: *value.BOOL}
	case value.SS != nil:
		return &dynamodbtypes.AttributeValueMemberSS{Value: value.SS}
	case value.L != nil:
		list := &dynamodbtypes.AttributeValueMemberL{}
		for _, one := range value.L {
			list.Value = append(list.Value, attributeOf(t, one))
		}
		return list
	}
	members := &dynamodbtypes.AttributeValueMemberM{Value: map[string]dynamodbtypes.AttributeValue{}}
	for name, one := range value.M {
		members.Value[name] = attributeOf(t, one)
	}
	return members
}
