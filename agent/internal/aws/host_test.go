package aws

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

const hostID = "i-0123456789abcdef0"

// instances is EC2, as far as it terminates.
type instances struct {
	mu       sync.Mutex
	requests []url.Values
	// faults are the answers to the next requests: a code, or "" for a
	// connection that is cut. Afterwards all is well.
	faults []string
	// hang, where it is set, is called by a request after the faults, which
	// then waits until its client goes.
	hang func()
}

// EC2's answers, with the instance or the error's code.
const (
	ec2Answer = `<TerminateInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>
<instancesSet><item><instanceId>%s</instanceId></item></instancesSet></TerminateInstancesResponse>`
	ec2Fault = `<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error><Code>%s</Code><Message>EC2's own words on %[1]s</Message></Error></Errors><RequestID>4f9b-request</RequestID></Response>`
)

func (i *instances) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	i.mu.Lock()
	i.requests = append(i.requests, r.Form)
	faulty, fault := len(i.faults) > 0, ""
	if faulty {
		fault, i.faults = i.faults[0], i.faults[1:]
	}
	i.mu.Unlock()
	switch {
	case faulty && fault == "":
		panic(http.ErrAbortHandler)
	case faulty:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, ec2Fault, fault)
	case i.hang != nil:
		i.hang()
		<-r.Context().Done()
	default:
		_, _ = fmt.Fprintf(w, ec2Answer, r.Form.Get("InstanceId.1"))
	}
}

func (i *instances) asked() []url.Values {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.requests
}

// newHost is a host whose far sides are DynamoDB's and EC2's. Its pauses are
// short, and its deadlines long: on a busy machine a call takes its time.
func newHost(t testing.TB, state, far http.Handler, task string, logger *slog.Logger) *Host {
	t.Helper()
	h := NewHost(configure(t, far), NewRunnerItem(configure(t, state), stateTable, "shop-Build", task, quiet()), hostID, logger)
	h.pause, h.reading, h.terminating = time.Millisecond, time.Minute, time.Minute
	return h
}

// TestHostIsKeptIfTheItemSaysSo: the host stays only if the item says so. A missing
// attribute or item does not keep it.
func TestHostIsKeptIfTheItemSaysSo(t *testing.T) {
	t.Parallel()
	const own, other = "arn:task/a", "arn:task/b"
	cases := map[string]struct {
		state item
		task  string
		stays bool
	}{
		"told to":                             {item{protocol.AttrHostKept: boolAttr(true), protocol.AttrTaskID: stringAttr(own), protocol.AttrHostID: stringAttr(hostID)}, own, true},
		"told to, without a task":             {item{protocol.AttrHostKept: boolAttr(true)}, "", true},
		"told not to":                         {item{protocol.AttrHostKept: boolAttr(false), protocol.AttrTaskID: stringAttr(own), protocol.AttrHostID: stringAttr(hostID)}, own, false},
		"not told":                            {item{protocol.AttrTaskID: stringAttr(own), protocol.AttrHostID: stringAttr(hostID)}, own, false},
		"told in other words":                 {item{protocol.AttrHostKept: stringAttr("true")}, own, false},
		"no item":                             {nil, own, false},
		"another task works on it":            {item{protocol.AttrHostKept: boolAttr(false), protocol.AttrTaskID: stringAttr(other), protocol.AttrHostID: stringAttr(hostID)}, own, true},
		"another task has another host":       {item{protocol.AttrHostKept: boolAttr(false), protocol.AttrTaskID: stringAttr(other), protocol.AttrHostID: stringAttr("i-other")}, own, false},
		"another task has no host":            {item{protocol.AttrTaskID: stringAttr(other)}, own, false},
		"no task":                             {item{protocol.AttrHostID: stringAttr(hostID)}, own, false},
		"an agent of a wrong version":         {item{protocol.AttrTaskID: stringAttr(own), protocol.AttrHostID: stringAttr(hostID)}, "", false},
		"a stopped launcher's, before a task": {item{protocol.AttrHostKept: boolAttr(false), protocol.AttrHostID: stringAttr(hostID)}, own, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			configuration, client := tables(t)
			if c.state != nil {
				c.state[protocol.AttrResourceType], c.state[protocol.AttrName] = stringAttr(protocol.TypeRunner), stringAttr("shop-Build")
				_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(stateTable), Item: c.state})
				require.NoError(t, err)
			}
			host := NewHost(configuration, NewRunnerItem(configuration, stateTable, "shop-Build", c.task, quiet()), hostID, quiet())
			assert.Equal(t, !c.stays, host.ShouldTerminate(t.Context()))
		})
	}
}

// TestTheItemIsReadConsistently: a launcher's word must not be missed.
func TestTheItemIsReadConsistently(t *testing.T) {
	t.Parallel()
	var asked map[string]any
	state := jsonService{"GetItem": func(_ context.Context, request map[string]any) (any, error) {
		asked = request
		return map[string]any{"Item": map[string]any{"shutdownHookDisabled": map[string]any{"BOOL": true}}}, nil
	}}
	assert.False(t, newHost(t, state, nil, "arn:task/a", quiet()).ShouldTerminate(t.Context()))
	assert.Equal(t, map[string]any{
		"TableName": stateTable, "ConsistentRead": true,
		"Key": map[string]any{"resourceType": map[string]any{"S": "Runner"}, "name": map[string]any{"S": "shop-Build"}},
	}, asked)
}

// TestReadOfTheHostAttributeIsRetried: a read that fails is retried. Only an error that
// persists lets the agent terminate its host.
func TestReadOfTheHostAttributeIsRetried(t *testing.T) {
	t.Parallel()
	stays := map[string]any{"Item": map[string]any{"shutdownHookDisabled": map[string]any{"BOOL": true}}}
	cases := map[string]struct {
		answers    func(call int) (any, error)
		terminates bool
		calls      func(t *testing.T, calls int)
		log        string
		reading    time.Duration
	}{
		"an error that passes": {
			func(call int) (any, error) {
				if call < 3 {
					return nil, serviceError("ProvisionedThroughputExceededException")
				}
				return stays, nil
			},
			false, func(t *testing.T, calls int) { assert.Equal(t, 3, calls) }, "shutdownHookDisabled is set", 0,
		},
		"an error that stays": {
			func(int) (any, error) { return nil, serviceError("InternalServerError") },
			true, func(t *testing.T, calls int) { assert.Greater(t, calls, 2) }, "InternalServerError: the service's own words", 2 * time.Second,
		},
		"no permission": {
			func(int) (any, error) { return nil, serviceError("AccessDeniedException") },
			true, func(t *testing.T, calls int) { assert.Equal(t, 1, calls) }, "AccessDeniedException: the service's own words", 0,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64 // a call that was given up may still count
			state := jsonService{"GetItem": func(context.Context, map[string]any) (any, error) {
				return c.answers(int(calls.Add(1)))
			}}
			var log bytes.Buffer
			host := newHost(t, state, nil, "arn:task/a", slog.New(slog.NewTextHandler(&log, nil)))
			if c.reading > 0 {
				host.reading = c.reading
			}
			assert.Equal(t, c.terminates, host.ShouldTerminate(t.Context()))
			c.calls(t, int(calls.Load()))
			assert.Contains(t, log.String(), c.log)
			assert.Contains(t, log.String(), hostID)
		})
	}
}

// TestReadingLeavesTimeToTerminate: a table that hangs has half of the time
// only; the termination gets through in the other half.
func TestReadingLeavesTimeToTerminate(t *testing.T) {
	t.Parallel()
	state := jsonService{"GetItem": func(ctx context.Context, _ map[string]any) (any, error) {
		<-ctx.Done()
		return nil, serviceError("late")
	}}
	var far instances
	host := newHost(t, state, &far, "arn:task/a", quiet())
	host.reading = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	require.True(t, host.ShouldTerminate(ctx))
	require.NoError(t, ctx.Err())
	require.NoError(t, host.Terminate(ctx))
	assert.Len(t, far.asked(), 1)
}

func TestNoHost(t *testing.T) {
	t.Parallel()
	var far instances
	host := newHost(t, jsonService{}, &far, "arn:task/a", quiet())
	host.id = ""
	assert.False(t, host.ShouldTerminate(t.Context()))
	require.NoError(t, host.Terminate(t.Context()))
	assert.Empty(t, far.asked())
}

// TestTerminate: the error contains EC2's own message.
func TestTerminate(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		faults  []string
		calls   int
		refused bool
		words   []string
	}{
		"at once":                {nil, 1, false, nil},
		"after throttling":       {[]string{"RequestLimitExceeded", "RequestLimitExceeded"}, 3, false, nil},
		"after a cut connection": {[]string{""}, 2, false, nil},
		"gone already":           {[]string{"InvalidInstanceID.NotFound"}, 1, false, nil},
		"protected":              {[]string{"OperationNotPermitted"}, 1, true, []string{"OperationNotPermitted: EC2's own words on OperationNotPermitted", "4f9b-request"}},
		"not permitted":          {[]string{"UnauthorizedOperation"}, 1, true, []string{"EC2's own words on UnauthorizedOperation"}},
		"no instance's name":     {[]string{"InvalidInstanceID.Malformed"}, 1, true, []string{"InvalidInstanceID.Malformed"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			far := instances{faults: c.faults}
			err := newHost(t, jsonService{}, &far, "arn:task/a", quiet()).Terminate(t.Context())
			require.Len(t, far.asked(), c.calls)
			for _, request := range far.asked() {
				assert.Equal(t, url.Values{
					"Action": {"TerminateInstances"}, "Version": {"2016-11-15"}, "InstanceId.1": {hostID},
				}, request)
			}
			if c.words == nil {
				require.NoError(t, err)
				return
			}
			assert.Equal(t, c.refused, errors.Is(err, worker.ErrRefused))
			for _, word := range append(c.words, hostID) {
				assert.ErrorContains(t, err, word)
			}
		})
	}
}

// TestTerminationGivesUp when its time is over; the error has the last answer,
// also where EC2 does not answer any more.
func TestTerminationGivesUp(t *testing.T) {
	t.Parallel()
	far := instances{faults: []string{"RequestLimitExceeded", "InternalError"}, hang: func() {}}
	host := newHost(t, jsonService{}, &far, "arn:task/a", quiet())
	host.terminating = 2 * time.Second
	err := host.Terminate(t.Context())
	require.ErrorIs(t, err, errHostTime)
	require.ErrorContains(t, err, "EC2's own words on InternalError")
	assert.Len(t, far.asked(), 3)
}

// TestTerminationIsCancelled: an agent that is told to end at once does so.
func TestTerminationIsCancelled(t *testing.T) {
	t.Parallel()
	atOnce := errors.New("end at once")
	ctx, cancel := context.WithCancelCause(t.Context())
	far := instances{hang: func() { cancel(atOnce) }}
	host := newHost(t, jsonService{}, &far, "arn:task/a", quiet())
	host.terminating, host.call = time.Hour, time.Hour
	require.ErrorIs(t, host.Terminate(ctx), atOnce)
	assert.Len(t, far.asked(), 1)
}
