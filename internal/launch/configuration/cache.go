package configuration

import (
	"context"

	lru "github.com/hashicorp/golang-lru/v2"
)

// cacheSize is how many versions a Cache keeps; one has a few KiB.
const cacheSize = 256

// Cache is a Store that keeps the versions it has read. A version never changes: its id
// is the hash of its content.
type Cache struct {
	Store
	versions *lru.Cache[version, Configuration]
}

type version struct{ runner, id string }

// NewCache returns a Cache in front of a store.
func NewCache(store Store) (*Cache, error) {
	versions, err := lru.New[version, Configuration](cacheSize)
	if err != nil {
		return nil, err
	}
	return &Cache{store, versions}, nil
}

// GetConfiguration implements Store.
func (c *Cache) GetConfiguration(ctx context.Context, runner, id string) (Configuration, error) {
	if kept, found := c.versions.Get(version{runner, id}); found {
		return kept, nil
	}
	read, err := c.Store.GetConfiguration(ctx, runner, id)
	if err == nil {
		c.versions.Add(version{runner, id}, read)
	}
	return read, err
}

// DeleteConfigurations implements Store.
func (c *Cache) DeleteConfigurations(ctx context.Context, runner string) error {
	for _, kept := range c.versions.Keys() {
		if kept.runner == runner {
			c.versions.Remove(kept)
		}
	}
	return c.Store.DeleteConfigurations(ctx, runner)
}
