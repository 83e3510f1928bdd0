package asl

import (
	"context"
	"encoding/json"
	"strings"
)

// task is a Task state.
type task struct {
	resource    string
	token       bool // the task has a token: it waits for a callback, or for a job's end
	callback    bool
	timeout     amount
	heartbeat   amount
	credentials *template
}

func (o *object) task(s *state) {
	o.filters(s)
	o.result(s)
	o.transition(s)
	s.parameters, s.arguments = o.template("Parameters"), o.template("Arguments")
	s.resultSelector = o.selector("ResultSelector")
	o.failing(s)
	w := task{resource: o.required("Resource", "the ARN of what the task calls")}
	if at, ok := o.field("Resource"); ok && w.resource != "" {
		o.checkResource(at, w.resource)
	}
	w.callback = strings.HasSuffix(w.resource, ".waitForTaskToken")
	w.token = w.callback || isSync(w.resource)
	w.credentials = o.credentials()
	w.timeout, w.heartbeat = o.amount("TimeoutSeconds"), o.amount("HeartbeatSeconds")
	if beat, limit := w.heartbeat.fixedSeconds(), w.timeout.fixedSeconds(); beat > 0 && limit > 0 && beat >= limit {
		o.problemAt(o.under("HeartbeatSeconds", o.get("HeartbeatSeconds")), RuleRange, "%.0f must be less than TimeoutSeconds, %.0f", beat, limit)
	}
	s.work = w
}

// credentials reads Credentials, an object with RoleArn.
func (o *object) credentials() *template {
	at, ok := o.field("Credentials")
	if !ok {
		return nil
	}
	if !o.isObject(at) {
		return nil
	}
	// Which spellings of RoleArn the service takes is not documented.
	fields := append(FieldsOfPart(PartCredentials), Field{Name: "roleArn"})
	if !o.jsonata {
		fields = append(fields, Field{Name: "RoleArn.$"}, Field{Name: "roleArn.$"})
	}
	c := o.open(at, "Credentials", fields, o.jsonata)
	if !c.has("RoleArn") && !c.has("RoleArn.$") && !c.has("roleArn") && !c.has("roleArn.$") {
		c.missing("RoleArn", RuleRequired, "RoleArn is required: the role with which the task calls")
	}
	c.text("RoleArn")
	c.text("roleArn")
	return o.wholeTemplate(at)
}

func (w task) do(ctx context.Context, v *visit, input any) (outcome, error) {
	limits := v.limits()
	timeout, err := w.timeout.seconds(limits)
	if err != nil {
		return outcome{}, err
	}
	heartbeat, err := w.heartbeat.seconds(limits)
	if err != nil {
		return outcome{}, err
	}
	if w.credentials != nil {
		if _, err := w.credentials.fill(limits); err != nil {
			return outcome{}, err
		}
	}
	if v.run.tasks == nil {
		return outcome{}, failure(Runtime, "no tasks can be done in this run (Options.Tasks is nil)")
	}
	text, err := v.run.sized("the input of the task", input)
	if err != nil {
		return outcome{}, err
	}
	// Scheduled, Started, Succeeded or Failed, and Submitted for a callback.
	events := int64(3)
	if w.token {
		events++
	}
	if _, err := v.run.count(events); err != nil {
		return outcome{}, err
	}
	return w.call(ctx, v, Task{
		State: v.state.name, Path: v.path, Resource: w.resource, Input: text, Token: v.token,
		Attempt: v.retries, Iteration: v.iteration(), Heartbeat: heartbeat, Timeout: timeout,
	})
}

func (w task) call(ctx context.Context, v *visit, t Task) (outcome, error) {
	if !w.callback {
		t.Token = ""
	}
	limited, stop := withTimeLimit(ctx, v.run.clock, t.Timeout)
	result, err := v.run.tasks.Do(limited, t)
	if stop() {
		e := failure(Timeout, "the task took longer than TimeoutSeconds, %s", t.Timeout)
		e.own, e.event = true, false
		return outcome{}, e
	}
	if err != nil {
		return outcome{}, err
	}
	value, err := normalise(result)
	if err != nil {
		return outcome{}, failure(Runtime, "the task's result is not JSON: %s", err)
	}
	return outcome{result: value}, v.run.fits(w.target(), value)
}

// target is the task as the service's messages name it: an integration by its service, everything else by its ARN.
func (w task) target() string {
	match := integrationARN.FindStringSubmatch(w.resource)
	if match == nil {
		return w.resource
	}
	return match[1][:max(0, strings.LastIndexByte(strings.TrimSuffix(match[1], ".sync:2"), ':'))]
}

// normalise turns whatever a task returned into a value of our own.
func normalise(v any) (any, error) {
	if text, ok := v.(json.RawMessage); ok {
		return decode(text)
	}
	text, err := encode(v)
	if err != nil {
		return nil, err
	}
	return decode(text)
}

// TaskState is a Task state of the definition, as the caller needs it to tell which tasks it can answer.
type TaskState struct {
	Name       string
	Resource   string
	Parameters json.RawMessage // the JSON of Parameters or Arguments, as written; nil if there are none
	Path       string          // in the definition, "States.Build"
}
