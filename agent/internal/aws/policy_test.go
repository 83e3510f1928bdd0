package aws

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// permissions are IAM's names for calls that it names otherwise. Without
// s3:ListBucket, S3 answers HeadObject of a key that does not exist with 403
// (API reference of HeadObject).
func permissions() map[string][]string {
	return map[string][]string{
		"s3:HeadObject":              {"s3:GetObject", "s3:ListBucket"},
		"s3:CreateMultipartUpload":   {"s3:PutObject"},
		"s3:UploadPart":              {"s3:PutObject"},
		"s3:UploadPartCopy":          {"s3:PutObject"},
		"s3:CompleteMultipartUpload": {"s3:PutObject"},
	}
}

// TestPolicyHasWhatIsCalled: the documented policy permits exactly the calls
// that this package's clients have.
func TestPolicyHasWhatIsCalled(t *testing.T) {
	t.Parallel()
	called := map[string]bool{}
	for _, client := range []struct {
		service string
		calls   reflect.Type
	}{
		{"sqs", reflect.TypeFor[queueClient]()},
		{"states", reflect.TypeFor[tokenClient]()},
		{"dynamodb", reflect.TypeFor[tableClient]()},
		{"s3", reflect.TypeFor[objectClient]()},
		{"s3", reflect.TypeFor[storeClient]()},
		{"s3", reflect.TypeFor[logClient]()},
		{"ec2", reflect.TypeFor[instanceClient]()},
	} {
		for i := range client.calls.NumMethod() {
			action := client.service + ":" + client.calls.Method(i).Name
			needed, other := permissions()[action]
			if !other {
				needed = []string{action}
			}
			for _, permission := range needed {
				called[permission] = true
			}
		}
	}
	text, err := os.ReadFile("../../../docs/policies/attini-runner-basic-execution-policy.json")
	require.NoError(t, err)
	var policy struct {
		Statement []struct {
			Effect string
			Action any
		}
	}
	require.NoError(t, json.Unmarshal(text, &policy))
	var permitted []string
	for _, statement := range policy.Statement {
		if statement.Effect != "Allow" {
			continue
		}
		switch action := statement.Action.(type) {
		case string:
			permitted = append(permitted, action)
		case []any:
			for _, one := range action {
				permitted = append(permitted, one.(string))
			}
		}
	}
	slices.Sort(permitted)
	permitted = slices.Compact(permitted)
	for _, action := range permitted {
		assert.True(t, called[action], "%s is permitted, but never called", action)
	}
	assert.Len(t, permitted, len(called), "%v are called", called)
}

// TestPolicyEndsOnlyRunnersHosts: ending an instance is permitted for those
// that a launcher has started, by the tag that it gives them.
func TestPolicyEndsOnlyRunnersHosts(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/policies/attini-runner-basic-execution-policy.json")
	require.NoError(t, err)
	var policy struct {
		Statement []struct {
			Action    any
			Resource  string
			Condition json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(text, &policy))
	found := 0
	for _, statement := range policy.Statement {
		if statement.Action != "ec2:TerminateInstances" {
			continue
		}
		found++
		assert.Equal(t, "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*", statement.Resource)
		assert.JSONEq(t, `{"StringEquals": {"aws:ResourceTag/AttiniResourceType": "RunnerInstance"}}`, string(statement.Condition))
	}
	assert.Equal(t, 1, found)
}
