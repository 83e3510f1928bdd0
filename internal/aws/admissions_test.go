package aws

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// TestAdmissionInParts: DynamoDB may read a part of a batch, and leave the rest. A job is
// never judged by a part.
func TestAdmissionInParts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answered int // calls that read an item
		calls    int
	}{
		"in the end": {answered: 4, calls: 4},
		"never":      {answered: 1, calls: 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, calls := fakeaws.NewProxy(t, "http://127.0.0.1:1"), 0
			proxy.On("BatchGetItem", func(_ int, w http.ResponseWriter, r *http.Request) bool {
				calls++
				type table struct {
					ConsistentRead bool
					Keys           []map[string]map[string]string
				}
				var request struct{ RequestItems map[string]*table }
				assert.NoError(t, json.NewDecoder(r.Body).Decode(&request))
				read := map[string][]map[string]map[string]string{}
				for name, wanted := range request.RequestItems {
					assert.True(t, wanted.ConsistentRead)
					if calls > c.answered || len(read) > 0 {
						continue
					}
					found := wanted.Keys[0]
					found["stackName"], found["secret"], found["sqsQueueUrl"] = map[string]string{"S": "dev-shop"}, map[string]string{"S": "key"}, map[string]string{"S": "https://queue"}
					read[name] = append(read[name], found)
					if wanted.Keys = wanted.Keys[1:]; len(wanted.Keys) == 0 {
						delete(request.RequestItems, name)
					}
				}
				w.Header().Set("Content-Type", "application/x-amz-json-1.0")
				assert.NoError(t, json.NewEncoder(w).Encode(map[string]any{"Responses": read, "UnprocessedKeys": request.RequestItems}))
				return true
			})
			found, err := NewAdmissions(sdkConfig(t, proxy.Endpoint()), stateTable, deployTable).
				Admission(t.Context(), launch.AdmissionKeys{Runner: "dev-shop-Build", StateMachine: testMachine, Deployment: "dev-shop"})
			assert.Equal(t, c.calls, calls)
			if c.answered < 4 {
				require.ErrorContains(t, err, "AWS throttled dynamodb:BatchGetItem")
				assert.Zero(t, found)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, "dev-shop", found.Stack)
			assert.Equal(t, "key", found.Secret.Key)
			assert.Equal(t, "https://queue", found.State.QueueURL)
		})
	}
}
