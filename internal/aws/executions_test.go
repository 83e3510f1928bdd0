package aws

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/history"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

const executionARN = "arn:aws:states:eu-west-1:111122223333:execution:plan:x1"

// TestExecutionRecords: all pages, and what a run needs of each kind of event.
func TestExecutionRecords(t *testing.T) {
	t.Parallel()
	proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
	pages := []string{
		`{"nextToken":"more","events":[
			{"id":1,"previousEventId":0,"timestamp":1.5,"type":"ExecutionStarted","executionStartedEventDetails":{"input":"{}"}},
			{"id":2,"previousEventId":0,"timestamp":2,"type":"TaskStateEntered","stateEnteredEventDetails":{"name":"A","input":"{\"a\":1}"}},
			{"id":3,"previousEventId":2,"timestamp":3,"type":"TaskFailed","taskFailedEventDetails":{"error":"E","cause":"C","resource":"invoke","resourceType":"lambda"}}]}`,
		`{"events":[
			{"id":4,"previousEventId":3,"timestamp":4,"type":"TaskStateExited","stateExitedEventDetails":{"name":"A","output":"{}"}},
			{"id":5,"previousEventId":4,"timestamp":5,"type":"MapIterationStarted","mapIterationStartedEventDetails":{"name":"M","index":3}},
			{"id":6,"previousEventId":5,"timestamp":6,"type":"ExecutionFailed","executionFailedEventDetails":{"error":"E","cause":"C"}}]}`,
	}
	asked := &recordedRequests{}
	proxy.On("GetExecutionHistory", func(n int, w http.ResponseWriter, r *http.Request) bool {
		asked.mu.Lock()
		page := pages[len(asked.bodies)]
		asked.mu.Unlock()
		return asked.answer(http.StatusOK, page)(n, w, r)
	})
	records, err := NewExecutions(sdkConfig(t, proxy.Endpoint())).Records(t.Context(), executionARN)
	require.NoError(t, err)
	assert.JSONEq(t, `{"executionArn":"`+executionARN+`","maxResults":1000,"includeExecutionData":true}`, asked.bodies[0])
	assert.JSONEq(t, `{"executionArn":"`+executionARN+`","maxResults":1000,"includeExecutionData":true,"nextToken":"more"}`, asked.bodies[1])
	require.Len(t, records, 6)
	assert.Equal(t, int64(1500), records[0].Time.UnixMilli())
	for i := range records {
		records[i].Time = records[0].Time
	}
	started := records[0].Time
	assert.Equal(t, []history.Record{
		{ID: 1, Time: started, Type: "ExecutionStarted", Input: "{}"},
		{ID: 2, Time: started, Type: "TaskStateEntered", Name: "A", Input: `{"a":1}`},
		{ID: 3, Previous: 2, Time: started, Type: "TaskFailed", Error: "E", Cause: "C"},
		{ID: 4, Previous: 3, Time: started, Type: "TaskStateExited", Name: "A", Output: "{}"},
		{ID: 5, Previous: 4, Time: started, Type: "MapIterationStarted", Name: "M", Index: 3},
		{ID: 6, Previous: 5, Time: started, Type: "ExecutionFailed", Error: "E", Cause: "C"},
	}, records)
}

// TestExecutionDefinition names what is missing.
func TestExecutionDefinition(t *testing.T) {
	t.Parallel()
	proxy, asked := answering(t, "DescribeStateMachineForExecution", http.StatusOK, `{"name":"plan","definition":"{}"}`)
	executions := NewExecutions(sdkConfig(t, proxy.Endpoint()))
	definition, name, err := executions.Definition(t.Context(), executionARN)
	require.NoError(t, err)
	assert.Equal(t, "plan {}", name+" "+string(definition))
	assert.JSONEq(t, `{"executionArn":"`+executionARN+`"}`, asked.only(t))
	proxy.On("DescribeStateMachineForExecution", fakeaws.Error(http.StatusBadRequest, "AccessDeniedException"))
	_, _, err = executions.Definition(t.Context(), executionARN)
	assert.ErrorContains(t, err, "not allowed to call states:DescribeStateMachineForExecution")
}

// TestExecutionLog: an object that is not there is a job that printed nothing.
func TestExecutionLog(t *testing.T) {
	t.Parallel()
	var failed atomic.Bool
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Regexp(t, `^AWS4-HMAC-SHA256 Credential=AKIASTANDIN/\d{8}/eu-west-1/s3/aws4_request, `, r.Header.Get("Authorization"))
		switch r.URL.EscapedPath() {
		case "/store/a/l%C3%B6g%20%2B":
			if failed.CompareAndSwap(false, true) {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			fmt.Fprint(w, "lines")
		case "/store/none":
			w.WriteHeader(http.StatusNotFound)
		default:
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(store.Close)
	executions := NewExecutions(sdkConfig(t, store.URL))
	executions.objects.pause = time.Millisecond
	log, err := executions.Log(t.Context(), "store", "a/lög +")
	require.NoError(t, err)
	text, err := io.ReadAll(log)
	require.NoError(t, err)
	require.NoError(t, log.Close())
	assert.Equal(t, "lines", string(text))
	log, err = executions.Log(t.Context(), "store", "none")
	require.NoError(t, err)
	assert.Nil(t, log)
	_, err = executions.Log(t.Context(), "store", "forbidden")
	assert.ErrorContains(t, err, "read s3://store/forbidden: not allowed")
}

// TestObjectsAreSignedAsS3Wants: what the SDK's own client wrote, this one reads.
func TestObjectsAreSignedAsS3Wants(t *testing.T) {
	t.Parallel()
	config := sdkConfig(t, fakeaws.Start(t).Endpoint())
	fill(t, config, "logs", map[string]string{"a b/é+%2f&": "lines"})
	log, err := NewExecutions(config).Log(t.Context(), "logs", "a b/é+%2f&")
	require.NoError(t, err)
	require.NotNil(t, log)
	text, err := io.ReadAll(log)
	require.NoError(t, err)
	require.NoError(t, log.Close())
	assert.Equal(t, "lines", string(text))
}

// TestSignature compares the request with that of the SDK's client.
func TestSignature(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"eu-west-1", "cn-north-1"} {
		config := sdkConfig(t, "")
		config.BaseEndpoint, config.Region = nil, region
		own, err := newObjectReader(config).request(t.Context(), "attini-artifact-store", "a b/é+%2f&/x1")
		require.NoError(t, err)
		var theirs *http.Request
		config.HTTPClient = doer(func(r *http.Request) (*http.Response, error) {
			theirs = r
			return nil, errors.New("seen")
		})
		_, err = s3.NewFromConfig(config, func(o *s3.Options) { o.RetryMaxAttempts = 1 }).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("attini-artifact-store"), Key: aws.String("a b/é+%2f&/x1")})
		require.Error(t, err)
		assert.Equal(t, theirs.URL.Host+theirs.URL.EscapedPath(), own.URL.Host+own.URL.EscapedPath())
		assert.Equal(t, theirs.Header.Get("X-Amz-Content-Sha256"), own.Header.Get("X-Amz-Content-Sha256"))
	}
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }
