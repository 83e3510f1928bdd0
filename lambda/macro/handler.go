package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/problem"
	"github.com/attini-go/runner/transform"
)

// request is what CloudFormation sends a macro; the parts that are used.
type request struct {
	RequestID string          `json:"requestId"`
	Fragment  json.RawMessage `json:"fragment"`
}

// response is what CloudFormation takes: the whole fragment, or why not.
type response struct {
	RequestID    string    `json:"requestId"`
	Status       string    `json:"status"`
	Fragment     *cfn.Node `json:"fragment,omitempty"`
	ErrorMessage string    `json:"errorMessage,omitempty"`
}

const (
	statusSuccess = "success"
	statusFailure = "failure"
)

// maxMessage bounds the error message, which CloudFormation shows as a stack
// event, in characters.
const maxMessage = 1000

type handler struct{ logger *slog.Logger }

// handle answers one macro call. It always answers: an error of the function
// itself would reach the user as nothing but "malformed response".
func (h handler) handle(_ context.Context, r request) (answer response, _ error) {
	logger := h.logger.With("requestId", r.RequestID)
	defer func() {
		if thrown := recover(); thrown != nil {
			logger.Error("panic", "panic", fmt.Sprint(thrown), "stack", string(debug.Stack()))
			answer = failure(r, "internal error of the macro; its log has the details under request id "+r.RequestID)
		}
	}()
	fragment, err := cfn.ReadJSON(r.Fragment)
	if err != nil {
		logger.Error("fragment is unreadable", "error", err)
		return failure(r, err.Error()), nil
	}
	expanded, problems := transform.Expand(fragment)
	for _, p := range problems.Sorted() {
		logger.Info("problem", "severity", p.Severity, "rule", p.Rule, "path", p.Path, "message", p.Message)
	}
	if problems.HasErrors() {
		return failure(r, message(problems)), nil
	}
	logger.Info("expanded")
	return response{RequestID: r.RequestID, Status: statusSuccess, Fragment: expanded}, nil
}

func failure(r request, message string) response {
	return response{RequestID: r.RequestID, Status: statusFailure, ErrorMessage: message}
}

// message joins the errors, whole ones only, and counts those left out.
func message(problems problem.List) string {
	var lines []string
	for _, p := range problems.Sorted() {
		if p.Severity == problem.Error {
			lines = append(lines, p.Message)
		}
	}
	kept, length := 0, 0
	for _, line := range lines {
		length += utf8.RuneCountInString(line) + 1
		if length > maxMessage && kept > 0 {
			break
		}
		kept++
	}
	text := strings.Join(lines[:kept], "\n")
	if left := len(lines) - kept; left > 0 {
		text += fmt.Sprintf("\n… and %d more; runnerctl validate lists all", left)
	}
	return text
}
