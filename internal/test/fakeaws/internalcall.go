package fakeaws

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// internalCall asks something as nobody's call: no Caller counts it.
func internalCall(ctx context.Context, server http.Handler, region, method, path, service, target string, asked, answer any) error {
	body := ""
	if asked != nil {
		body = string(jsonText(asked))
	}
	request := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	request.Header.Set("Authorization", signature(region, service))
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	if target != "" {
		request.Header.Set("X-Amz-Target", target)
	}
	recorder, err := record(server, request)
	if err != nil {
		return err
	}
	text := recorder.Body.Bytes()
	what := target
	if what == "" {
		what = path
	}
	if recorder.Code != http.StatusOK {
		return &refused{what: what, status: recorder.Code, text: string(text)}
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("read the answer to %s: %w", what, err)
	}
	return nil
}

// record is what a server answers.
func record(server http.Handler, request *http.Request) (recorder *httptest.ResponseRecorder, err error) {
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler: // the server is gone, or who asks
			err = fmt.Errorf("ask for %s: the connection broke", request.URL.Path)
		default:
			panic(cause)
		}
	}()
	recorder = httptest.NewRecorder()
	server.ServeHTTP(recorder, request)
	return recorder, nil
}

// AskMiniStack is what MiniStack answers to a request, which nobody counts. It
// is for players that leave part of a call to it.
func (c *Cloud) AskMiniStack(request *http.Request) (*httptest.ResponseRecorder, error) {
	return record(c.base, request)
}

// refused is a server's refusal.
type refused struct {
	what   string
	status int
	text   string
}

func (e *refused) Error() string {
	return fmt.Sprintf("ask for %s: status %d: %s", e.what, e.status, e.text)
}

// PutEvent sends an event as a service of AWS does in a region; detail is its JSON.
func (c *Cloud) PutEvent(ctx context.Context, region, source, detailType string, detail []byte) error {
	var answer struct{ FailedEntryCount int }
	err := internalCall(ctx, c.base, region, http.MethodPost, "/", "events", "AWSEvents.PutEvents", map[string]any{"Entries": []map[string]string{
		{"Source": source, "DetailType": detailType, "Detail": string(detail)},
	}}, &answer)
	if err == nil && answer.FailedEntryCount > 0 {
		err = fmt.Errorf("put the event %q of %s: refused", detailType, source)
	}
	return err
}

// FunctionConfiguration is what a function is deployed with.
type FunctionConfiguration struct {
	// Environment are its own variables.
	Environment map[string]string
	Timeout     time.Duration
	// Role is the ARN of its execution role, and LogGroup where its logs go.
	Role, LogGroup string
	// Subnets are those of its VPC, and Architectures its processors.
	Subnets, Architectures []string
}

// FunctionConfiguration reads the configuration of a region's function.
func (c *Cloud) FunctionConfiguration(ctx context.Context, region, name string) (FunctionConfiguration, error) {
	var answer struct {
		Timeout       int // in seconds
		Environment   struct{ Variables map[string]string }
		Role          string
		LoggingConfig struct{ LogGroup string }
		VpcConfig     struct{ SubnetIds []string }
		Architectures []string
	}
	err := internalCall(ctx, c.base, region, http.MethodGet, "/2015-03-31/functions/"+name+"/configuration", "lambda", "", nil, &answer)
	return FunctionConfiguration{
		Environment: answer.Environment.Variables, Timeout: time.Duration(answer.Timeout) * time.Second,
		Role: answer.Role, LogGroup: answer.LoggingConfig.LogGroup,
		Subnets: answer.VpcConfig.SubnetIds, Architectures: answer.Architectures,
	}, err
}
