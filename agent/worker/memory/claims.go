package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/worker"
)

// Claims is one runner's table of claims.
type Claims struct {
	mu      sync.Mutex
	claims  map[string]*claimed
	renewed map[string]time.Time // by task
}

type claimed struct {
	worker.Claim
	finished bool
}

// NewClaims returns an empty table.
func NewClaims() *Claims {
	return &Claims{claims: map[string]*claimed{}, renewed: map[string]time.Time{}}
}

// Of returns the table as the agent of a task uses it.
func (c *Claims) Of(task string) worker.Claims { return taskClaims{c, task} }

// Open returns the unfinished claims by token.
func (c *Claims) Open() map[string]worker.Claim {
	c.mu.Lock()
	defer c.mu.Unlock()
	open := map[string]worker.Claim{}
	for token, claim := range c.claims {
		if !claim.finished {
			open[token] = claim.Claim
		}
	}
	return open
}

// Claimed reports whether a token was ever claimed.
func (c *Claims) Claimed(token string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.claims[token] != nil
}

type taskClaims struct {
	*Claims
	task string
}

// Claim implements worker.Claims.
func (c taskClaims) Claim(ctx context.Context, claim worker.Claim) error {
	return locked(ctx, &c.mu, func() error {
		if before := c.claims[claim.Token]; before != nil {
			if before.Attempt == claim.Attempt {
				return nil
			}
			return worker.ErrClaimed
		}
		claim.Task = c.task
		c.claims[claim.Token] = &claimed{Claim: claim}
		c.renewed[c.task] = time.Now()
		return nil
	})
}

// Finish implements worker.Claims.
func (c taskClaims) Finish(ctx context.Context, token string) error {
	return locked(ctx, &c.mu, func() error {
		if claim := c.claims[token]; claim != nil {
			claim.finished = true
		}
		return nil
	})
}

// Renew implements worker.Claims.
func (c taskClaims) Renew(ctx context.Context) error {
	return locked(ctx, &c.mu, func() error {
		c.renewed[c.task] = time.Now()
		return nil
	})
}

// Unfinished implements worker.Claims.
func (c taskClaims) Unfinished(ctx context.Context, silent time.Duration) ([]worker.Claim, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []worker.Claim
	for _, claim := range c.claims {
		if !claim.finished && claim.Task != c.task && time.Since(c.renewed[claim.Task]) >= silent {
			found = append(found, claim.Claim)
		}
	}
	slices.SortFunc(found, func(a, b worker.Claim) int { return cmp.Compare(a.Token, b.Token) })
	return found, nil
}
