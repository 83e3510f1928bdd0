package lifecycletest

import (
	"context"
	"maps"
	"slices"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/lifecycle"
)

// TaskDefinition implements lifecycle.Account.
func (w *Fake) TaskDefinition(_ context.Context, name string) (found compat.TaskDefinition, err error) {
	return found, w.call("TaskDefinition", func() error {
		definition, exists := w.Definitions[name]
		if !exists {
			return lifecycle.ErrNoTaskDefinition
		}
		found = definition
		return nil
	})
}

// pick is what there is of what is asked for.
func pick[T any](all map[string]T, names []string) map[string]T {
	found := maps.Clone(all)
	maps.DeleteFunc(found, func(name string, _ T) bool { return !slices.Contains(names, name) })
	return found
}

// Parameters implements lifecycle.Account.
func (w *Fake) Parameters(_ context.Context, names []string) (found map[string]string, err error) {
	return found, w.call("Parameters", func() error {
		found = pick(w.Values, names)
		return nil
	})
}

// InstanceTypes implements lifecycle.Account.
func (w *Fake) InstanceTypes(_ context.Context, names []string) (found map[string]compat.InstanceType, err error) {
	return found, w.call("InstanceTypes", func() error {
		found = pick(w.Types, names)
		return nil
	})
}

// Images implements lifecycle.Account.
func (w *Fake) Images(_ context.Context, ids []string) (found map[string]compat.Image, err error) {
	return found, w.call("Images", func() error {
		found = pick(w.AMIs, ids)
		return nil
	})
}
