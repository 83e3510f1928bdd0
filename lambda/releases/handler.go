package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// handler answers HTTP requests that come as events.
type handler struct {
	logger *slog.Logger
	api    http.Handler
}

var _ lambda.Handler = handler{}

// Invoke implements lambda.Handler. It always answers: of an error, a client
// would see nothing but "Internal Server Error".
func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	text, err := json.Marshal(h.answer(ctx, payload))
	if err != nil {
		return nil, fmt.Errorf("write the response: %w", err) // it is of strings and numbers
	}
	return text, nil
}

func (h handler) answer(ctx context.Context, payload []byte) (answer response) {
	logger := h.logger
	defer func() {
		if thrown := recover(); thrown != nil {
			logger.Error("panic", "panic", fmt.Sprint(thrown), "stack", string(debug.Stack()))
			answer = failure(http.StatusInternalServerError, "internal error of the function; its log has the details")
		}
	}()
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &event); err != nil {
		logger.Error("event is unreadable", "error", err)
		return failure(http.StatusBadRequest, "the event is no HTTP request of payload version 2.0")
	}
	logger = logger.With("requestId", event.RequestContext.RequestID)
	request, err := newRequest(ctx, event)
	if err != nil {
		logger.Info("request is unreadable", "error", err)
		return failure(http.StatusBadRequest, err.Error())
	}
	w := newRecorder(request.Method)
	h.api.ServeHTTP(w, request)
	answer = w.response()
	logger.Info("answered", "method", request.Method, "path", shortened(event.RawPath), "status", answer.StatusCode)
	return answer
}

// shortened bounds a client's text in a log line.
func shortened(text string) string {
	const longest = 200
	if len(text) > longest {
		return text[:longest] + "…"
	}
	return text
}
