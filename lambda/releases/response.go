package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"
)

// response is what a function answers to an HTTP request, payload version 2.0.
type response struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// failure is a problem (RFC 9457) that the API itself did not tell.
func failure(status int, detail string) response {
	text, err := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"about:blank", http.StatusText(status), status, detail})
	if err != nil {
		panic(err) // never of strings
	}
	return response{
		StatusCode: status, Body: string(text),
		Headers: map[string]string{"Content-Type": "application/problem+json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
	}
}

// recorder keeps what a handler answers.
type recorder struct {
	method string
	header http.Header
	status int
	// sent are the headers as they were when the handler sent them.
	sent http.Header
	body bytes.Buffer
}

var _ http.ResponseWriter = (*recorder)(nil)

func newRecorder(method string) *recorder { return &recorder{method: method, header: http.Header{}} }

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter. The first one counts, and none
// that only informs.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status, r.sent = status, r.header.Clone()
	}
}

// Write implements http.ResponseWriter. As in Go's server, an answer to HEAD
// keeps no content.
func (r *recorder) Write(content []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	if r.method == http.MethodHead {
		return len(content), nil
	}
	return r.body.Write(content)
}

// response is the answer. Its length is counted by who sends it.
func (r *recorder) response() response {
	r.WriteHeader(http.StatusOK)
	answer := response{StatusCode: r.status, Headers: map[string]string{}}
	for name, values := range r.sent {
		if name != "Content-Length" {
			answer.Headers[name] = strings.Join(values, ", ")
		}
	}
	if content := r.body.Bytes(); utf8.Valid(content) {
		answer.Body = string(content)
	} else {
		answer.Body, answer.IsBase64Encoded = base64.StdEncoding.EncodeToString(content), true
	}
	return answer
}
