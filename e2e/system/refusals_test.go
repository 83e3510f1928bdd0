package system_test

import (
	"bytes"
	"net/http"
	"sync"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// refusals are the requests for tasks that ECS refuses, by the tasks' group.
type refusals struct {
	mutex   sync.Mutex
	left    map[string]int
	refused map[string]int
}

// refuse has the next requests for a group's tasks refused.
func (r *refusals) refuse(group string, times int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.left == nil {
		r.left, r.refused = map[string]int{}, map[string]int{}
	}
	r.left[group] = times
}

// count is how many requests were refused.
func (r *refusals) count(group string) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.refused[group]
}

// answer is a standin.Answer of RunTask.
func (r *refusals) answer(_ int, w http.ResponseWriter, request *http.Request) bool {
	body, err := fakeaws.Body(request)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for group, left := range r.left {
		if left > 0 && bytes.Contains(body, []byte(`"`+group+`"`)) {
			r.left[group]--
			r.refused[group]++
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			_, _ = w.Write([]byte(`{"tasks":[],"failures":[{"reason":"RESOURCE:ENI","detail":"no network interface is left"}]}`)) // the client's matter
			return true
		}
	}
	return false
}
