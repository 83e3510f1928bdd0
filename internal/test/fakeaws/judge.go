package fakeaws

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
)

// Judge decides each call before it is served.
type Judge interface {
	Judge(ctx context.Context, call Call) Verdict
}

// Verdict is what a Judge decides.
type Verdict struct {
	// Refusal is the answer to a call that is not permitted.
	Refusal *Refusal
	// Missing is what S3 answers in place of 404 to a caller that may not list the
	// bucket; nil where it may.
	Missing *Refusal
}

// SetJudge has all calls judged from now on; nil ends that. Without a judge all
// is permitted.
func (c *Cloud) SetJudge(judge Judge) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.judging = judge
}

func (c *Cloud) judge() Judge {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.judging
}

// hidingMissing is a server that refuses what it does not have.
func hidingMissing(server http.Handler, missing *Refusal) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, r)
		if recorder.Code == http.StatusNotFound {
			missing.write(w, r)
			return
		}
		maps.Copy(w.Header(), recorder.Header())
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes()) // the client's matter
	})
}
