package fakeecs

import (
	"errors"
	"maps"
	"time"
)

// tagTime is how long a terminated instance has its tags. AWS does not say; here
// it is short, so that everything gets along without them.
const tagTime = time.Second

// InstanceTags are the tags by which EC2 decides who may do what with an instance.
// A terminated one loses them after a while.
func (f *Service) InstanceTags(id string) map[string]string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	h := f.host(id)
	if h == nil || h.forgotten || !h.ended.IsZero() && time.Since(h.ended) > tagTime {
		return nil
	}
	return maps.Clone(h.view.Tags)
}

// Forget has EC2 forget a terminated instance, as it does after about an hour.
func (f *Service) Forget(id string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	h := f.host(id)
	if h == nil || h.ended.IsZero() {
		return errors.New("forget the host " + id + ": it is not terminated")
	}
	h.forgotten = true
	return nil
}
