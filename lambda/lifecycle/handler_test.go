package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	custom "github.com/aws/aws-lambda-go/cfn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/lifecycle"
	"github.com/attini-go/runner/internal/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const stackID = "arn:aws:cloudformation:eu-west-1:111122223333:stack/dev-shop/11111111-1111"

// mailbox is a place for CloudFormation's responses.
type mailbox struct {
	*httptest.Server
	mu     sync.Mutex
	bodies [][]byte
	// answer answers the n-th try, from 1; true says that it has.
	answer func(n int, w http.ResponseWriter) bool
	tries  int
}

func newMailbox(t testing.TB, answer func(n int, w http.ResponseWriter) bool) *mailbox {
	t.Helper()
	m := &mailbox{answer: answer}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.tries++
		if m.answer != nil && m.answer(m.tries, w) {
			return
		}
		assert.NoError(t, err)
		assert.Equal(t, http.MethodPut, r.Method)
		assert.Equal(t, "/response", r.URL.Path)
		assert.Equal(t, "secret", r.URL.Query().Get("Signature"))
		assert.Empty(t, r.Header.Get("Content-Type"), "the address is signed without")
		m.bodies = append(m.bodies, body)
	}))
	t.Cleanup(m.Close)
	return m
}

func (m *mailbox) address() string { return m.URL + "/response?Signature=secret" }

// only is the one response that came.
func (m *mailbox) only(t testing.TB) custom.Response {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	require.Len(t, m.bodies, 1)
	assert.LessOrEqual(t, len(m.bodies[0]), maxResponse)
	var response custom.Response
	require.NoError(t, json.Unmarshal(m.bodies[0], &response))
	return response
}

// played is a service that does what a test says.
type played struct {
	do    func(ctx context.Context) error
	calls []string
}

func (p *played) call(ctx context.Context, name string) error {
	p.calls = append(p.calls, name)
	if p.do == nil {
		return nil
	}
	return p.do(ctx)
}

func (p *played) PutRunner(ctx context.Context, r lifecycle.RunnerRequest) (string, error) {
	return "v1-1", p.call(ctx, "put "+r.PhysicalID())
}

func (p *played) RemoveRunner(ctx context.Context, stackID, id string) error {
	return p.call(ctx, "remove "+lifecycle.StackNameOf(stackID)+" "+id)
}

func (p *played) PutPlan(ctx context.Context, r lifecycle.PlanRequest) error {
	return p.call(ctx, "plan "+r.StateMachineARN+" for "+r.OldStateMachineARN)
}

func (p *played) RemovePlan(ctx context.Context, r lifecycle.PlanRequest) error {
	return p.call(ctx, "no plan "+r.StateMachineARN)
}

func (p *played) StackChanged(ctx context.Context, e lifecycle.StackEvent) error {
	return p.call(ctx, "stack "+e.Status)
}

func event(t testing.TB, kind, resourceType, address, physicalID string) []byte {
	t.Helper()
	parts := map[string]any{
		"RequestType": kind, "RequestId": "id", "ResponseURL": address, "ResourceType": resourceType, "LogicalResourceId": "Build", "StackId": stackID,
		"ResourceProperties":    map[string]any{"StackName": "dev-shop", "RunnerName": "Build", "SfnArn": "arn:new", "Parameters": map[string]any{"Key": "hidden"}},
		"OldResourceProperties": map[string]any{"SfnArn": "arn:old"},
	}
	if physicalID != "" {
		parts["PhysicalResourceId"] = physicalID
	}
	text, err := json.Marshal(parts)
	require.NoError(t, err)
	return text
}

func newHandler(service service, log io.Writer) handler {
	return handler{logger: slog.New(slog.NewJSONHandler(log, nil)), lifecycle: service, sender: newSender("http://127.0.0.1"), log: "group / stream"}
}

const (
	runnerType = "Custom::AttiniRunner"
	otherType  = "Custom::Other"
)

// TestAnswers: each type of request gets one response, which names the same
// thing at every time.
func TestAnswers(t *testing.T) {
	t.Parallel()
	data := map[string]any{"ConfigurationId": "v1-1"}
	cases := map[string]struct {
		kind, resource, physical string
		err                      error
		call                     string
		want                     custom.Response
	}{
		"create":          {"Create", runnerType, "", nil, "put dev-shop/Build", custom.Response{Status: "SUCCESS", PhysicalResourceID: "dev-shop/Build", Data: data}},
		"update":          {"Update", runnerType, "dev-shop/Build", nil, "put dev-shop/Build", custom.Response{Status: "SUCCESS", PhysicalResourceID: "dev-shop/Build", Data: data}},
		"replace":         {"Update", runnerType, "dev-shop/Old", nil, "put dev-shop/Build", custom.Response{Status: "SUCCESS", PhysicalResourceID: "dev-shop/Build", Data: data}},
		"delete":          {"Delete", runnerType, "dev-shop/Old", nil, "remove dev-shop dev-shop/Old", custom.Response{Status: "SUCCESS", PhysicalResourceID: "dev-shop/Old"}},
		"create fails":    {"Create", runnerType, "", errors.New("no answer"), "put dev-shop/Build", custom.Response{Status: "FAILED", PhysicalResourceID: "dev-shop/Build", Reason: "no answer. The log of the function: group / stream"}},
		"update fails":    {"Update", runnerType, "dev-shop/Old", errors.New("no answer"), "put dev-shop/Build", custom.Response{Status: "FAILED", PhysicalResourceID: "dev-shop/Old", Reason: "no answer. The log of the function: group / stream"}},
		"a trigger":       {"Create", triggerType, "", nil, "plan arn:new for arn:old", custom.Response{Status: "SUCCESS", PhysicalResourceID: "DeploymentPlan"}},
		"a trigger again": {"Update", triggerType, "DeploymentPlan", nil, "plan arn:new for arn:old", custom.Response{Status: "SUCCESS", PhysicalResourceID: "DeploymentPlan"}},
		"no trigger":      {"Delete", triggerType, "DeploymentPlan", nil, "no plan arn:new", custom.Response{Status: "SUCCESS", PhysicalResourceID: "DeploymentPlan"}},
		"another":         {"Create", otherType, "", nil, "", custom.Response{Status: "FAILED", PhysicalResourceID: "Build", Reason: "read a request of CloudFormation: cannot Create a Custom::Other; deploy the template with the macro again. The log of the function: group / stream"}},
		"no other":        {"Delete", otherType, "x", nil, "", custom.Response{Status: "SUCCESS", PhysicalResourceID: "x"}},
		"no request":      {"Read", runnerType, "x", nil, "", custom.Response{Status: "FAILED", PhysicalResourceID: "x", Reason: "read a request of CloudFormation: cannot Read a Custom::AttiniRunner; deploy the template with the macro again. The log of the function: group / stream"}},
		"problems": {
			"Create", runnerType, "", (problem.List{
				{Severity: problem.Error, Rule: "range", Path: "a", Message: "Cpu is wrong", Advice: "Change it."},
				{Severity: problem.Warning, Rule: "w", Path: "b", Message: "not told"},
				{Severity: problem.Error, Rule: lifecycle.RuleAccount, Path: "c", Message: "nobody answers"},
			}).Err(), "put dev-shop/Build",
			custom.Response{Status: "FAILED", PhysicalResourceID: "dev-shop/Build", Reason: "nobody answers\nCpu is wrong. Change it."},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mailbox, service := newMailbox(t, nil), &played{do: func(context.Context) error { return c.err }}
			var log bytes.Buffer
			answer, err := newHandler(service, &log).Invoke(t.Context(), event(t, c.kind, c.resource, mailbox.address(), c.physical))
			require.NoError(t, err)
			assert.JSONEq(t, `{}`, string(answer))
			c.want.RequestID, c.want.LogicalResourceID, c.want.StackID = "id", "Build", stackID
			assert.Equal(t, c.want, mailbox.only(t))
			if c.call != "" {
				assert.Equal(t, []string{c.call}, service.calls)
			}
			assert.NotContains(t, log.String(), "secret")
			assert.NotContains(t, log.String(), "hidden")
		})
	}
}

// TestPanicIsAnswered, and told in no detail.
func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"Create", "Update", "Delete"} {
		mailbox := newMailbox(t, nil)
		service := &played{do: func(context.Context) error { panic("as asked") }}
		_, err := newHandler(service, io.Discard).Invoke(t.Context(), event(t, kind, runnerType, mailbox.address(), "dev-shop/Build"))
		require.NoError(t, err)
		response := mailbox.only(t)
		assert.Equal(t, custom.StatusFailed, response.Status)
		assert.Equal(t, "internal error; the log has the details under the request id id. The log of the function: group / stream", response.Reason)
	}
}

// TestTimeIsKept: what takes too long is broken off while there is time to tell.
func TestTimeIsKept(t *testing.T) {
	t.Parallel()
	mailbox := newMailbox(t, nil)
	service := &played{do: func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	_, err := newHandler(service, io.Discard).Invoke(ctx, event(t, "Delete", runnerType, mailbox.address(), "dev-shop/Build"))
	require.NoError(t, err)
	assert.Contains(t, mailbox.only(t).Reason, "the function's time is over")
	assert.NoError(t, ctx.Err())
}

// TestSendsAgain: a response that could not be delivered is sent again until the
// function's time is over; one that CloudFormation refused is not.
func TestSendsAgain(t *testing.T) {
	t.Parallel()
	fails := func(n, status int) func(int, http.ResponseWriter) bool {
		return func(try int, w http.ResponseWriter) bool {
			if try > n {
				return false
			}
			w.WriteHeader(status)
			return true
		}
	}
	t.Run("for now", func(t *testing.T) {
		t.Parallel()
		mailbox := newMailbox(t, fails(2, http.StatusServiceUnavailable))
		_, err := newHandler(&played{}, io.Discard).Invoke(t.Context(), event(t, "Create", runnerType, mailbox.address(), ""))
		require.NoError(t, err)
		mailbox.only(t)
	})
	t.Run("a broken connection", func(t *testing.T) {
		t.Parallel()
		mailbox := newMailbox(t, func(n int, _ http.ResponseWriter) bool {
			if n == 1 {
				panic(http.ErrAbortHandler)
			}
			return false
		})
		_, err := newHandler(&played{}, io.Discard).Invoke(t.Context(), event(t, "Create", runnerType, mailbox.address(), ""))
		require.NoError(t, err)
		mailbox.only(t)
	})
	t.Run("for good", func(t *testing.T) {
		t.Parallel()
		mailbox := newMailbox(t, fails(100, http.StatusForbidden))
		_, err := newHandler(&played{}, io.Discard).Invoke(t.Context(), event(t, "Create", runnerType, mailbox.address(), ""))
		require.EqualError(t, err, "send the response to CloudFormation (tries: 1): its address was refused: 403 Forbidden")
	})
	t.Run("until the time is over", func(t *testing.T) {
		t.Parallel()
		mailbox := newMailbox(t, fails(1<<30, http.StatusInternalServerError))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := newHandler(&played{}, io.Discard).Invoke(ctx, event(t, "Create", runnerType, mailbox.address(), ""))
		require.ErrorContains(t, err, "send the response to CloudFormation")
		assert.NotContains(t, err.Error(), "secret")
	})
	t.Run("nobody is there", func(t *testing.T) {
		t.Parallel()
		mailbox := newMailbox(t, nil)
		address := mailbox.address()
		mailbox.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := newHandler(&played{}, io.Discard).Invoke(ctx, event(t, "Create", runnerType, address, ""))
		require.ErrorContains(t, err, "send the response to CloudFormation")
		assert.NotContains(t, err.Error(), "secret")
	})
}

// TestOtherEvents: a stack's change, and what is nothing of ours.
func TestOtherEvents(t *testing.T) {
	t.Parallel()
	service := &played{}
	h := newHandler(service, io.Discard)
	answer, err := h.Invoke(t.Context(), []byte(`{"detail-type":"CloudFormation Stack Status Change","time":"2026-11-23T12:00:00Z",
		"detail":{"stack-id":"`+stackID+`","status-details":{"status":"CREATE_COMPLETE"}}}`))
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, string(answer))
	assert.Equal(t, []string{"stack CREATE_COMPLETE"}, service.calls)
	for name, text := range map[string]string{
		"nothing": ``, "a list": `[]`, "a text": `"secret"`, "another event": `{"detail-type":"secret"}`, "no address": `{"RequestType":"Create","Key":"secret"}`,
		"no address at all": `{"RequestType":"Create","ResponseURL":["secret"]}`,
	} {
		_, err := h.Invoke(t.Context(), []byte(text))
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), "secret")
	}
}

// TestSettings: the error names all that is missing.
func TestSettings(t *testing.T) {
	t.Parallel()
	_, err := readSettings(func(string) string { return "" })
	assert.EqualError(t, err, "the environment variable ATTINI_RESOURCE_STATES_TABLE is missing\nthe environment variable ATTINI_DEPLOYMENT_ORIGIN_TABLE is missing\n"+
		"the environment variable ATTINI_ARTIFACT_BUCKET is missing")
	s, err := readSettings(func(name string) string { return name })
	require.NoError(t, err)
	assert.Equal(t, lifecycle.Settings{ArtifactStore: envBucket, AgentVersion: envVersion}, s.lifecycle)
	assert.Equal(t, envStateTable, s.stateTable)
}
