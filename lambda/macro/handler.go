package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/transform"
)

// maxMessage bounds the error message, which CloudFormation shows as a stack
// event, in characters.
const maxMessage = 1000

// maxLogged is how many problems of a template are logged.
const maxLogged = 100

// handler answers macro calls.
type handler struct {
	logger  *slog.Logger
	account transform.Account
	// defaultImage is transform.Request's.
	defaultImage string
	// installation is transform.Request's.
	installation string
}

var _ lambda.Handler = handler{}

// Invoke implements lambda.Handler. It always answers: an error of the function
// itself would reach the user as nothing but "malformed response".
func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // as runnerctl writes it
	if err := encoder.Encode(h.answer(ctx, payload)); err != nil {
		return nil, fmt.Errorf("write the macro's response: %w", err) // it was read from, or made as, JSON
	}
	return text.Bytes(), nil
}

// answer answers one macro call.
func (h handler) answer(ctx context.Context, payload []byte) (answer response) {
	var r request
	logger := h.logger
	defer func() {
		if thrown := recover(); thrown != nil {
			logger.Error("panic", "panic", fmt.Sprint(thrown), "stack", string(debug.Stack()))
			answer = failure(r.id, "internal error of the macro; its log has the details under request id "+r.id)
		}
	}()
	r, err := readRequest(payload)
	logger = logger.With("requestId", r.id)
	if err != nil {
		logger.Error("request is unreadable", "error", err)
		return failure(r.id, err.Error())
	}
	expanded, problems := transform.Expand(ctx, transform.Request{
		Template: r.fragment, Values: r.values, Account: h.account, DefaultImage: h.defaultImage, Installation: h.installation,
	})
	for i, p := range problems {
		if i == maxLogged {
			logger.Info("more problems", "count", len(problems)-i)
			break
		}
		// A message may quote a parameter's value, which no log line shall.
		logger.Log(ctx, level(p.Severity), "problem", "rule", p.Rule, "path", p.Path, "advice", p.Advice)
	}
	if problems.HasErrors() {
		return failure(r.id, message(problems))
	}
	logger.Info("expanded", "resources", len(expanded.Get("Resources").Entries()))
	return response{RequestID: r.id, Status: statusSuccess, Fragment: expanded}
}

func level(severity problem.Severity) slog.Level {
	if severity == problem.Warning {
		return slog.LevelWarn
	}
	return slog.LevelInfo // the user's mistake, not the function's
}

// message joins the errors, whole ones only, and counts those left out. What
// the account could not be asked comes first: other checks may hang on it.
func message(problems problem.List) string {
	errors := slices.DeleteFunc(slices.Clone(problems), func(p problem.Problem) bool { return p.Severity != problem.Error })
	slices.SortStableFunc(errors, func(a, b problem.Problem) int { return rank(a) - rank(b) })
	var text strings.Builder
	for i, p := range errors {
		line := sentence(p)
		if i > 0 && utf8.RuneCountInString(text.String())+utf8.RuneCountInString(line) > maxMessage {
			fmt.Fprintf(&text, "\n… and %d more; runnerctl validate lists all", len(errors)-i)
			break
		}
		if i > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(line)
	}
	return text.String()
}

func rank(p problem.Problem) int {
	if p.Rule == transform.RuleAccount {
		return 0
	}
	return 1
}

// sentence is a problem with its advice, cut where it alone is too long.
func sentence(p problem.Problem) string {
	text := p.Message
	if p.Advice != "" {
		text += ". " + p.Advice
	}
	if runes := []rune(text); len(runes) > maxMessage {
		return string(runes[:maxMessage-1]) + "…"
	}
	return text
}
