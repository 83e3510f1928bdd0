package asl

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// longestWait is the longest wait until a timestamp that the service begins.
const longestWait = 24855 * 24 * time.Hour

// wait is a Wait state: for a time or until a time.
type wait struct {
	seconds       amount
	until         time.Time // zero: not given
	untilQuery    *query
	timestampPath *path
}

func (o *object) wait(s *state) {
	o.filters(s)
	o.transition(s)
	s.assign = o.assign()
	o.oneOf(true, "Seconds", "Timestamp", "SecondsPath", "TimestampPath")
	w := wait{seconds: amount{field: "Seconds"}, timestampPath: o.reference("TimestampPath")}
	if spec := o.spec("Seconds"); spec != nil {
		w.seconds.spec = *spec
	}
	switch q, computed := o.expression("Seconds"); {
	case computed:
		w.seconds.query = q
	case o.has("SecondsPath"):
		w.seconds.path = o.reference("SecondsPath")
	default:
		w.seconds.fixed, w.seconds.given = o.float("Seconds")
	}
	if q, ok := o.expression("Timestamp"); ok {
		w.untilQuery = q
	} else {
		w.until, _ = compile(o, "Timestamp", RuleType, parseTimestamp)
	}
	s.work = w
}

func (w wait) do(ctx context.Context, v *visit, input any) (outcome, error) {
	d, err := w.length(v, v.scope(input))
	if err != nil {
		return outcome{}, err
	}
	v.observe(Event{Kind: Waiting, Delay: d})
	return outcome{result: input}, v.run.clock.Sleep(ctx, d)
}

func (w wait) length(v *visit, s *scope) (time.Duration, error) {
	switch {
	case w.seconds.path != nil:
		return w.selectedSeconds(s)
	case w.timestampPath != nil:
		return w.selectedTimestamp(v, s)
	case w.untilQuery != nil:
		value, err := w.untilQuery.evaluate(s)
		if err != nil {
			return 0, err
		}
		text, ok := value.(string)
		if !ok {
			return 0, w.untilQuery.wrong("string", value)
		}
		until, err := parseTimestamp(text)
		if err != nil {
			return 0, failure(QueryEvaluationError, "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: %s", shortened(text))
		}
		return v.until(until)
	case !w.until.IsZero():
		return v.until(w.until)
	default:
		return w.seconds.seconds(s)
	}
}

func (w wait) selectedSeconds(s *scope) (time.Duration, error) {
	p := w.seconds.path
	value, err := p.find(s)
	var missing *missingError
	if errors.As(err, &missing) {
		return 0, failure(Runtime, "The SecondsPath parameter does not reference an input value: %s", p.text)
	}
	if err != nil {
		return 0, err
	}
	text, _ := encode(value)
	number, ok := value.(json.Number)
	if words, isText := value.(string); isText && isNumber(words) {
		number, ok = json.Number(words), true
	}
	n, whole := wholeNumber(number)
	switch {
	case !ok || !whole:
		return 0, failure(Runtime, "The SecondsPath parameter cannot be parsed as a long value: %s == %s", p.text, shortened(string(text)))
	case n < 0:
		return 0, failure(Runtime, "The SecondsPath parameter references a negative value: %s == %s", p.text, strconv.FormatInt(n, 10))
	case n > maxSeconds:
		return 0, failure(Runtime, "Wait state delay is too long.")
	}
	return time.Duration(n) * time.Second, nil
}

func (w wait) selectedTimestamp(v *visit, s *scope) (time.Duration, error) {
	value, err := w.timestampPath.find(s)
	var missing *missingError
	if errors.As(err, &missing) {
		return 0, failure(Runtime, "The TimestampPath parameter does not reference an input value: %s", w.timestampPath.text)
	}
	if err != nil {
		return 0, err
	}
	text, _ := value.(string)
	until, err := parseTimestamp(text)
	if err != nil {
		return 0, failure(Runtime, "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: %s == %s", w.timestampPath.text, shortened(text))
	}
	return v.until(until)
}

// until is how long it is until t.
func (v *visit) until(t time.Time) (time.Duration, error) {
	d := t.Sub(v.run.clock.Now())
	if d > longestWait {
		return 0, failure(Runtime, "Wait state delay is too long.")
	}
	return max(0, d), nil
}
