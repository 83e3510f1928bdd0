package asl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// maxIterations is how many iterations of an inline Map the service runs at once.
	maxIterations = 40
	// maxLabel is the longest Label, in characters.
	maxLabel = 40
)

// mapWork is a Map state. A distributed Map's iterations are executions of their own on AWS; here they run as those of an inline Map do.
type mapWork struct {
	iteration   *graph
	distributed bool
	itemsPath   *path     // nil: the effective input is the list
	items       *template // of JSONata
	selector    *template
	concurrency amount
	reader      *itemReader
	batcher     *itemBatcher
	writer      *resultWriter
	count       amount // of failures that are tolerated
	percentage  amount
}

// item is the context object's Map.Item.
type item struct {
	index  int
	value  any
	key    string // of an object's field
	source string // where an ItemReader has it from

	// What a ResultWriter tells of the iteration.
	input            any // after ItemSelector
	started, stopped time.Time
}

func (o *object) mapState(s *state) {
	o.filters(s)
	o.result(s)
	o.transition(s)
	s.resultSelector = o.selector("ResultSelector")
	o.failing(s)
	o.oneOf(false, "ItemSelector", "Parameters")
	w := &mapWork{itemsPath: o.reference("ItemsPath"), items: o.itemList(), selector: o.template("ItemSelector")}
	if w.selector == nil {
		w.selector = o.template("Parameters") // the older name
	}
	w.concurrency = o.amount("MaxConcurrency")
	w.count, w.percentage = o.amount("ToleratedFailureCount"), o.amount("ToleratedFailurePercentage")
	w.iteration, w.distributed = o.iteration()
	w.reader, w.batcher, w.writer = o.itemReader(), o.itemBatcher(), o.resultWriter()
	o.label()
	s.work = w
}

// itemList reads Items, a list or an expression.
func (o *object) itemList() *template {
	at, ok := o.field("Items")
	if !ok {
		return nil
	}
	_, computed := expressionOf(at.value.Text())
	if kind := at.value.Kind(); kind != Array && kind != ObjectKind && !computed && !o.later(at.value) {
		o.problemAt(at, RuleType, "must be a list or an expression such as {%% $states.input.items %%}, not %s", kind)
		return nil
	}
	return o.wholeTemplate(at)
}

func (o *object) label() {
	text, ok := o.text("Label")
	if !ok {
		return
	}
	at := o.under("Label", o.get("Label"))
	switch length := utf8.RuneCountInString(text); {
	case length == 0:
		o.problemAt(at, RuleRange, "is empty")
	case length > maxLabel:
		o.problemAt(at, RuleRange, "has %d characters (at most %d)", length, maxLabel)
	}
	unfit := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`?*<>{}[]:;,\|^~$#%&"`+"`", r)
	}
	if i := strings.IndexFunc(text, unfit); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		o.problemAt(at, RuleValue, "has the character %q, which a label cannot have", r)
	}
}

// iteration reads ItemProcessor, or Iterator, its older name.
func (o *object) iteration() (iteration *graph, distributed bool) {
	if !o.oneOf(false, "ItemProcessor", "Iterator") {
		return &graph{}, false
	}
	if !o.has("ItemProcessor") && !o.has("Iterator") {
		o.missing("ItemProcessor", RuleRequired, "ItemProcessor is required: the states that run for each item")
	}
	key := "ItemProcessor"
	if !o.has(key) {
		key = "Iterator"
	}
	at, ok := o.field(key)
	if !ok || !o.isObject(at) {
		return &graph{}, false
	}
	inner := o.open(at, "an "+key, o.fieldsOfPart(PartItemProcessor), false)
	inner.text("Comment")
	express := false
	if at, ok := inner.field("ProcessorConfig"); ok {
		distributed, express = o.processorConfig(at)
	}
	before := o.express
	o.express = o.express || express
	iteration = inner.graph()
	o.express = before
	return iteration, distributed
}

func (o *object) processorConfig(at *location) (distributed, express bool) {
	config := o.open(at, "ProcessorConfig", o.fieldsOfPart(PartProcessorConfig), false)
	mode, _ := config.text("Mode")
	kind, _ := config.text("ExecutionType")
	distributed = mode == "DISTRIBUTED"
	if distributed && !config.has("ExecutionType") {
		config.missing("ExecutionType", RuleRequired, "ExecutionType is required in the mode DISTRIBUTED: STANDARD or EXPRESS")
	}
	if config.has("ExecutionType") && !distributed && mode != "" {
		config.problemAt(config.under("ExecutionType", config.get("ExecutionType")), RuleExclusive, "belongs to the mode DISTRIBUTED")
	}
	return distributed, distributed && kind == "EXPRESS"
}

func (w *mapWork) do(ctx context.Context, v *visit, input any) (outcome, error) {
	s := v.scope(input)
	limit, err := w.limit(s)
	if err != nil {
		return outcome{}, err
	}
	tolerance, err := w.tolerance(s)
	if err != nil {
		return outcome{}, err
	}
	items, err := w.list(ctx, v, s)
	if err != nil {
		return outcome{}, err
	}
	inputs, err := w.inputs(v, s, items)
	if err != nil {
		return outcome{}, err
	}
	if _, err := v.run.count(2); err != nil { // Started and Succeeded or Failed
		return outcome{}, err
	}
	tolerance.total = len(inputs)
	results, err := together(ctx, v.run.clock, len(inputs), limit, tolerance.tolerates(w.distributed), func(ctx context.Context, i int) (any, error) {
		return w.iterate(ctx, v, s, &inputs[i])
	})
	if err != nil {
		return outcome{}, err
	}
	if w.writer != nil {
		results, err = w.writer.write(ctx, v, s, inputs, results, tolerance)
	}
	return outcome{result: results}, err
}

func (w *mapWork) limit(s *scope) (int, error) {
	n, err := w.concurrency.in(s, 0)
	if n == 0 || n > maxIterations {
		n = maxIterations
	}
	return int(n), err
}

// inputs are the iterations' inputs. Without an ItemBatcher each is one item, which its iteration makes its input of.
func (w *mapWork) inputs(v *visit, s *scope, items []item) ([]item, error) {
	if w.batcher == nil {
		return items, nil
	}
	values := make([]any, len(items))
	for i := range items {
		value, err := w.selected(s, &items[i])
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return w.batcher.batches(s, values)
}

// selected is what ItemSelector makes of the state's input and the item; without one it is the item.
func (w *mapWork) selected(s *scope, it *item) (any, error) {
	if w.selector == nil {
		return it.value, nil
	}
	inner := *s
	inner.context = func() *Object { return withItem(s.context(), it) }
	return w.selector.fill(&inner)
}

// iterate runs one iteration.
func (w *mapWork) iterate(ctx context.Context, v *visit, s *scope, it *item) (any, error) {
	r := v.run
	at := place{prefix: fmt.Sprintf("%s[%d].", v.path, it.index), item: it, variables: v.variables}
	if w.distributed { // an execution of its own, which sees no variables
		r, at.variables = r.child(), nil
	} else if _, err := r.count(2); err != nil { // IterationStarted and IterationSucceeded or IterationFailed
		return nil, err
	}
	value := it.value
	if w.batcher == nil {
		var err error
		if value, err = w.selected(s, it); err != nil {
			return nil, err
		}
	}
	it.input, it.started = value, r.clock.Now()
	defer func() { it.stopped = r.clock.Now() }()
	return r.graph(ctx, w.iteration, at, value)
}

// tolerance counts the failed iterations of a distributed Map.
type tolerance struct {
	count, percentage float64 // negative: not given
	total             int
	failures          map[int]*Error
}

func (w *mapWork) tolerance(s *scope) (*tolerance, error) {
	t := &tolerance{count: -1, percentage: -1, failures: map[int]*Error{}}
	for _, limit := range []struct {
		amount amount
		to     *float64
		wrong  string
	}{
		{w.count, &t.count, "ToleratedFailureCount cannot be negative."},
		{w.percentage, &t.percentage, "ToleratedFailurePercentage must be between 0 and 100."},
	} {
		if !limit.amount.given {
			continue
		}
		allowed := limit.amount.spec
		limit.amount.spec.Min, limit.amount.spec.Max = negative, 0
		n, err := limit.amount.in(s, 0)
		if err != nil {
			return nil, err
		}
		if n < allowed.Min || n > allowed.Max {
			return nil, failure(Runtime, "%s", limit.wrong)
		}
		*limit.to = n
	}
	return t, nil
}

// tolerates gives the judge of failures; an inline Map tolerates none.
func (t *tolerance) tolerates(distributed bool) func(int, error) error {
	if !distributed {
		return nil
	}
	return func(i int, err error) error {
		var failed *Error
		if !errors.As(err, &failed) {
			return err
		}
		t.failures[i] = failed
		if t.exceeded() {
			return outside(ExceedToleratedFailureThreshold, "The specified tolerated failure threshold was exceeded")
		}
		return nil
	}
}

func (t *tolerance) exceeded() bool {
	failed := float64(len(t.failures))
	if t.count < 0 && t.percentage < 0 {
		return failed > 0
	}
	return t.count >= 0 && failed > t.count || t.percentage >= 0 && failed*100 > t.percentage*float64(t.total)
}
