package asl

import (
	"context"
	"time"
)

// wait is a Wait state: for a time or until a time.
type wait struct {
	seconds       time.Duration
	until         time.Time // zero: not given
	secondsPath   *path
	timestampPath *path
}

func (o *object) wait(s *state) {
	o.filters(s)
	o.transition(s)
	o.oneOf(true, "Seconds", "Timestamp", "SecondsPath", "TimestampPath")
	w := wait{secondsPath: o.reference("SecondsPath"), timestampPath: o.reference("TimestampPath")}
	w.seconds, _ = o.seconds("Seconds", 0)
	w.until, _ = compile(o, "Timestamp", parseTimestamp)
	s.work = w
}

func (w wait) do(ctx context.Context, v *visit, input any) (any, string, error) {
	d, err := w.length(v, input)
	if err != nil {
		return nil, "", err
	}
	return input, "", v.run.clock.Sleep(ctx, d)
}

func (w wait) length(v *visit, input any) (time.Duration, error) {
	s := v.scope(input)
	switch {
	case w.secondsPath != nil:
		return secondsAt("SecondsPath", w.secondsPath, s, 0)
	case w.timestampPath != nil:
		value, err := w.timestampPath.read("TimestampPath", s)
		if err != nil {
			return 0, err
		}
		text, _ := value.(string)
		until, err := parseTimestamp(text)
		if err != nil {
			return 0, failure(Runtime, "TimestampPath: path %q must give an RFC 3339 timestamp", w.timestampPath.text)
		}
		return max(0, until.Sub(v.run.clock.Now())), nil
	case !w.until.IsZero():
		return max(0, w.until.Sub(v.run.clock.Now())), nil
	default:
		return w.seconds, nil
	}
}
