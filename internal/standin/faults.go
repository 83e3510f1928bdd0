package standin

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
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
		default:
			body = queryError(code)
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write(body) // the client's matter
		return true
	}
}

// ErrorWords is the message of each Error. Like AWS's own, it tells who asked
// and from where.
const ErrorWords = "User: arn:aws:iam::111122223333:user/mary is not authorized: SECRETWORDS"

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

// Hold answers nothing for as long as the client waits. It closes held when the
// call is there: so for one call only.
func Hold(held chan<- struct{}) Answer {
	return func(_ int, _ http.ResponseWriter, r *http.Request) bool {
		close(held)
		<-r.Context().Done()
		return true
	}
}

func jsonError(code string) []byte {
	body, err := json.Marshal(map[string]string{"__type": code, "message": ErrorWords})
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
	}{Error: refusal{code, ErrorWords}, RequestID: requestID})
}

// queryError is an error of the services with a query, such as STS.
func queryError(code string) []byte {
	return inXML(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Error     refusal  `xml:"Error"`
		RequestID string   `xml:"RequestId"`
	}{Error: refusal{code, ErrorWords}, RequestID: requestID})
}

const requestID = "0e7d3b6c-0000-4000-8000-000000000000"

func inXML(value any) []byte {
	body, err := xml.Marshal(value)
	if err != nil {
		panic(err) // never of strings
	}
	return body
}
