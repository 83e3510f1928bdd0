package asl

import (
	"context"
	"encoding/json"
	"fmt"
)

// maxIterations is how many iterations of an inline Map the service runs at once.
const maxIterations = 40

// mapWork is a Map state in INLINE mode.
type mapWork struct {
	iteration       *graph
	itemsPath       *path // nil: the effective input is the array
	selector        *template
	concurrency     int64 // 0: as many as the service would run
	concurrencyPath *path
}

// item is the context object's Map.Item.
type item struct {
	index int
	value any
}

func (o *object) mapState(s *state) {
	o.filters(s)
	o.result(s)
	o.transition(s)
	s.resultSelector = o.template("ResultSelector")
	o.failing(s)
	o.refuse("ItemReader", "ItemBatcher", "ResultWriter", "Label", "ToleratedFailureCount", "ToleratedFailureCountPath",
		"ToleratedFailurePercentage", "ToleratedFailurePercentagePath")
	o.oneOf(false, "ItemSelector", "Parameters")
	w := mapWork{itemsPath: o.reference("ItemsPath"), selector: o.template("ItemSelector")}
	if w.selector == nil {
		w.selector = o.template("Parameters") // the older name
	} else {
		o.get("Parameters")
	}
	o.oneOf(false, "MaxConcurrency", "MaxConcurrencyPath")
	w.concurrency, _ = o.integer("MaxConcurrency", 0, maxSeconds)
	w.concurrencyPath = o.reference("MaxConcurrencyPath")
	w.iteration = o.iteration()
	s.work = w
}

// iteration reads ItemProcessor, or Iterator, its older name.
func (o *object) iteration() *graph {
	o.oneOf(true, "ItemProcessor", "Iterator")
	processor, iterator := o.get("ItemProcessor"), o.get("Iterator")
	key, n := "ItemProcessor", processor
	if n == nil {
		key, n = "Iterator", iterator
	}
	if n == nil {
		return &graph{}
	}
	inner := o.object(o.at(key), n)
	inner.text("Comment")
	if c := inner.get("ProcessorConfig"); c != nil {
		config := o.object(inner.at("ProcessorConfig"), c)
		if mode, ok := config.text("Mode"); ok && mode != "INLINE" {
			config.problem(config.at("Mode"), "%q is not supported by a local run; use INLINE", mode)
		}
		config.refuse("ExecutionType")
		config.rest("ProcessorConfig")
	}
	g := inner.graph()
	inner.rest("an " + key)
	return g
}

func (w mapWork) do(ctx context.Context, v *visit, input any) (any, string, error) {
	s := v.scope(input)
	items, err := w.items(s)
	if err != nil {
		return nil, "", err
	}
	limit, err := w.limit(s)
	if err != nil {
		return nil, "", err
	}
	if err := v.run.count(2); err != nil { // Started and Succeeded or Failed
		return nil, "", err
	}
	results, err := together(ctx, len(items), limit, func(ctx context.Context, i int) (any, error) {
		return w.iterate(ctx, v, input, item{i, items[i]})
	})
	return results, "", err
}

func (w mapWork) items(s *scope) ([]any, error) {
	value := s.input
	if w.itemsPath != nil {
		var err error
		if value, err = w.itemsPath.read("ItemsPath", s); err != nil {
			return nil, err
		}
	}
	items, ok := value.([]any)
	if !ok {
		return nil, failure(Runtime, "ItemsPath must give an array, not %s", typeName(value))
	}
	return items, nil
}

func (w mapWork) limit(s *scope) (int, error) {
	n := w.concurrency
	if w.concurrencyPath != nil {
		value, err := w.concurrencyPath.read("MaxConcurrencyPath", s)
		if err != nil {
			return 0, err
		}
		number, _ := value.(json.Number)
		var ok bool
		if n, ok = wholeNumber(number); number == "" || !ok || n < 0 {
			return 0, failure(Runtime, "MaxConcurrencyPath must give a whole number from 0, not %s", typeName(value))
		}
	}
	if n == 0 || n > maxIterations {
		n = maxIterations
	}
	return int(n), nil
}

// iterate runs one iteration: its input is the item, or what ItemSelector makes of the state's input and the item.
func (w mapWork) iterate(ctx context.Context, v *visit, input any, it item) (any, error) {
	if err := v.run.count(2); err != nil { // IterationStarted and IterationSucceeded or IterationFailed
		return nil, err
	}
	at := place{prefix: fmt.Sprintf("%s[%d].", v.path, it.index), item: &it}
	value := it.value
	if w.selector != nil {
		s := v.scope(input)
		s.context = withItem(s.context, &it)
		var err error
		if value, err = w.selector.fill(s); err != nil {
			return nil, err
		}
	}
	return v.run.graph(ctx, w.iteration, at, value)
}
