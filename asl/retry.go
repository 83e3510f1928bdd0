package asl

import (
	"math"
	"slices"
	"time"
)

// Defaults of a retrier ("Retrying after error" in the specification).
const (
	defaultInterval    = time.Second
	defaultMaxAttempts = 3
	defaultBackoffRate = 2.0
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
	output      *template
	assign      *template
}

// failing reads the fields of states that can fail and be tried again.
func (o *object) failing(s *state) {
	s.assign = o.assign()
	s.retriers, s.catchers = o.retry(s), o.catch(s)
}

// each reads the objects of a list field in turn.
func (o *object) each(key, what string, fields []Field, read func(e *object, last bool)) {
	at, ok := o.field(key)
	if !ok {
		return
	}
	if at.value.Kind() != Array {
		o.problemAt(at, RuleType, "must be a list, not %s", at.value.Kind())
		return
	}
	for i := range at.value.Len() {
		e := o.open(at.item(i, at.value.Item(i)), what, fields, o.jsonata)
		e.state = o.state
		if e.at.value.Kind() == ObjectKind {
			read(e, i == at.value.Len()-1)
		}
	}
}

func (o *object) retry(s *state) []retrier {
	var retriers []retrier
	o.each("Retry", "a retrier", o.fieldsOfPart(PartRetrier), func(e *object, last bool) {
		e.state = s
		r := retrier{interval: defaultInterval, maxAttempts: defaultMaxAttempts, backoffRate: defaultBackoffRate}
		r.errorEquals = e.errorEquals(last)
		if n, ok := e.integer("IntervalSeconds"); ok {
			r.interval = time.Duration(n) * time.Second
		}
		if n, ok := e.integer("MaxAttempts"); ok {
			r.maxAttempts = n
		}
		if f, ok := e.float("BackoffRate"); ok {
			r.backoffRate = f
		}
		if n, ok := e.integer("MaxDelaySeconds"); ok {
			r.maxDelay = time.Duration(n) * time.Second
			if r.maxDelay <= r.interval {
				e.problemAt(e.under("MaxDelaySeconds", e.get("MaxDelaySeconds")), RuleRange, "%d must be greater than IntervalSeconds, %.0f", n, r.interval.Seconds())
			}
		}
		jitter, _ := e.text("JitterStrategy")
		r.fullJitter = jitter == "FULL"
		e.text("Comment")
		retriers = append(retriers, r)
	})
	return retriers
}

func (o *object) catch(s *state) []catcher {
	var catchers []catcher
	o.each("Catch", "a catcher", o.fieldsOfPart(PartCatcher), func(e *object, last bool) {
		e.state = s
		placed := &state{}
		e.result(placed)
		c := catcher{errorEquals: e.errorEquals(last), resultPath: placed.resultPath, discard: placed.discard}
		if c.next = e.next(s); !e.has("Next") {
			e.missing("Next", RuleTransition, "Next is required: the state that follows")
		}
		c.output, c.assign = e.template("Output"), e.assign()
		e.text("Comment")
		catchers = append(catchers, c)
	})
	return catchers
}

// errorEquals reads the error names of a retrier or catcher. States.ALL stands alone, in the last one.
func (o *object) errorEquals(last bool) []string {
	at, ok := o.field("ErrorEquals")
	switch {
	case !o.has("ErrorEquals"):
		o.missing("ErrorEquals", RuleRequired, "ErrorEquals is required: a list of error names, such as States.ALL")
		return nil
	case !ok:
		return nil
	case at.value.Kind() != Array || at.value.Len() == 0:
		o.problemAt(at, RuleErrorNames, "must be a list with at least one error name")
		return nil
	}
	var names []string
	for i := range at.value.Len() {
		item := at.value.Item(i)
		if o.later(item) {
			continue
		}
		if item.Kind() != Text {
			o.problemAt(at.item(i, item), RuleErrorNames, "must be the name of an error, not %s", item.Kind())
			continue
		}
		names = append(names, item.Text())
	}
	if slices.Contains(names, All) && (at.value.Len() > 1 || !last) {
		o.problemAt(at, RuleErrorNames, "%s must stand alone, in the last entry of the list", All)
	}
	return names
}

// matches reports whether one of names takes e. branches tells that the state is a Parallel whose branch failed.
func matches(names []string, e *Error, branches bool) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		timeout := e.Name == Timeout || e.Name == HeartbeatTimeout
		switch name {
		case All:
			// Recorded: it takes States.DataLimitExceeded, too, which the guide denies.
			return true
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

// caught is what a catcher makes of the state's raw input and the error.
func (c catcher) caught(s *scope, e *Error) (any, error) {
	switch {
	case c.output != nil:
		return c.output.fill(s)
	case c.discard:
		return s.input, nil
	case c.resultPath == nil:
		return e.output(), nil
	default:
		return c.resultPath.set(s.input, e.output())
	}
}

// output is the error as a catcher sees it: null for both where a task failed without either.
func (e *Error) output() *Object {
	switch {
	case e.Name == "" && e.Cause == "":
		return ObjectOf("Error", nil, "Cause", nil)
	case e.own:
		return ObjectOf("Error", e.Name, "Cause", "")
	default:
		return ObjectOf("Error", e.Name, "Cause", e.Cause)
	}
}
