package authz

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/attini-go/runner/internal/test/iam"
)

// Asked is a request that a role has made.
type Asked struct {
	Role, Action, Resource string
	Context                iam.Context `json:",omitempty"`
}

// Record keeps the distinct requests of roles that were permitted, and those
// that were not.
type Record struct {
	mutex              sync.Mutex
	permitted, refused map[string]Asked
}

// NewRecord makes an empty Record.
func NewRecord() *Record { return &Record{permitted: map[string]Asked{}, refused: map[string]Asked{}} }

// add notes a request. Those of one call are refused together.
func (r *Record) add(role string, request iam.Request, permitted bool) {
	made := Asked{Role: role, Action: request.Action, Resource: request.Resource, Context: request.Context}
	text, err := json.Marshal(made)
	if err != nil {
		panic(err) // never of strings
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if permitted {
		r.permitted[string(text)] = made
		return
	}
	r.refused[string(text)] = made
}

// Permitted are the requests that were, sorted.
func (r *Record) Permitted() []Asked { return r.sorted(func() map[string]Asked { return r.permitted }) }

// Refused are those of calls that were refused, sorted.
func (r *Record) Refused() []Asked { return r.sorted(func() map[string]Asked { return r.refused }) }

func (r *Record) sorted(of func() map[string]Asked) []Asked {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return slices.SortedFunc(maps.Values(of()), func(a, b Asked) int {
		return strings.Compare(a.Role+" "+a.Action+" "+a.Resource, b.Role+" "+b.Action+" "+b.Resource)
	})
}
