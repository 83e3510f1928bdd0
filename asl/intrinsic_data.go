package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// maxRange is the service's limit for the length of what States.ArrayRange makes.
const maxRange = 1000

// array is States.Array(value...).
func array(a *arguments) (any, error) { return slices.Clone(a.values), nil }

// arrayPartition is States.ArrayPartition(array, size).
func arrayPartition(a *arguments) (any, error) {
	items, err := a.array(0)
	if err != nil {
		return nil, err
	}
	size, err := a.integer(1)
	if err != nil {
		return nil, err
	}
	if size < 1 {
		return nil, errors.New("argument 2, the size of the parts, must be 1 or more")
	}
	parts := []any{}
	for part := range slices.Chunk(items, int(min(size, math.MaxInt32))) {
		parts = append(parts, part)
	}
	return parts, nil
}

// arrayContains is States.ArrayContains(array, value).
func arrayContains(a *arguments) (any, error) {
	items, err := a.array(0)
	if err != nil {
		return nil, err
	}
	return slices.ContainsFunc(items, func(item any) bool { return equal(item, a.values[1]) }), nil
}

// arrayRange is States.ArrayRange(first, last, step); last is part of the result if a step hits it.
func arrayRange(a *arguments) (any, error) {
	first, err := a.integer(0)
	if err != nil {
		return nil, err
	}
	last, err := a.integer(1)
	if err != nil {
		return nil, err
	}
	step, err := a.integer(2)
	if err != nil {
		return nil, err
	}
	if step == 0 {
		return nil, errors.New("argument 3, the step, must not be 0")
	}
	items := []any{}
	for i := first; step > 0 && i <= last || step < 0 && i >= last; i += step {
		if len(items) == maxRange {
			return nil, fmt.Errorf("the range has more than %d items", maxRange)
		}
		items = append(items, integerNumber(i))
		if step > 0 && i > math.MaxInt64-step || step < 0 && i < math.MinInt64-step {
			break
		}
	}
	return items, nil
}

// arrayGetItem is States.ArrayGetItem(array, index).
func arrayGetItem(a *arguments) (any, error) {
	items, err := a.array(0)
	if err != nil {
		return nil, err
	}
	index, err := a.integer(1)
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= int64(len(items)) {
		return nil, fmt.Errorf("argument 2, the index, is %d, but the array has %d items", index, len(items))
	}
	return items[index], nil
}

// arrayLength is States.ArrayLength(array).
func arrayLength(a *arguments) (any, error) {
	items, err := a.array(0)
	return integerNumber(int64(len(items))), err
}

// arrayUnique is States.ArrayUnique(array): the first of equal items stays.
func arrayUnique(a *arguments) (any, error) {
	items, err := a.array(0)
	if err != nil {
		return nil, err
	}
	unique, kept := []any{}, make(map[string]bool, len(items))
	for _, item := range items {
		key := string(appendCanonical(nil, item))
		if !kept[key] {
			kept[key] = true
			unique = append(unique, item)
		}
	}
	return unique, nil
}

// jsonMerge is States.JsonMerge(object, object, false): the fields of both, the second one's where both have one.
func jsonMerge(a *arguments) (any, error) {
	first, err := a.object(0)
	if err != nil {
		return nil, err
	}
	second, err := a.object(1)
	if err != nil {
		return nil, err
	}
	if deep, ok := a.values[2].(bool); !ok || deep {
		return nil, errors.New("argument 3 must be false: only shallow merging is supported")
	}
	merged := clone(first)
	for name, value := range second.All() {
		merged.Set(name, value)
	}
	return merged, nil
}

// mathAdd is States.MathAdd(number, number).
func mathAdd(a *arguments) (any, error) {
	x, err := a.integer(0)
	if err != nil {
		return nil, err
	}
	y, err := a.integer(1)
	if err != nil {
		return nil, err
	}
	if min(x, y) < math.MinInt32 || max(x, y) > math.MaxInt32 {
		return nil, fmt.Errorf("the arguments must lie between %d and %d", math.MinInt32, math.MaxInt32)
	}
	return integerNumber(x + y), nil
}

// mathRandom is States.MathRandom(start, end[, seed]): from start, included, to end, left out. The same seed gives the same number, though
// not the one the service would give.
func mathRandom(a *arguments) (any, error) {
	start, err := a.integer(0)
	if err != nil {
		return nil, err
	}
	end, err := a.integer(1)
	if err != nil {
		return nil, err
	}
	if start >= end {
		return nil, errors.New("argument 1, the start, must be less than argument 2, the end")
	}
	random := a.scope.random
	if len(a.values) == 3 {
		seed, err := a.integer(2)
		if err != nil {
			return nil, err
		}
		random = rand.New(rand.NewPCG(uint64(seed), 0)).Float64 //nolint:gosec // the language promises no secrecy
	}
	// The width of the range fits an unsigned number even from the least to the greatest integer.
	offset := uint64(random() * float64(uint64(end)-uint64(start)))
	return integerNumber(int64(uint64(start) + min(offset, uint64(end)-uint64(start)-1))), nil
}

func integerNumber(i int64) json.Number { return json.Number(strconv.FormatInt(i, 10)) }
