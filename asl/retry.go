package asl

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// Defaults of a retrier ("Retrying after error" in the specification).
const (
	defaultInterval    = time.Second
	defaultMaxAttempts = 3
	defaultBackoffRate = 2.0
	maxRetryDelay      = 31_622_399 // seconds; the service's limit is "less than 31622400"
)

// retrier is one element of Retry.
type retrier struct {
	errorEquals []string
	interval    time.Duration
	maxAttempts int64
	backoffRate float64
	maxDelay    time.Duration // 0: none
	fullJitter  bool
}

// catcher is one element of Catch.
type catcher struct {
	errorEquals []string
	next        string
	resultPath  *target // nil: the error output replaces the input
	discard     bool    // ResultPath null: the input goes on as it came
}

// each reads the objects of a list field in turn.
func (o *object) each(key string, read func(e *object, last bool)) {
	n := o.get(key)
	if n == nil {
		return
	}
	if _, ok := n.value.([]any); !ok {
		o.problem(o.at(key), "must be an array, not %s", typeName(n.value))
		return
	}
	for i, item := range n.items {
		if e := o.object(element(o.at(key), i), item); item.fields != nil {
			read(e, i == len(n.items)-1)
		}
	}
}

func (o *object) retry() []retrier {
	var retriers []retrier
	o.each("Retry", func(e *object, last bool) {
		r := retrier{interval: defaultInterval, maxAttempts: defaultMaxAttempts, backoffRate: defaultBackoffRate}
		r.errorEquals = e.errorEquals(last)
		if d, ok := e.seconds("IntervalSeconds", 1); ok {
			r.interval = d
		}
		if n, ok := e.integer("MaxAttempts", 0, maxSeconds); ok {
			r.maxAttempts = n
		}
		if rate, ok := e.number("BackoffRate"); ok {
			f, err := strconv.ParseFloat(string(rate), 64)
			if err != nil || f < 1 {
				e.problem(e.at("BackoffRate"), "must be a number from 1, not %s", rate)
			}
			r.backoffRate = f
		}
		if n, ok := e.integer("MaxDelaySeconds", 1, maxRetryDelay); ok {
			r.maxDelay = time.Duration(n) * time.Second
			if r.maxDelay <= r.interval {
				e.problem(e.at("MaxDelaySeconds"), "must be greater than IntervalSeconds")
			}
		}
		if jitter, ok := e.text("JitterStrategy"); ok {
			r.fullJitter = jitter == "FULL"
			if !r.fullJitter && jitter != "NONE" {
				e.problem(e.at("JitterStrategy"), "must be FULL or NONE, not %q", jitter)
			}
		}
		e.text("Comment")
		e.rest("a retrier")
		retriers = append(retriers, r)
	})
	return retriers
}

func (o *object) catch(s *state) []catcher {
	var catchers []catcher
	o.each("Catch", func(e *object, last bool) {
		placed := &state{}
		e.result(placed)
		c := catcher{errorEquals: e.errorEquals(last), resultPath: placed.resultPath, discard: placed.discard}
		if c.next = e.next(s); !e.has("Next") {
			e.problem(e.place, "Next is missing")
		}
		e.text("Comment")
		e.rest("a catcher")
		catchers = append(catchers, c)
	})
	return catchers
}

// errorEquals reads the error names of a retrier or catcher. States.ALL stands alone, in the last one.
func (o *object) errorEquals(last bool) []string {
	n := o.get("ErrorEquals")
	if n == nil {
		o.problem(o.place, "ErrorEquals is missing")
		return nil
	}
	place := o.at("ErrorEquals")
	if _, ok := n.value.([]any); !ok || len(n.items) == 0 {
		o.problem(place, "must be an array with at least one error name")
		return nil
	}
	var names []string
	for i, item := range n.items {
		name, ok := item.value.(string)
		if !ok {
			o.problem(element(place, i), "must be text, not %s", typeName(item.value))
		}
		names = append(names, name)
	}
	if slices.Contains(names, All) && (len(names) > 1 || !last) {
		o.problem(place, "%s must stand alone, in the last element of the list", All)
	}
	return names
}

// matches reports whether one of names takes e. branches tells that the state is a Parallel whose branch failed.
func matches(names []string, e *Error, branches bool) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		timeout := e.Name == Timeout || e.Name == HeartbeatTimeout
		switch name {
		case All:
			return e.Name != DataLimitExceeded
		case TaskFailed:
			return e.Name != DataLimitExceeded && !timeout
		case Timeout:
			return timeout
		case BranchFailed:
			return branches || e.Name == BranchFailed
		default:
			return e.Name == name
		}
	})
}

// terminal errors always end the execution ("States.Runtime" in the Step Functions guide).
func terminal(e *Error) bool { return e.Name == Runtime }

// delay is the time before the next attempt, after done earlier retries by this retrier.
func (r retrier) delay(done int64, random func() float64) time.Duration {
	seconds := r.interval.Seconds() * math.Pow(r.backoffRate, float64(done))
	// Beyond the limit of the service nothing is waited for, and the conversion below must not overflow.
	longest := time.Duration(maxRetryDelay) * time.Second
	if r.maxDelay > 0 {
		longest = r.maxDelay
	}
	seconds = min(seconds, longest.Seconds())
	if r.fullJitter {
		seconds *= random()
	}
	return time.Duration(seconds * float64(time.Second))
}

// output is what a catcher makes of the state's raw input and the error.
func (c catcher) output(input any, e *Error) (any, error) {
	errorOutput := map[string]any{"Error": e.Name, "Cause": e.Cause}
	switch {
	case c.discard:
		return input, nil
	case c.resultPath == nil:
		return errorOutput, nil
	default:
		return c.resultPath.set(input, errorOutput)
	}
}
