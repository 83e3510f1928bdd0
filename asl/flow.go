package asl

import (
	"context"
	"time"
)

// place tells where in the execution a graph runs.
type place struct {
	prefix string // of its states' paths: "Shards[1]."
	item   *item  // of the innermost iteration around it
}

// visit is one stay in a state, with all its attempts.
type visit struct {
	run      *run
	state    *state
	path     string
	item     *item
	entered  time.Time
	retries  int
	token    string // of this attempt
	filtered *scope // this attempt's input after InputPath, for the fields that are read beside Parameters
}

// scope is what the state's expressions see, with input as $.
func (v *visit) scope(input any) *scope {
	return &scope{input: input, context: v.context(), random: v.run.random}
}

// graph runs a graph from its first state to its end.
func (r *run) graph(ctx context.Context, g *graph, at place, input any) (any, error) {
	for name := g.start; ; {
		s := g.states[name]
		output, next, err := r.visit(ctx, s, at, input)
		if err != nil {
			return nil, err
		}
		if next == "" {
			return output, nil
		}
		name, input = next, output
	}
}

// visit runs one state until an attempt succeeds or a catcher takes its error; next is the state to go to, empty at the end.
func (r *run) visit(ctx context.Context, s *state, at place, input any) (output any, next string, err error) {
	if err := stopped(ctx); err != nil {
		return nil, "", err
	}
	v := &visit{run: r, state: s, path: at.prefix + s.name, item: at.item, entered: r.clock.Now()}
	v.observe(Event{Kind: Entered})
	err = r.count(2) // StateEntered and StateExited
	used := make([]int64, len(s.retriers))
	for {
		if err == nil {
			output, next, err = v.attempt(ctx, input)
		}
		if err == nil {
			v.observe(Event{Kind: Succeeded})
			return output, next, nil
		}
		if stop := stopped(ctx); stop != nil {
			v.observe(Event{Kind: Aborted})
			return nil, "", stop
		}
		e := asFailure(err, v.path)
		delay, again := v.retry(e, used)
		if !again {
			return v.catch(input, e)
		}
		v.retries++
		v.observe(Event{Kind: Retried, Error: e, Delay: delay})
		err = r.clock.Sleep(ctx, delay)
	}
}

// retry finds the first retrier for e and says how long to wait; used counts each retrier's attempts.
func (v *visit) retry(e *Error, used []int64) (delay time.Duration, again bool) {
	for i, r := range v.state.retriers {
		if terminal(e) || !matches(r.errorEquals, e, v.isParallel()) {
			continue
		}
		if used[i] == r.maxAttempts {
			return 0, false
		}
		used[i]++
		return r.delay(used[i]-1, v.run.random), true
	}
	return 0, false
}

// catch gives the output of the first catcher for e, or e.
func (v *visit) catch(input any, e *Error) (any, string, error) {
	for _, c := range v.state.catchers {
		if terminal(e) || !matches(c.errorEquals, e, v.isParallel()) {
			continue
		}
		output, err := c.output(input, e)
		if err == nil {
			err = v.run.checkSize("the output of the state", output)
		}
		if err != nil {
			e = asFailure(err, v.path)
			break
		}
		v.observe(Event{Kind: Caught, Error: e})
		return output, c.next, nil
	}
	v.observe(Event{Kind: Failed, Error: e})
	return nil, "", e
}

func (v *visit) isParallel() bool {
	_, ok := v.state.work.(parallel)
	return ok
}

// attempt sends input through the state once.
func (v *visit) attempt(ctx context.Context, input any) (output any, next string, err error) {
	s := v.state
	v.token = ""
	if t, ok := s.work.(task); ok && t.waitsForToken {
		v.token = v.run.newToken()
	}
	effective, err := s.inputPath.apply("InputPath", v.scope(input))
	if err != nil {
		return nil, "", err
	}
	v.filtered = v.scope(effective)
	if s.parameters != nil {
		if effective, err = s.parameters.fill(v.filtered); err != nil {
			return nil, "", err
		}
	}
	result, next, err := s.work.do(ctx, v, effective)
	if err != nil {
		return nil, "", err
	}
	if next == "" {
		next = s.next
	}
	if s.resultSelector != nil {
		if result, err = s.resultSelector.fill(v.scope(result)); err != nil {
			return nil, "", err
		}
	}
	if output, err = s.placed(input, result); err != nil {
		return nil, "", err
	}
	if output, err = s.outputPath.apply("OutputPath", v.scope(output)); err != nil {
		return nil, "", err
	}
	return output, next, v.run.checkSize("the output of the state", output)
}

// placed combines a state's raw input with its result.
func (s *state) placed(input, result any) (any, error) {
	switch {
	case s.discard:
		return input, nil
	case s.resultPath == nil:
		return result, nil
	default:
		return s.resultPath.set(input, result)
	}
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
