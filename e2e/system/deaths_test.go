package system_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/lambdahost"
)

// deaths kill the launcher at one of the calls that it makes for a stack.
type deaths struct {
	mutex sync.Mutex
	// left is how many calls for a stack are served before the launcher dies, once.
	left map[string]int
	// running ends the invocations for a stack.
	running map[string][]context.CancelCauseFunc
}

// errKilled is how an invocation ends whose process is killed.
var errKilled = errors.New("signal: killed")

// at has the launcher die at the nth call for a stack, before it is served.
func (d *deaths) at(stack string, n int) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.left == nil {
		d.left, d.running = map[string]int{}, map[string][]context.CancelCauseFunc{}
	}
	d.left[stack] = n
}

// died reports whether the launcher has died for a stack.
func (d *deaths) died(stack string) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.left[stack] == 0
}

// mortal is the launcher's function. The processes of the other invocations live on.
func (d *deaths) mortal(function fakeaws.Function) fakeaws.Function {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		ctx, kill := context.WithCancelCause(ctx)
		defer kill(nil)
		d.mutex.Lock()
		for stack := range d.left {
			if bytes.Contains(payload, []byte(stack)) {
				d.running[stack] = append(d.running[stack], kill)
			}
		}
		d.mutex.Unlock()
		answer, err := function(ctx, payload)
		if errors.Is(err, errKilled) {
			return nil, &lambdahost.FunctionError{Type: "Runtime.ExitError", Message: err.Error(), Payload: []byte(`{"errorType":"Runtime.ExitError","errorMessage":"Runtime exited with error: signal: killed"}`)}
		}
		return answer, err
	}
}

// answer is a fakeaws.Answer of all calls of a service.
func (d *deaths) answer(_ int, _ http.ResponseWriter, request *http.Request) bool {
	body, err := fakeaws.Body(request)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for stack, left := range d.left {
		if left == 0 || !bytes.Contains(body, []byte(stack)) {
			continue
		}
		if d.left[stack]--; left == 1 {
			for _, kill := range d.running[stack] {
				kill(errKilled)
			}
			panic(http.ErrAbortHandler)
		}
	}
	return false
}

// TestLauncherKilled: the launcher is killed at each of the calls that it makes for a
// stack, also when it hears of the stack's end. The step goes on, with one operation.
func TestLauncherKilled(t *testing.T) {
	t.Parallel()
	const calls = 9
	// The answer names the stack.
	template := strings.Replace(goodTemplate, "Outputs: {", "Outputs: {Name: {Value: !Ref AWS::StackName}, ", 1)
	a := open(t)
	var names []string
	for n := range calls {
		names = append(names, played(t))
		a.deaths.at(names[n], n+1)
	}
	list, err := json.Marshal(names)
	require.NoError(t, err)
	s := a.stepsPlan(t, map[string]string{"good.yaml": template},
		object{"Name": "Names", "Type": "Pass", "Result": json.RawMessage(list), "ResultPath": "$.names"},
		object{
			"Name": "Each", "Type": "Map", "ItemsPath": "$.names", "ResultPath": "$.each",
			"ItemSelector":  object{"name.$": "$$.Map.Item.Value", "deploymentOriginData.$": "$.deploymentOriginData", "output": object{}},
			"ItemProcessor": []object{{"Name": "Stack", "Type": "AttiniCfn", "HeartbeatSeconds": 3, "Properties": object{"StackName.$": "$.name", "Template": "/good.yaml", "Parameters": object{"Size": 1}, "StackRoleArn": stackRole}}},
		},
	)
	end := s.endedWithin(t, s.first(t), 3*time.Minute)
	require.Equal(t, "SUCCEEDED", string(end.Status), "%s: %s", aws.ToString(end.Error), aws.ToString(end.Cause))
	died := 0 // how many calls there are depends on which comes first, the event or the launcher's last call
	for _, name := range names {
		if a.deaths.died(name) {
			died++
		}
		operations := 0
		for _, event := range a.cfnFake.Played(name) {
			if event == name+" CREATE_IN_PROGRESS" {
				operations++
			}
		}
		assert.Equal(t, 1, operations, "of %s", name)
	}
	assert.GreaterOrEqual(t, died, 6)
}
