package system_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// refusals are the requests for tasks that ECS refuses, by the tasks' group.
type refusals struct {
	mutex   sync.Mutex
	left    map[string]int
	answers map[string]string
	refused map[string]int
	// afterwards is what is done after the next start of a group's task.
	afterwards map[string]func()
}

// refuse has the next requests for a group's tasks refused, with what ECS answers.
func (r *refusals) refuse(group string, times int, answer string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.left == nil {
		r.left, r.refused, r.answers = map[string]int{}, map[string]int{}, map[string]string{}
	}
	r.left[group], r.answers[group] = times, answer
}

// count is how many requests were refused.
func (r *refusals) count(group string) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.refused[group]
}

// answer is a fakeaws.Answer of RunTask.
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
			if strings.Contains(r.answers[group], "__type") {
				w.WriteHeader(http.StatusBadRequest)
			}
			_, _ = w.Write([]byte(r.answers[group])) // the client's matter
			return true
		}
	}
	return false
}

// after is done when ECS has started a task of a group, before the launcher is
// told.
func (r *refusals) after(_ int, request *http.Request) {
	body, err := fakeaws.Body(request)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	for _, do := range r.take(body) {
		do()
	}
}

// afterStart has something done once, after the next start of a group's task.
func (r *refusals) afterStart(group string, do func()) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.afterwards == nil {
		r.afterwards = map[string]func(){}
	}
	r.afterwards[group] = do
}

func (r *refusals) take(body []byte) (all []func()) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for group, do := range r.afterwards {
		if bytes.Contains(body, []byte(`"`+group+`"`)) {
			all = append(all, do)
			delete(r.afterwards, group)
		}
	}
	return all
}
