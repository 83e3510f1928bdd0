package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// manualClock moves only when somebody sleeps on it.
type manualClock struct {
	mutex sync.Mutex
	now   time.Time
}

func (c *manualClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *manualClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

func TestWait(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		fields string
		want   time.Duration
	}{
		"seconds":                  {`"Seconds": 10`, 10 * time.Second},
		"no seconds":               {`"Seconds": 0`, 0},
		"the longest time":         {`"Seconds": 99999999`, 99_999_999 * time.Second},
		"seconds of the input":     {`"SecondsPath": "$.s"`, 3 * time.Second},
		"until":                    {`"Timestamp": "2026-01-01T00:01:00Z"`, time.Minute},
		"until in another zone":    {`"Timestamp": "2026-01-01T02:00:00.5+02:00"`, 500 * time.Millisecond},
		"until the past":           {`"Timestamp": "2016-03-14T01:59:00Z"`, 0},
		"until of the input":       {`"TimestampPath": "$.t"`, time.Hour},
		"until of the context":     {`"TimestampPath": "$$.Execution.StartTime"`, 0},
		"seconds after InputPath":  {`"InputPath": "$.in", "SecondsPath": "$.s"`, 4 * time.Second},
		"whole number with a zero": {`"SecondsPath": "$.w"`, 5 * time.Second},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			clock := &manualClock{now: start}
			_, err := parse(t, single(`"Type": "Wait", "End": true, `+c.fields)).Run(t.Context(),
				asl.Execution{Input: json.RawMessage(`{"s": 3, "w": 5.0, "t": "2026-01-01T01:00:00Z", "in": {"s": 4}}`)}, asl.Options{Clock: clock})
			require.NoError(t, err)
			assert.Equal(t, c.want, clock.Now().Sub(start))
		})
	}
}

func TestWaitFails(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string]string{
		`"SecondsPath": "$.none"`:   `The SecondsPath parameter does not reference an input value: $.none`,
		`"SecondsPath": "$.word"`:   `The SecondsPath parameter cannot be parsed as a long value: $.word == "soon"`,
		`"SecondsPath": "$.long"`:   `Wait state delay is too long.`,
		`"SecondsPath": "$.minus"`:  `The SecondsPath parameter references a negative value: $.minus == -1`,
		`"SecondsPath": "$.half"`:   `The SecondsPath parameter cannot be parsed as a long value: $.half == 0.5`,
		`"TimestampPath": "$.none"`: `The TimestampPath parameter does not reference an input value: $.none`,
		`"TimestampPath": "$.text"`: `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.text == 1`,
	} {
		_, err := execute(t, single(`"Type": "Wait", "End": true, `+fields), `{"text": "1", "minus": -1, "half": 0.5, "word": "soon", "long": 99999999999}`)
		assert.Equal(t, &asl.Error{Name: asl.Runtime, Cause: want, State: "S"}, failureOf(t, err), fields)
	}
}

func TestStopDuringAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("stop")
		ctx, stop := context.WithCancelCause(t.Context())
		start := time.Now()
		time.AfterFunc(time.Second, func() { stop(cause) })
		_, err := parse(t, single(`"Type": "Wait", "End": true, "Seconds": 100`)).Run(ctx, asl.Execution{}, asl.Options{})
		assert.Equal(t, cause, err)
		assert.Equal(t, time.Second, time.Since(start))
	})
}
