package asl

import (
	"context"
	"fmt"
	"sync"
)

// parallel is a Parallel state.
type parallel struct{ branches []*graph }

func (o *object) parallel(s *state) {
	o.filters(s)
	o.result(s)
	o.transition(s)
	s.parameters, s.arguments = o.template("Parameters"), o.template("Arguments")
	s.resultSelector = o.selector("ResultSelector")
	o.failing(s)
	w := parallel{}
	o.rules("Branches", "branch", func(at *location) {
		b := o.open(at, "a branch", o.fieldsOfPart(PartBranch), false)
		b.text("Comment")
		if at.value.Kind() == ObjectKind {
			w.branches = append(w.branches, b.graph())
		}
	})
	s.work = w
}

func (w parallel) do(ctx context.Context, v *visit, input any) (outcome, error) {
	if _, err := v.run.count(2); err != nil { // Started and Succeeded or Failed
		return outcome{}, err
	}
	results, err := together(ctx, v.run.clock, len(w.branches), len(w.branches), nil, func(ctx context.Context, i int) (any, error) {
		at := place{prefix: fmt.Sprintf("%s[%d].", v.path, i), item: v.item, variables: v.variables}
		return v.run.graph(ctx, w.branches[i], at, input)
	})
	return outcome{result: results}, err
}

// together runs n pieces of work, started in order and at most limit at once, and gives their results in order. tolerate says whether the work
// goes on after a failure; nil never does. Otherwise the failure ends the others, and together returns it once all of them have returned.
func together(
	ctx context.Context, clock Clock, n, limit int, tolerate func(i int, err error) error, do func(ctx context.Context, i int) (any, error),
) (any, error) {
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(errDone)
	var (
		results = make([]any, n)
		mutex   sync.Mutex // guards started and first, and calls of tolerate
		started int
		first   error
	)
	take := func() (int, bool) {
		mutex.Lock()
		defer mutex.Unlock()
		if started == n || inner.Err() != nil {
			return 0, false
		}
		started++
		return started - 1, true
	}
	failed := func(i int, err error) {
		mutex.Lock()
		defer mutex.Unlock()
		if tolerate != nil && inner.Err() == nil {
			err = tolerate(i, err)
		}
		if err == nil || first != nil {
			return
		}
		first = err
		cancel(errSiblingFailed)
	}
	atOnce(clock, min(limit, n), func() {
		for i, ok := take(); ok; i, ok = take() {
			result, err := do(inner, i)
			if err == nil {
				results[i] = result
				continue
			}
			failed(i, err)
		}
	})
	if err := stopped(ctx); err != nil {
		return nil, err
	}
	return results, first
}
