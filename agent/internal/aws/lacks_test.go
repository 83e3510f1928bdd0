package aws

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
)

// TestOlderPolicies: where the original's policy lacks a permission, the port
// does as the original did, and tells it once.
func TestOlderPolicies(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		far        jsonService
		operation  string
		permission string
		call       func(t *testing.T, far http.Handler, logger *slog.Logger) error
	}{
		"messages cannot be hidden": {
			simpleQueue(memory.NewQueue()), "ChangeMessageVisibility", "sqs:ChangeMessageVisibility",
			func(t *testing.T, far http.Handler, logger *slog.Logger) error {
				q := NewQueue(configure(t, far), "https://queue", logger)
				for range 3 {
					if err := q.Hide(t.Context(), worker.Delivery{Receipt: "r"}, time.Minute); err != nil {
						return err
					}
				}
				return nil
			},
		},
		"no heartbeats": {
			stepFunctions(memory.NewReporter()), "SendTaskHeartbeat", "states:SendTaskHeartbeat",
			func(t *testing.T, far http.Handler, logger *slog.Logger) error {
				r := NewReporter(configure(t, far), logger)
				for range 3 {
					if err := r.Heartbeat(t.Context(), "token"); err != nil {
						return err
					}
				}
				return nil
			},
		},
		"no claims": {
			jsonService{},
			"PutItem", "dynamodb:PutItem",
			func(t *testing.T, far http.Handler, logger *slog.Logger) error {
				c := NewClaims(configure(t, far), stateTable, "shop-Build", "arn:task/a", "", logger)
				for range 3 {
					if err := c.Claim(t.Context(), worker.Claim{Token: "token", Attempt: "1"}); err != nil {
						return err
					}
				}
				if err := c.Finish(t.Context(), "token"); err != nil {
					return err
				}
				_, err := c.Unfinished(t.Context(), 0)
				return err
			},
		},
		"two items cannot be read with one call": {
			jsonService{
				"BatchGetItem": func(context.Context, map[string]any) (any, error) { return map[string]any{}, nil },
				"GetItem": func(_ context.Context, request map[string]any) (any, error) {
					if request["TableName"] == stateTable {
						return map[string]any{"Item": map[string]any{"taskId": map[string]any{"S": "arn:task/a"}}}, nil
					}
					return map[string]any{"Item": map[string]any{"executionArns": map[string]any{"M": map[string]any{"m": map[string]any{"S": "arn:execution"}}}}}, nil
				},
			},
			"BatchGetItem", "dynamodb:BatchGetItem",
			func(t *testing.T, far http.Handler, logger *slog.Logger) error {
				configuration := configure(t, far)
				filter := NewMessageFilter(configuration, NewMetadata(""), NewRunnerItem(configuration, stateTable, "shop-Build", "arn:task/a", logger), deploymentTable, 1)
				for range 3 {
					decision, err := filter.Check(t.Context(), &protocol.Message{
						ConfigurationHash: 1, Origin: protocol.DeploymentOrigin{Environment: "dev", DistributionName: "shop"},
						Metadata: protocol.ExecutionMetadata{ExecutionARN: "arn:execution"},
					})
					if err != nil || decision != worker.Accept {
						return fmt.Errorf("decided %d: %w", decision, err)
					}
				}
				return nil
			},
		},
		"claims cannot be looked for": {
			jsonService{},
			"Query", "dynamodb:Query",
			func(t *testing.T, far http.Handler, logger *slog.Logger) error {
				_, err := NewClaims(configure(t, far), stateTable, "shop-Build", "arn:task/a", "", logger).Unfinished(t.Context(), 0)
				return err
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			require.NoError(t, c.call(t, c.far.denies(c.operation), slog.New(slog.NewJSONHandler(&log, nil))))
			assert.Equal(t, 1, strings.Count(log.String(), c.permission), log.String())
		})
	}
}

// TestDeniedReceiveIsRetriedOnce: a policy that is being changed is not seen
// everywhere at once.
func TestDeniedReceiveIsRetriedOnce(t *testing.T) {
	t.Parallel()
	far := memory.NewQueue()
	far.Send([]byte("job"))
	service, calls := simpleQueue(far), 0
	allowed := service["ReceiveMessage"]
	denied := service.denies("ReceiveMessage")["ReceiveMessage"]
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		service["ReceiveMessage"] = denied
		if calls == 2 {
			service["ReceiveMessage"] = allowed
		}
		service.ServeHTTP(w, r)
	})
	q := NewQueue(configure(t, handler), "https://queue", quiet())
	q.pause = time.Millisecond
	deliveries, err := q.Receive(t.Context(), 1, 0)
	require.NoError(t, err)
	require.Len(t, deliveries, 1)
	_, err = q.Receive(t.Context(), 1, 0)
	require.ErrorIs(t, err, worker.ErrQueueClosed)
	assert.Equal(t, 4, calls)
}

func TestReportersErrors(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		code string
		want error
	}{
		"an answered token":   {"TaskTimedOut", worker.ErrTokenClosed},
		"an unknown token":    {"TaskDoesNotExist", worker.ErrTokenClosed},
		"no token":            {"InvalidToken", worker.ErrTokenClosed},
		"an output too large": {"InvalidOutput", worker.ErrRefused},
		"no permission":       {"AccessDeniedException", worker.ErrRefused},
		"a wrong value":       {"ValidationException", worker.ErrRefused},
		"throttling":          {"ThrottlingException", nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			far := jsonService{"SendTaskSuccess": refuse(c.code)}
			err := NewReporter(configure(t, far), quiet()).Succeed(t.Context(), "secret-token", []byte("{}"))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "secret-token")
			for _, kind := range []error{worker.ErrTokenClosed, worker.ErrRefused} {
				if kind == c.want {
					assert.ErrorIs(t, err, kind)
				} else {
					assert.NotErrorIs(t, err, kind)
				}
			}
		})
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v4/agent":
			_, _ = w.Write([]byte(`{"DesiredStatus":"STOPPED","Labels":{"com.amazonaws.ecs.task-arn":"arn:task/a"},
				"LogOptions":{"awslogs-region":"eu-west-1","awslogs-group":"/ecs/a b","awslogs-stream":"logs/Container/1"}}`))
		case "/v4/bare":
			_, _ = w.Write([]byte(`{}`))
		case "/v4/broken":
			_, _ = w.Write([]byte(`<html>`))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(far.Close)
	ask := func(path string) (Container, error) {
		m := NewMetadata(far.URL + path)
		defer m.client.CloseIdleConnections()
		return m.Container(t.Context())
	}
	container, err := ask("/v4/agent")
	require.NoError(t, err)
	assert.Equal(t, Container{
		TaskARN: "arn:task/a", DesiredStatus: "STOPPED",
		LogLink: "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/%252Fecs%252Fa%2Bb/log-events/logs%252FContainer%252F1",
	}, container)
	container, err = ask("/v4/bare")
	require.NoError(t, err)
	assert.Zero(t, container)
	for _, path := range []string{"/v4/broken", "/v4/none"} {
		_, err = ask(path)
		assert.ErrorContains(t, err, "ECS metadata", path)
	}
	container, err = NewMetadata("").Container(t.Context())
	require.NoError(t, err, "not on ECS")
	assert.Zero(t, container)
}

// TestStaleReceipts: a message cannot be deleted with a stale receipt, however often
// that is tried, and another delivery hides it.
func TestStaleReceipts(t *testing.T) {
	t.Parallel()
	const parameter = "com.amazonaws.sqs#InvalidParameterValue: Value AQEB for parameter ReceiptHandle is invalid. Reason: "
	for _, stale := range []string{
		"com.amazonaws.sqs#ReceiptHandleIsInvalid", "com.amazonaws.sqs#MessageNotInflight", parameter + "The receipt handle has expired.",
		parameter + "Message does not exist or is not available for visibility timeout change.",
	} {
		far := jsonService{"DeleteMessage": refuse(stale), "ChangeMessageVisibility": refuse(stale)}
		q := NewQueue(configure(t, far), "https://queue", quiet())
		require.ErrorIs(t, q.Delete(t.Context(), worker.Delivery{Receipt: "r"}), worker.ErrRefused, stale)
		require.NoError(t, q.Hide(t.Context(), worker.Delivery{Receipt: "r"}, time.Minute), stale)
	}
	q := NewQueue(configure(t, jsonService{"ChangeMessageVisibility": refuse(parameter + "Must be between 0 and 43200.")}), "https://queue", quiet())
	require.Error(t, q.Hide(t.Context(), worker.Delivery{Receipt: "r"}, time.Minute))
}
