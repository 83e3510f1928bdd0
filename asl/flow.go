package asl

import (
	"context"
	"time"
)

// place tells where in the execution a graph runs.
type place struct {
	prefix    string // of its states' paths: "Shards[1]."
	item      *item  // of the innermost iteration around it
	variables variables
}

// visit is one stay in a state, with all its attempts.
type visit struct {
	run       *run
	ctx       context.Context //nolint:containedctx // of the visit, for its expressions
	state     *state
	path      string
	event     int64 // the number of the event with which the state was entered
	item      *item
	variables variables
	input     any // as it came
	entered   time.Time
	retries   int
	token     string     // of this attempt
	filtered  any        // this attempt's input after InputPath, for the fields that are read beside Parameters
	converted *converted // the input for JSONata
}

// scope is what the state's expressions see, with input as $.
func (v *visit) scope(input any) *scope {
	s := &scope{
		input: input, context: v.context, variables: v.variables, random: v.run.random, newID: v.run.newID,
		eval: &evaluation{ctx: v.ctx, contextOnce: v.run.contextOnce, clock: v.run.clock, random: v.run.given}, converted: &converted{},
	}
	if v.state.jsonata {
		s.input, s.converted = v.input, v.converted // $states.input is the state's input, whatever it is made into
	}
	return s
}

// limits is the scope of the fields beside Parameters: timeouts, credentials.
func (v *visit) limits() *scope { return v.scope(v.filtered) }

// iteration is the index of the innermost iteration around the state, -1 outside of any.
func (v *visit) iteration() int {
	if v.item == nil {
		return -1
	}
	return v.item.index
}

// end is what a state leaves behind.
type end struct {
	output    any
	next      string // empty at the end of the graph
	via       string // what led there, as in Event
	variables variables
}

// graph runs a graph from its first state to its end.
func (r *run) graph(ctx context.Context, g *graph, at place, input any) (any, error) {
	return r.graphFrom(ctx, g, g.start, at, input)
}

// graphFrom runs a graph from one of its states to its end.
func (r *run) graphFrom(ctx context.Context, g *graph, name string, at place, input any) (any, error) {
	for {
		e, err := r.visit(ctx, g.states[name], at, input)
		if err != nil {
			return nil, err
		}
		if e.next == "" {
			return e.output, nil
		}
		name, input, at.variables = e.next, e.output, e.variables
	}
}

// visit runs one state until an attempt succeeds or a catcher takes its error.
func (r *run) visit(ctx context.Context, s *state, at place, input any) (end, error) {
	if err := stopped(ctx); err != nil {
		return end{}, err
	}
	v := &visit{
		run: r, ctx: ctx, state: s, path: at.prefix + s.name, item: at.item, variables: at.variables, input: input,
		entered: r.clock.Now(), converted: &converted{},
	}
	v.observe(Event{Kind: Entered, Input: v.input, Variables: v.variables})
	if virtual, ok := r.clock.(*VirtualTime); ok {
		virtual.pass()
	}
	var err error
	v.event, err = r.count(1)
	used := make([]int64, len(s.retriers))
	for {
		var e end
		if err == nil {
			e, err = v.attempt(ctx)
		}
		if err == nil {
			_, err = r.count(1)
		}
		if err == nil {
			v.observe(Event{Kind: Succeeded, Output: e.output, Next: e.next, Via: e.via})
			return e, nil
		}
		if stop := stopped(ctx); stop != nil {
			v.observe(Event{Kind: Aborted})
			return end{}, stop
		}
		failed := v.failed(err)
		delay, retrier := v.retry(failed, used)
		if retrier < 0 {
			return v.catch(failed)
		}
		v.retries++
		v.observe(Event{Kind: Retried, Error: failed, Delay: delay, Via: indexed("Retry", retrier)})
		err = r.clock.Sleep(ctx, delay)
	}
}

// failed puts err into the language's terms. A failure of the service's own kind tells the state and the event it was entered at, as there.
func (v *visit) failed(err error) *Error {
	e := asFailure(err, v.path)
	if e.event {
		e.event = false
		e.Cause = "An error occurred while executing the state '" + v.state.name + "' (entered at the event id #" + decimalText(v.event) + "). " + e.Cause
	}
	return e
}

// retry finds the first retrier for e and says how long to wait; used counts each retrier's attempts. Without another attempt, index is -1.
func (v *visit) retry(e *Error, used []int64) (delay time.Duration, index int) {
	for i, r := range v.state.retriers {
		if terminal(e) || !matches(r.errorEquals, e, v.isParallel()) {
			continue
		}
		if used[i] == r.maxAttempts {
			return 0, -1
		}
		used[i]++
		return r.delay(used[i]-1, v.run.random), i
	}
	return 0, -1
}

// catch gives the end of the first catcher for e, or e.
func (v *visit) catch(e *Error) (end, error) {
	var original *Error
	for i, c := range v.state.catchers {
		if terminal(e) || !matches(c.errorEquals, e, v.isParallel()) {
			continue
		}
		caught, err := v.catchWith(c, e)
		if err != nil {
			original, e = e, v.failed(err)
			break
		}
		v.observe(Event{Kind: Caught, Error: e, Output: caught.output, Next: caught.next, Via: indexed("Catch", i)})
		return caught, nil
	}
	v.observe(Event{Kind: Failed, Error: e, Original: original})
	return end{}, e
}

func (v *visit) catchWith(c catcher, e *Error) (end, error) {
	s := v.scope(v.input)
	s.errorOutput, s.hasError = e.output(), true
	output, err := c.caught(s, e)
	if err != nil {
		return end{}, err
	}
	if err := v.run.fits(v.state.name, output); err != nil {
		return end{}, err
	}
	if !v.state.jsonata {
		s = s.at(s.errorOutput) // in JSONPath, $ is what the state came to
	}
	assigned, err := c.assign.assigned(s)
	return end{output: output, next: c.next, variables: v.variables.with(assigned)}, err
}

func (v *visit) isParallel() bool {
	_, ok := v.state.work.(parallel)
	return ok
}

// attempt sends the input through the state once.
func (v *visit) attempt(ctx context.Context) (end, error) {
	s := v.state
	v.token = ""
	if t, ok := s.work.(task); ok && t.token {
		v.token = v.run.newToken()
	}
	effective, err := v.effective()
	if err != nil {
		return end{}, err
	}
	o, err := s.work.do(ctx, v, effective)
	if err != nil {
		return end{}, err
	}
	if o.next == "" {
		o.next, o.via = s.next, s.via()
	}
	if s.jsonata {
		return v.queried(o)
	}
	return v.placed(o)
}

// effective is what the state works with: the input after InputPath and Parameters, or Arguments.
func (v *visit) effective() (any, error) {
	s := v.state
	if s.jsonata {
		v.filtered = v.input
		if s.arguments == nil {
			return v.input, nil
		}
		return s.arguments.fill(v.scope(v.input))
	}
	effective, err := s.inputPath.apply(v.scope(v.input))
	if err != nil {
		return nil, err
	}
	v.filtered = effective
	if s.parameters == nil {
		return effective, nil
	}
	return s.parameters.fill(v.scope(effective))
}

// queried makes the end of a state in JSONata: Output and Assign, which see the variables as they were.
func (v *visit) queried(o outcome) (end, error) {
	s := v.scope(v.input)
	s.result, s.hasResult = o.result, givesResult(v.state.kind)
	output, assign := v.state.output, v.state.assign
	if o.rule != nil { // the fields beside Choices belong to Default
		output, assign = o.rule.output, o.rule.assign
	}
	value := o.result
	if output != nil {
		var err error
		if value, err = output.fill(s); err != nil {
			return end{}, err
		}
	}
	return v.ended(value, assign, s, o)
}

// placed makes the end of a state in JSONPath: ResultSelector, ResultPath, OutputPath. Assign sees the result as it came.
func (v *visit) placed(o outcome) (end, error) {
	s, result := v.state, o.result
	assign := s.assign
	if o.rule != nil {
		assign = o.rule.assign
	}
	var err error
	if s.resultSelector != nil {
		if result, err = s.resultSelector.fill(v.scope(result)); err != nil {
			return end{}, err
		}
	}
	output := result
	switch {
	case s.discard:
		output = v.input
	case s.resultPath != nil:
		if output, err = s.resultPath.set(v.input, result); err != nil {
			return end{}, err
		}
	}
	if output, err = s.outputPath.apply(v.scope(output)); err != nil {
		return end{}, err
	}
	return v.ended(output, assign, v.scope(o.result), o)
}

func (v *visit) ended(output any, assign *template, s *scope, o outcome) (end, error) {
	assigned, err := assign.assigned(s)
	if err != nil {
		return end{}, err
	}
	err = v.run.fits(v.state.name, output)
	return end{output: output, next: o.next, via: o.via, variables: v.variables.with(assigned)}, err
}

// observe completes e and hands it to the observer.
func (v *visit) observe(e Event) {
	e.State, e.Type, e.Path, e.Attempt = v.state.name, v.state.kind, v.path, v.retries
	e.Time = v.run.clock.Now()
	if e.Kind != Entered {
		e.Duration = e.Time.Sub(v.entered)
	}
	if e.Error != nil {
		mine := *e.Error
		e.Error = &mine
	}
	v.run.tell(e)
}
