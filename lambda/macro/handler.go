package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/problem"
	"github.com/attini-go/runner/transform"
)

// maxMessage bounds the error message, which CloudFormation shows as a stack
// event, in characters.
const maxMessage = 1000

// handler answers macro calls.
type handler struct {
	logger  *slog.Logger
	account transform.Account
	// defaultImage is transform.Request's.
	defaultImage string
}

// handle answers one macro call. It always answers: an error of the function
// itself would reach the user as nothing but "malformed response".
func (h handler) handle(ctx context.Context, r request) (answer response, _ error) {
	logger := h.logger.With("requestId", r.RequestID)
	defer func() {
		if thrown := recover(); thrown != nil {
			logger.Error("panic", "panic", fmt.Sprint(thrown), "stack", string(debug.Stack()))
			answer = internalError(r)
		}
	}()
	fragment, err := cfn.ReadJSON(r.Fragment)
	if err != nil {
		logger.Error("fragment is unreadable", "error", err)
		return failure(r, err.Error()), nil
	}
	expanded, problems := transform.Expand(ctx, transform.Request{
		Template: fragment, Values: r.values(), Account: h.account, DefaultImage: h.defaultImage,
	})
	for _, p := range problems {
		// A message may quote a parameter's value, which no log line shall.
		logger.Log(ctx, level(p.Severity), "problem", "rule", p.Rule, "path", p.Path, "advice", p.Advice)
	}
	if problems.HasErrors() {
		return failure(r, message(problems)), nil
	}
	logger.Info("expanded", "resources", len(expanded.Get("Resources").Entries()))
	return response{RequestID: r.RequestID, Status: statusSuccess, Fragment: expanded}, nil
}

func level(severity problem.Severity) slog.Level {
	if severity == problem.Warning {
		return slog.LevelWarn
	}
	return slog.LevelInfo // the user's mistake, not the function's
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
