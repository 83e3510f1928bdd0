package jsonata

import "context"

// EvaluateShortly evaluates with a part of the usual steps and memory.
func (e *Expression) EvaluateShortly(ctx context.Context, input any, part int) (any, bool, error) {
	within := usualLimits()
	within.steps /= part
	within.items /= part
	within.work /= part
	return e.evaluate(ctx, input, nil, within, Surroundings{})
}
