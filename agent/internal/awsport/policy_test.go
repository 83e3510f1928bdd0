package awsport

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
	} {
		for i := range client.calls.NumMethod() {
			action := client.service + ":" + client.calls.Method(i).Name
			if action == "s3:HeadObject" { // IAM has no such action
				action = "s3:GetObject"
			}
			called[action] = true
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
		assert.Equal(t, "Allow", statement.Effect)
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
