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
	s.parameters = o.template("Parameters")
	s.resultSelector = o.template("ResultSelector")
	o.failing(s)
	w := parallel{}
	if n := o.get("Branches"); n == nil {
		o.problem(o.place, "Branches is missing")
	} else if values, ok := n.value.([]any); ok && len(values) == 0 {
		o.problem(o.at("Branches"), "must hold at least one branch")
	}
	o.each("Branches", func(b *object, _ bool) {
		b.text("Comment")
		w.branches = append(w.branches, b.graph())
		b.rest("a branch")
	})
	s.work = w
}

func (w parallel) do(ctx context.Context, v *visit, input any) (any, string, error) {
	if err := v.run.count(2); err != nil { // Started and Succeeded or Failed
		return nil, "", err
	}
	results, err := together(ctx, len(w.branches), len(w.branches), func(ctx context.Context, i int) (any, error) {
		return v.run.graph(ctx, w.branches[i], place{prefix: fmt.Sprintf("%s[%d].", v.path, i), item: v.item}, input)
	})
	return results, "", err
}

// together runs n pieces of work, started in order and at most limit at once, and gives their results in order. The first failure ends the
// others, and together returns it once all of them have returned.
func together(ctx context.Context, n, limit int, do func(ctx context.Context, i int) (any, error)) (any, error) {
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(errDone)
	var (
		results = make([]any, n)
		mutex   sync.Mutex // guards started and first
		started int
		first   error
		workers sync.WaitGroup
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
	for range min(limit, n) {
		workers.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				result, err := do(inner, i)
				if err == nil {
					results[i] = result
					continue
				}
				mutex.Lock()
				if first == nil {
					first = err
				}
				mutex.Unlock()
				cancel(errSiblingFailed)
			}
		})
	}
	workers.Wait()
	if err := stopped(ctx); err != nil {
		return nil, err
	}
	return results, first
}
