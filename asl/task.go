package asl

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

// task is a Task state.
type task struct {
	resource      string
	parameters    json.RawMessage
	waitsForToken bool
	timeout       limit
	heartbeat     limit
}

// limit is a time limit that is fixed or read from the input; zero is none.
type limit struct {
	fixed time.Duration
	path  *path
	field string
}

func (o *object) task(s *state) {
	o.filters(s)
	o.result(s)
	o.transition(s)
	s.parameters = o.template("Parameters")
	s.resultSelector = o.template("ResultSelector")
	o.template("Credentials") // the role for the service's own call: it has no meaning on a laptop
	o.failing(s)
	w := task{resource: o.requiredText("Resource")}
	w.waitsForToken = strings.HasSuffix(w.resource, ".waitForTaskToken")
	if n := o.get("Parameters"); n != nil {
		w.parameters, _ = encode(n.value)
	}
	w.timeout = o.limit("TimeoutSeconds")
	w.heartbeat = o.limit("HeartbeatSeconds")
	if w.heartbeat.fixed > 0 && w.timeout.fixed > 0 && w.heartbeat.fixed >= w.timeout.fixed {
		o.problem(o.at("HeartbeatSeconds"), "must be less than TimeoutSeconds")
	}
	s.work = w
}

func (o *object) limit(key string) limit {
	o.oneOf(false, key, key+"Path")
	l := limit{field: key + "Path"}
	l.fixed, _ = o.seconds(key, 1)
	l.path = o.reference(key + "Path")
	return l
}

// in gives the limit for a state with this input.
func (l limit) in(s *scope) (time.Duration, error) {
	if l.path == nil {
		return l.fixed, nil
	}
	return secondsAt(l.field, l.path, s, 1)
}

// secondsAt reads a number of seconds from a path.
func secondsAt(field string, p *path, s *scope, least int64) (time.Duration, error) {
	value, err := p.read(field, s)
	if err != nil {
		return 0, err
	}
	number, _ := value.(json.Number)
	seconds, ok := wholeNumber(number)
	if number == "" || !ok || seconds < least || seconds > maxSeconds {
		return 0, failure(Runtime, "%s: path %q must give a whole number from %d to %d; it gives %s", field, p.text, least, int64(maxSeconds),
			typeName(value))
	}
	return time.Duration(seconds) * time.Second, nil
}

func (w task) do(ctx context.Context, v *visit, input any) (any, string, error) {
	timeout, err := w.timeout.in(v.filtered)
	if err != nil {
		return nil, "", err
	}
	heartbeat, err := w.heartbeat.in(v.filtered)
	if err != nil {
		return nil, "", err
	}
	if v.run.tasks == nil {
		return nil, "", failure(Runtime, "nobody does tasks in this run (Options.Tasks is nil)")
	}
	if err := v.run.checkSize("the input of the task", input); err != nil {
		return nil, "", err
	}
	// Scheduled, Started, Succeeded or Failed, and Submitted for a callback.
	events := int64(3)
	if w.waitsForToken {
		events++
	}
	if err := v.run.count(events); err != nil {
		return nil, "", err
	}
	limited, stop := withTimeLimit(ctx, v.run.clock, timeout)
	result, err := v.run.tasks.Do(limited, Task{
		State: v.state.name, Path: v.path, Resource: w.resource, Input: input, Token: v.token,
		Attempt: v.retries, Heartbeat: heartbeat, Timeout: timeout,
	})
	if stop() {
		return nil, "", failure(Timeout, "the task took longer than TimeoutSeconds, %s", timeout)
	}
	if err != nil {
		return nil, "", err
	}
	value, err := normalise(result)
	if err != nil {
		return nil, "", failure(Runtime, "the task's result is not JSON: %s", err)
	}
	return value, "", v.run.checkSize("the result of the task", value)
}
