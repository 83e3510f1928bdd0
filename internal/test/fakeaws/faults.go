package fakeaws

import (
	"bytes"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// Error answers as AWS does when it refuses: with a code, in the protocol of
// the request. The service's own words hold what must not be shown.
func Error(status int, code string) Answer {
	return func(_ int, w http.ResponseWriter, r *http.Request) bool {
		(&Refusal{Status: status, Code: code, Message: ErrorMessage}).write(w, r)
		return true
	}
}

// ErrorMessage is the message of each Error. Like AWS's own, it tells who asked
// and from where.
const ErrorMessage = "User: arn:aws:iam::111122223333:user/mary is not authorized: SECRETWORDS"

// Times answers the first calls, and leaves the others to the server.
func Times(times int, answer Answer) Answer {
	return func(n int, w http.ResponseWriter, r *http.Request) bool {
		return n <= times && answer(n, w, r)
	}
}

// Reset breaks the connection in place of an answer.
func Reset(int, http.ResponseWriter, *http.Request) bool {
	panic(http.ErrAbortHandler)
}

// Lose keeps the answer to the first calls of an operation, which was done: the
// connection breaks.
func Lose(times int) After {
	return func(n int, _ *http.Request) {
		if n <= times {
			panic(http.ErrAbortHandler)
		}
	}
}

// Every answers each nth call, and leaves the others to the server.
func Every(nth int, answer Answer) Answer {
	return func(n int, w http.ResponseWriter, r *http.Request) bool {
		return n%nth == 0 && answer(n, w, r)
	}
}

// Delay lets the server answer only after some time.
func Delay(by time.Duration) Answer {
	return func(_ int, _ http.ResponseWriter, r *http.Request) bool {
		timer := time.NewTimer(by)
		defer timer.Stop()
		select {
		case <-timer.C:
			return false
		case <-r.Context().Done():
			return true
		}
	}
}

// Matching answers the calls whose body has the text, which it numbers of their
// own, and leaves the others to the server.
func Matching(text string, answer Answer) Answer {
	var matched atomic.Int64
	return func(_ int, w http.ResponseWriter, r *http.Request) bool {
		body, err := Body(r)
		return err == nil && bytes.Contains(body, []byte(text)) && answer(int(matched.Add(1)), w, r)
	}
}

// BlockUntilGone answers nothing for as long as the client waits. It closes held when the
// call is there: so for one call only.
func BlockUntilGone(held chan<- struct{}) Answer {
	return func(_ int, _ http.ResponseWriter, r *http.Request) bool {
		close(held)
		_, _ = io.Copy(io.Discard, r.Body) // only then is it noticed that the client has gone
		<-r.Context().Done()
		return true
	}
}
