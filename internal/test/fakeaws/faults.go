package fakeaws

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Error answers as AWS does when it refuses: with a code, in the protocol of
// the request. The service's own words hold what must not be shown.
func Error(status int, code string) Answer {
	return func(_ int, w http.ResponseWriter, r *http.Request) bool {
		var body []byte
		kind := "text/xml"
		switch {
		case r.Header.Get("X-Amz-Target") != "":
			body, kind = jsonError(code), "application/x-amz-json-1.1"
		case strings.Contains(r.Header.Get("Authorization"), "/ec2/aws4_request"):
			body = hostsError(code)
		case strings.Contains(r.Header.Get("Authorization"), "/s3/aws4_request"):
			body = objectsError(code)
		default:
			body = queryError(code)
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write(body) // the client's matter
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

func jsonError(code string) []byte {
	body, err := json.Marshal(map[string]string{"__type": code, "message": ErrorMessage})
	if err != nil {
		panic(err) // never of strings
	}
	return body
}

// refusal is what EC2's errors and those of other queries have in common.
type refusal struct {
	Code    string
	Message string
}

// hostsError is an error of EC2, which has a protocol of its own.
func hostsError(code string) []byte {
	return inXML(struct {
		XMLName   xml.Name `xml:"Response"`
		Error     refusal  `xml:"Errors>Error"`
		RequestID string   `xml:"RequestID"`
	}{Error: refusal{code, ErrorMessage}, RequestID: requestID})
}

// objectsError is an error of S3.
func objectsError(code string) []byte {
	return inXML(struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		RequestID string `xml:"RequestId"`
	}{Code: code, Message: ErrorMessage, RequestID: requestID})
}

// queryError is an error of the services with a query, such as STS.
func queryError(code string) []byte {
	return inXML(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Error     refusal  `xml:"Error"`
		RequestID string   `xml:"RequestId"`
	}{Error: refusal{code, ErrorMessage}, RequestID: requestID})
}

const requestID = "0e7d3b6c-0000-4000-8000-000000000000"

func inXML(value any) []byte {
	body, err := xml.Marshal(value)
	if err != nil {
		panic(err) // never of strings
	}
	return body
}
