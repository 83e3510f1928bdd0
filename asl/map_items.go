package asl

import (
	"context"
	"math"
)

// negative is below every bound.
var negative = math.Inf(-1)

// list gives the Map's items.
func (w *mapWork) list(ctx context.Context, v *visit, s *scope) ([]item, error) {
	if w.reader != nil {
		return w.reader.read(ctx, v, s) // ItemsPath has no effect then, as recorded
	}
	value := s.input
	switch {
	case w.items != nil:
		var err error
		if value, err = w.items.fill(s); err != nil {
			return nil, err
		}
	case w.itemsPath != nil:
		var err error
		if value, err = w.itemsPath.read(s); err != nil {
			return nil, err
		}
	}
	items, ok := itemsOf(value, w.distributed)
	if ok {
		return items, nil
	}
	text, _ := encode(value)
	if w.items != nil {
		if q, ok := w.items.value.(*query); ok {
			return nil, q.wrong("array", value)
		}
	}
	name := Runtime
	if v.state.jsonata {
		name = QueryEvaluationError
	}
	return nil, failure(name, "Map state input must be an array but was: %s", shortened(string(text)))
}

// itemsOf makes items of a list, and for a distributed Map of an object's fields.
func itemsOf(value any, distributed bool) ([]item, bool) {
	if list, ok := value.([]any); ok {
		items := make([]item, len(list))
		for i, one := range list {
			items[i] = item{index: i, value: one}
		}
		return items, true
	}
	o, ok := value.(*Object)
	if !ok || !distributed {
		return nil, false
	}
	items := make([]item, 0, o.Len())
	for name, field := range o.All() {
		items = append(items, item{index: len(items), value: field, key: name})
	}
	return items, true
}

// itemBatcher is ItemBatcher: several items are the input of one iteration.
type itemBatcher struct {
	items, bytes amount
	input        *template
}

func (o *object) itemBatcher() *itemBatcher {
	at, ok := o.field("ItemBatcher")
	if !ok {
		return nil
	}
	b := o.open(at, "ItemBatcher", o.fieldsOfPart(PartItemBatcher), o.jsonata)
	w := &itemBatcher{items: b.amount("MaxItemsPerBatch"), bytes: b.amount("MaxInputBytesPerBatch"), input: b.template("BatchInput")}
	if at.value.Kind() == ObjectKind && !b.has("MaxItemsPerBatch") && !b.has("MaxItemsPerBatchPath") && !b.has("MaxInputBytesPerBatch") && !b.has("MaxInputBytesPerBatchPath") {
		b.missing("MaxItemsPerBatch", RuleRequired, "MaxItemsPerBatch or MaxInputBytesPerBatch is required")
	}
	return w
}

// batches makes the iterations' inputs: {"BatchInput": …, "Items": […]}.
func (b *itemBatcher) batches(s *scope, values []any) ([]item, error) {
	most, err := b.items.in(s, 0)
	if err != nil {
		return nil, err
	}
	bytes, err := b.bytes.in(s, defaultMaxPayload)
	if err != nil {
		return nil, err
	}
	var beside any
	if b.input != nil {
		if beside, err = b.input.fill(s); err != nil {
			return nil, err
		}
	}
	batch := func(items []any) (any, int) {
		o := NewObject(2)
		if b.input != nil {
			o.Set("BatchInput", beside)
		}
		o.Set("Items", items)
		text, _ := encode(o)
		return o, len(text)
	}
	var batches []item
	for start := 0; start < len(values); {
		_, size := batch([]any{})
		end := start
		for end < len(values) && (most == 0 || float64(end-start) < most) {
			text, _ := encode(values[end])
			if end > start {
				size++ // a comma
			}
			if size += len(text); end > start && float64(size) > bytes {
				break
			}
			end++
		}
		one, _ := batch(values[start:end:end])
		batches = append(batches, item{index: len(batches), value: one})
		start = end
	}
	return batches, nil
}
