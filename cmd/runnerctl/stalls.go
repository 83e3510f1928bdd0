package main

import (
	"net/http"
	"time"
)

// dropStalled ends a connection on which nothing can be written for the duration stall.
// A download may take as long as it likes, while its client reads.
func dropStalled(next http.Handler, stall time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if r.Body == http.NoBody {
			// The server's ReadTimeout is over, and would end the request's context.
			_ = control.SetReadDeadline(time.Time{}) // an in-memory writer has none
		}
		next.ServeHTTP(&boundedWriter{w, control, stall}, r)
	})
}

// boundedWriter bounds each write. It has no ReadFrom, so that a file is written in parts.
type boundedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	stall   time.Duration
}

// Write implements io.Writer.
func (w *boundedWriter) Write(part []byte) (int, error) {
	_ = w.control.SetWriteDeadline(time.Now().Add(w.stall)) // an in-memory writer has none
	return w.ResponseWriter.Write(part)
}

// Unwrap is for http.ResponseController.
func (w *boundedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
