package e2e_test

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

const hostID = "i-0123456789abcdef0"

// TestHostEndsWithItsAgent: an agent with an EC2 instance of its own ends that,
// however it ends itself, unless the original framework's item says no.
func TestHostEndsWithItsAgent(t *testing.T) {
	t.Parallel()
	// An idle agent is told at once that it has nothing to do.
	idle := []string{"ATTINI_RUNNER_IDLE_TTL=1", "ATTINI_SETTLE_TIME=0"}
	for name, c := range map[string]struct {
		arguments, variables []string
		// item is what the framework writes into the runner's item first.
		item map[string]dynamodbtypes.AttributeValue
		// stop is the call at which ECS stops the task.
		stop string
		// left are the messages in the queue after that, and the hidden ones.
		left string
		code int
		// ends says that the host is terminated.
		ends bool
	}{
		"idle":                    {variables: idle, ends: true},
		"stopped":                 {stop: "DeleteMessage", left: "0+0", ends: true},
		"stopped at its start":    {stop: "UpdateItem", left: "1+0", ends: true},
		"of too old a version":    {arguments: []string{"AQC…", "99.0.0"}, code: 1, ends: true},
		"that cannot start":       {item: map[string]dynamodbtypes.AttributeValue{"startupCommands": list("exit 7")}, code: 1, ends: true},
		"whose host is to stay":   {variables: idle, item: map[string]dynamodbtypes.AttributeValue{"shutdownHookDisabled": &dynamodbtypes.AttributeValueMemberBOOL{Value: true}}},
		"of which nobody decided": {variables: idle, item: map[string]dynamodbtypes.AttributeValue{"shutdownHookDisabled": nil}, ends: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			b.put(t, b.stateTable, "runner-on-host.json")
			for attribute, value := range c.item {
				b.setRunner(t, contractRunner, attribute, value)
			}
			a := b.prepare(t, contractTask, c.arguments...)
			a.process.Env = append(a.process.Env, "ATTINI_RUNNER_RESOURCE_NAME="+contractRunner, "ATTINI_EC2_INSTANCE_ID="+hostID)
			a.process.Env = append(a.process.Env, c.variables...)
			hosts := &hosts{}
			a.caller.On("TerminateInstances", hosts.terminate)
			a.caller.On("SendTaskFailure", fine) // no state machine knows the token
			if c.stop != "" {
				a.caller.On(c.stop, fakeaws.Times(1, func(int, http.ResponseWriter, *http.Request) bool {
					a.terminate(t)
					return false
				}))
				b.send(t, contract(t, "message.json")) // nobody knows of it, so it is deleted
			}
			a.begin(t)
			require.Eventually(t, func() bool { return isClosed(a.ended) }, soon, tick)
			assert.Equal(t, c.code, a.process.ProcessState.ExitCode())
			var want []string
			if c.ends {
				want = []string{hostID}
			}
			assert.Equal(t, want, hosts.terminated())
			if c.left != "" {
				// A receive that was under way gives back what it has just got.
				assert.Eventually(t, func() bool { return b.waiting(t) == c.left }, soon, tick, "%s in place of %s", b.waiting(t), c.left)
			}
		})
	}
}

// hosts plays EC2, of which the stand-in has none.
type hosts struct {
	mutex sync.Mutex
	ids   []string
}

// terminated are the instances that were, in order.
func (h *hosts) terminated() []string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return slices.Clone(h.ids)
}

func (h *hosts) terminate(_ int, w http.ResponseWriter, r *http.Request) bool {
	body, err := fakeaws.Body(r)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.ids = append(h.ids, form.Get("InstanceId.1"))
	w.Header().Set("Content-Type", "text/xml")
	_, _ = w.Write([]byte(`<TerminateInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><instancesSet><item>` +
		`<instanceId>` + form.Get("InstanceId.1") + `</instanceId><currentState><code>32</code><name>shutting-down</name></currentState>` +
		`</item></instancesSet></TerminateInstancesResponse>`))
	return true
}

// fine answers a call that has no result.
func fine(_ int, w http.ResponseWriter, _ *http.Request) bool {
	_, _ = w.Write([]byte("{}"))
	return true
}

func list(values ...string) dynamodbtypes.AttributeValue {
	l := &dynamodbtypes.AttributeValueMemberL{}
	for _, value := range values {
		l.Value = append(l.Value, text(value))
	}
	return l
}

// setRunner sets one attribute of a runner's item; nil removes it.
func (b *fixture) setRunner(t testing.TB, runner, attribute string, value dynamodbtypes.AttributeValue) {
	t.Helper()
	input := &dynamodb.UpdateItemInput{
		TableName: &b.stateTable, Key: map[string]dynamodbtypes.AttributeValue{"resourceType": text("Runner"), "name": text(runner)},
		UpdateExpression: aws.String("REMOVE #attribute"), ExpressionAttributeNames: map[string]string{"#attribute": attribute},
	}
	if value != nil {
		input.UpdateExpression = aws.String("SET #attribute = :value")
		input.ExpressionAttributeValues = map[string]dynamodbtypes.AttributeValue{":value": value}
	}
	_, err := b.tables.UpdateItem(t.Context(), input)
	require.NoError(t, err)
}
