package aws

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
)

// configure points the SDK's real clients at a far side, without retries and
// without connections that outlive the test.
func configure(t testing.TB, handler http.Handler) aws.Config {
	t.Helper()
	far := httptest.NewServer(handler)
	t.Cleanup(far.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return aws.Config{
		Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
		BaseEndpoint: aws.String(far.URL), HTTPClient: &http.Client{Transport: transport},
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// jsonService is the far side of a service that speaks AWS's JSON protocol:
// operations by name.
type jsonService map[string]func(ctx context.Context, request map[string]any) (any, error)

// serviceError is an error with a code, as services answer, and perhaps a message:
// "Code: message".
type serviceError string

func (e serviceError) Error() string { return string(e) }

func (s jsonService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	body, err := io.ReadAll(r.Body)
	var request map[string]any
	if err == nil {
		err = json.Unmarshal(body, &request)
	}
	act, known := s[operation]
	if err != nil || !known {
		http.Error(w, operation, http.StatusNotImplemented)
		return
	}
	answer, err := act(r.Context(), request)
	status := http.StatusOK
	if err != nil {
		status = http.StatusBadRequest
		code, message, has := strings.Cut(err.Error(), ": ")
		if !has {
			message = "the service's own words"
		}
		answer = map[string]string{"__type": code, "message": message}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the client's matter
}

// stepFunctions is Step Functions with the task tokens of a reporter.
func stepFunctions(reporter *memory.Reporter) jsonService {
	closed := func(err error) (any, error) {
		if errors.Is(err, worker.ErrTokenClosed) {
			return nil, serviceError("TaskTimedOut")
		}
		return map[string]any{}, err
	}
	text := func(request map[string]any, key string) string { s, _ := request[key].(string); return s }
	return jsonService{
		"SendTaskSuccess": func(ctx context.Context, r map[string]any) (any, error) {
			return closed(reporter.Succeed(ctx, text(r, "taskToken"), json.RawMessage(text(r, "output"))))
		},
		"SendTaskFailure": func(ctx context.Context, r map[string]any) (any, error) {
			return closed(reporter.Fail(ctx, text(r, "taskToken"), worker.Failure{Error: text(r, "error"), Cause: text(r, "cause")}))
		},
		"SendTaskHeartbeat": func(ctx context.Context, r map[string]any) (any, error) {
			return closed(reporter.Heartbeat(ctx, text(r, "taskToken")))
		},
	}
}

// simpleQueue is SQS with the messages of a queue.
func simpleQueue(queue *memory.Queue) jsonService {
	number := func(request map[string]any, key string) int { n, _ := request[key].(float64); return int(n) }
	receipt := func(request map[string]any) worker.Delivery {
		handle, _ := request["ReceiptHandle"].(string)
		return worker.Delivery{Receipt: handle}
	}
	return jsonService{
		"ReceiveMessage": func(ctx context.Context, r map[string]any) (any, error) {
			deliveries, err := queue.Receive(ctx, number(r, "MaxNumberOfMessages"), time.Duration(number(r, "WaitTimeSeconds"))*time.Second)
			if errors.Is(err, worker.ErrQueueClosed) {
				return nil, serviceError("com.amazonaws.sqs#QueueDoesNotExist")
			}
			messages := make([]map[string]any, len(deliveries))
			for i, delivery := range deliveries {
				messages[i] = map[string]any{
					"Body": string(delivery.Body), "ReceiptHandle": delivery.Receipt,
					"Attributes": map[string]string{
						"ApproximateReceiveCount": strconv.Itoa(delivery.Receives),
						"SentTimestamp":           strconv.FormatInt(delivery.Sent.UnixMilli(), 10),
					},
				}
			}
			return map[string]any{"Messages": messages}, err
		},
		"ChangeMessageVisibility": func(ctx context.Context, r map[string]any) (any, error) {
			return map[string]any{}, queue.Hide(ctx, receipt(r), time.Duration(number(r, "VisibilityTimeout"))*time.Second)
		},
		"DeleteMessage": func(ctx context.Context, r map[string]any) (any, error) {
			return map[string]any{}, queue.Delete(ctx, receipt(r))
		},
	}
}

// denies answers an operation as AWS does where a permission is missing.
func (s jsonService) denies(operation string) jsonService {
	s[operation] = refuse("AccessDeniedException")
	return s
}

// refuse answers an operation with an error of the given code.
func refuse(code string) func(context.Context, map[string]any) (any, error) {
	return func(context.Context, map[string]any) (any, error) { return nil, serviceError(code) }
}
