package standin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// own asks something as nobody's call: no Caller counts it.
func own(ctx context.Context, server http.Handler, method, path, service, target string, asked, answer any) error {
	body := ""
	if asked != nil {
		body = string(jsonText(asked))
	}
	request := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIASTANDIN/20260101/"+Region+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	if target != "" {
		request.Header.Set("X-Amz-Target", target)
	}
	recorder := httptest.NewRecorder()
	server.ServeHTTP(recorder, request)
	text, err := io.ReadAll(recorder.Body)
	if err != nil {
		return err
	}
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

// refused is a server's refusal.
type refused struct {
	what   string
	status int
	text   string
}

func (e *refused) Error() string {
	return fmt.Sprintf("ask for %s: status %d: %s", e.what, e.status, e.text)
}

// PutEvent sends an event as a service of AWS does; detail is its JSON.
func (c *Cloud) PutEvent(ctx context.Context, source, detailType string, detail []byte) error {
	var answer struct{ FailedEntryCount int }
	err := own(ctx, c.base, http.MethodPost, "/", "events", "AWSEvents.PutEvents", map[string]any{"Entries": []map[string]string{
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
}

// FunctionConfiguration reads a function's configuration.
func (c *Cloud) FunctionConfiguration(ctx context.Context, name string) (FunctionConfiguration, error) {
	var answer struct {
		Timeout     int // in seconds
		Environment struct{ Variables map[string]string }
	}
	err := own(ctx, c.base, http.MethodGet, "/2015-03-31/functions/"+name+"/configuration", "lambda", "", nil, &answer)
	return FunctionConfiguration{Environment: answer.Environment.Variables, Timeout: time.Duration(answer.Timeout) * time.Second}, err
}
