// Package memory implements the worker's ports in memory: a queue, a reporter, claims and
// a runner's state. Local runs and tests use them. The suites of package porttest check
// them.
package memory

import (
	"context"
	"sync"
)

// locked calls do with the lock, unless ctx has ended.
func locked(ctx context.Context, mu *sync.Mutex, do func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	mu.Lock()
	defer mu.Unlock()
	return do()
}
