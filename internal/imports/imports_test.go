package imports_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/imports"
	"github.com/attini-go/runner/internal/launch/message"
)

// account has one object, and keeps what steps get.
type account struct {
	text, output string
	failure      *message.Failure
}

func (a *account) Object(_ context.Context, bucket, key, role string) ([]byte, error) {
	if bucket+"/"+key+"/"+role != "b/k/r" {
		return nil, &message.Failure{Name: imports.ErrorImport, Cause: "there is no such object"}
	}
	return []byte(a.text), nil
}

func (a *account) Succeed(_ context.Context, token string, output []byte) error {
	a.output = token + " " + string(output)
	return nil
}

func (a *account) Fail(_ context.Context, _ string, failure message.Failure) error {
	a.failure = &failure
	return nil
}

func request(properties string) []byte {
	return []byte(`{"Properties": ` + properties + `, "deploymentPlanExecutionMetadata": {"sfnToken": "t"}}`)
}

func TestImport(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"JSON": `{"vpc": {"id": "v", "zones": ["a", "b"], "on": true}}`, "YAML": "vpc: {id: v, zones: [a, b], on: true}"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &account{text: text}
			require.NoError(t, imports.Import(t.Context(), a, a, request(`{"SourceType": "s3", "Source": {"Bucket": "b", "Key": "k"}, "ExecutionRoleArn": "r", "Mapping": {"Vpc": "$.vpc.id", "Zones": "$.vpc.zones[*]", "On": "$.vpc.on"}}`)))
			assert.Nil(t, a.failure)
			assert.JSONEq(t, `{"Vpc": "v", "Zones": ["a", "b"], "On": true}`, a.output[2:])
		})
	}
}

func TestImportFailures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, properties, says string }{
		"missing value":     {"{}", `{"SourceType": "S3", "Source": {"Bucket": "b", "Key": "k"}, "ExecutionRoleArn": "r", "Mapping": {"A": "$.a"}}`, "$.a"},
		"missing object":    {"{}", `{"SourceType": "S3", "Source": {"Bucket": "b", "Key": "x"}, "Mapping": {"A": "$.a"}}`, "no such object"},
		"no path":           {"{}", `{"SourceType": "S3", "Source": {"Bucket": "b", "Key": "k"}, "ExecutionRoleArn": "r", "Mapping": {"A": "States.UUID()"}}`, "not a JSONPath"},
		"no document":       {"a: [", `{"SourceType": "S3", "Source": {"Bucket": "b", "Key": "k"}, "ExecutionRoleArn": "r", "Mapping": {"A": "$.a"}}`, "neither YAML nor JSON"},
		"other source":      {"{}", `{"SourceType": "Distribution", "Source": {"Name": "n"}, "Mapping": {"A": "$.a"}}`, "supported: S3"},
		"a list for a text": {"{}", `{"SourceType": ["S3"]}`, "must be texts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &account{text: test.text}
			require.NoError(t, imports.Import(t.Context(), a, a, request(test.properties)))
			require.NotNil(t, a.failure)
			assert.Equal(t, imports.ErrorImport, a.failure.Name)
			assert.Contains(t, a.failure.Cause, test.says)
		})
	}
}
