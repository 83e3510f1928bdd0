package aws

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/worker"
)

const fifo = "https://sqs/1/runner.fifo"

// script is SQS: one function for each receive, in order. After the last one it
// has no messages. It notes what is asked of it.
type script struct {
	mu       sync.Mutex
	receives []func(ctx context.Context) (*sqs.ReceiveMessageOutput, error)
	asked    []sqs.ReceiveMessageInput
	hidden   []string
}

func (s *script) ReceiveMessage(ctx context.Context, input *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	s.mu.Lock()
	n := len(s.asked)
	s.asked = append(s.asked, *input)
	s.mu.Unlock()
	if n >= len(s.receives) {
		return handsOut()(ctx)
	}
	return s.receives[n](ctx)
}

func (s *script) ChangeMessageVisibility(_ context.Context, input *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if input.VisibilityTimeout == 0 {
		s.hidden = append(s.hidden, aws.ToString(input.ReceiptHandle))
	}
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}

func (s *script) DeleteMessage(context.Context, *sqs.DeleteMessageInput, ...func(*sqs.Options)) (*sqs.DeleteMessageOutput, error) {
	return &sqs.DeleteMessageOutput{}, nil
}

// attempts are the attempt ids of all receives.
func (s *script) attempts() (ids []string) {
	for _, input := range s.asked {
		ids = append(ids, aws.ToString(input.ReceiveRequestAttemptId))
	}
	return ids
}

func (s *script) queue() *Queue { return &Queue{client: s, url: fifo, pause: deniedRetryDelay} }

type answer = func(ctx context.Context) (*sqs.ReceiveMessageOutput, error)

func handsOut(receipts ...string) answer {
	return func(context.Context) (*sqs.ReceiveMessageOutput, error) {
		output := &sqs.ReceiveMessageOutput{}
		for _, receipt := range receipts {
			output.Messages = append(output.Messages, types.Message{Body: aws.String("{}"), ReceiptHandle: aws.String(receipt)})
		}
		return output, nil
	}
}

// silent does not answer for as long as it is waited for.
func silent(ctx context.Context) (*sqs.ReceiveMessageOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// after answers after so long, to who is still there.
func after(delay time.Duration, then answer) answer {
	return func(ctx context.Context) (*sqs.ReceiveMessageOutput, error) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(delay):
			return then(ctx)
		}
	}
}

func receiptsOf(deliveries []worker.Delivery) (receipts []string) {
	for _, delivery := range deliveries {
		receipts = append(receipts, delivery.Receipt)
	}
	return receipts
}

// TestReceiveWaits: SQS is asked for whole seconds, never for less than the
// wait and never for none, which would be the queue's own 20 s.
func TestReceiveWaits(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]int32{
		-time.Second: 1, 0: 1, time.Nanosecond: 1, 400 * time.Millisecond: 1, 600 * time.Millisecond: 1, time.Second: 1,
		7300 * time.Millisecond: 8, 19001 * time.Millisecond: 20, 20 * time.Second: 20, time.Hour: 20,
	} {
		far := &script{}
		_, err := far.queue().Receive(t.Context(), 10, wait)
		require.NoError(t, err)
		assert.Equal(t, want, far.asked[0].WaitTimeSeconds, wait)
	}
}

// TestReceiveAttempts: the SDK's own retry of a receive has its attempt id, so
// that SQS hands out the same messages again; another receive has another.
func TestReceiveAttempts(t *testing.T) {
	t.Parallel()
	var ids []string
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			ReceiveRequestAttemptID string `json:"ReceiveRequestAttemptId"`
		}
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &request)
		if ids = append(ids, request.ReceiveRequestAttemptID); len(ids) == 1 {
			panic(http.ErrAbortHandler) // the answer is lost
		}
		_, _ = io.WriteString(w, "{}")
	})
	configuration := configure(t, handler)
	configuration.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond })
	}
	q := NewQueue(configuration, fifo, quiet())
	for range 2 {
		_, err := q.Receive(t.Context(), 10, time.Second)
		require.NoError(t, err)
	}
	require.Len(t, ids, 3)
	assert.NotEmpty(t, ids[0])
	assert.Equal(t, ids[0], ids[1])
	assert.NotEqual(t, ids[1], ids[2])

	// A queue that is not a FIFO queue refuses the parameter.
	far := &script{}
	plain := far.queue()
	plain.url = "https://sqs/1/runner"
	_, err := plain.Receive(t.Context(), 10, time.Second)
	require.NoError(t, err)
	assert.Nil(t, far.asked[0].ReceiveRequestAttemptId)
}

// TestReceiveWithoutAnAnswer: what SQS handed out in an answer that did not
// arrive is asked for once more, by the same attempt id.
func TestReceiveWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		receives []answer
		asked    int
		want     []string
		took     time.Duration
	}{
		"it was handed out":       {[]answer{silent, handsOut("a", "b")}, 2, []string{"a", "b"}, 3 * time.Second},
		"it was not":              {[]answer{silent, after(time.Second, handsOut())}, 2, nil, 4 * time.Second},
		"SQS does not answer":     {[]answer{silent, silent}, 2, nil, 3*time.Second + repeatTime},
		"the answer came in time": {[]answer{after(time.Second, handsOut("a"))}, 1, []string{"a"}, time.Second},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				far := &script{receives: c.receives}
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				since := time.Now()
				deliveries, err := far.queue().Receive(ctx, 4, 20*time.Second)
				assert.Equal(t, c.took, time.Since(since))
				assert.Equal(t, c.want, receiptsOf(deliveries))
				if c.want == nil {
					require.ErrorIs(t, err, context.DeadlineExceeded)
				} else {
					require.NoError(t, err)
				}
				require.Len(t, far.asked, c.asked)
				for _, input := range far.asked {
					assert.Equal(t, far.asked[0].ReceiveRequestAttemptId, input.ReceiveRequestAttemptId)
					assert.EqualValues(t, 4, input.MaxNumberOfMessages, "as many as before")
				}
			})
		})
	}
	t.Run("nobody waits any more", func(t *testing.T) {
		t.Parallel()
		far := &script{}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := far.queue().Receive(ctx, 4, time.Second)
		require.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, far.asked)
	})
}

// TestEarlyQueueWaitsForAnswers: an agent that leaves while SQS hands a job out
// to it gives the job back.
func TestEarlyQueueWaitsForAnswers(t *testing.T) {
	t.Parallel()
	for name, receives := range map[string][]answer{
		"the answer is on its way":  {after(5*time.Second+lateTime/2, handsOut("a"))},
		"the answer does not come":  {silent, handsOut("a")},
		"the answer has come":       {handsOut("a")},
		"SQS has nothing to answer": {silent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				far := &script{receives: receives}
				q := NewPrefetchQueue(t.Context(), far.queue(), 10)
				time.Sleep(5 * time.Second)
				since := time.Now()
				require.NoError(t, q.Requeue(t.Context()))
				assert.LessOrEqual(t, time.Since(since), lateTime+repeatTime)
				if name == "SQS has nothing to answer" {
					assert.Empty(t, far.hidden)
				} else {
					assert.Equal(t, []string{"a"}, far.hidden)
				}
				for _, id := range far.attempts() {
					assert.Equal(t, far.attempts()[0], id)
				}
			})
		})
	}
}

// TestEarlyQueueInAHurry: whoever gives back may have less time than that.
func TestEarlyQueueInAHurry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		far := &script{receives: []answer{silent, handsOut("a")}}
		q := NewPrefetchQueue(t.Context(), far.queue(), 10)
		ctx, cancel := context.WithTimeout(t.Context(), lateTime/10)
		defer cancel()
		since := time.Now()
		require.NoError(t, q.Requeue(ctx))
		assert.Equal(t, lateTime/10, time.Since(since))
		assert.Equal(t, []string{"a"}, far.hidden)
	})
}
