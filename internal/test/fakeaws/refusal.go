package fakeaws

import (
	"encoding/xml"
	"net/http"
	"strings"
)

// Refusal is an error of AWS.
type Refusal struct {
	// Status is of HTTP.
	Status        int
	Code, Message string
	// QueryCode is the code that a service with JSON had in the older protocol;
	// SDKs tell that one (SQS).
	QueryCode string
}

// write answers in the protocol of the request.
func (e *Refusal) write(w http.ResponseWriter, r *http.Request) {
	var body []byte
	kind, signature := "text/xml", r.Header.Get("Authorization")
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		body, kind = jsonText(map[string]string{"__type": e.Code, "message": e.Message}), "application/x-amz-json-1.1"
		if e.QueryCode != "" {
			w.Header().Set("X-Amzn-Query-Error", e.QueryCode+";Sender")
		}
	case strings.Contains(signature, "/lambda/aws4_request"):
		w.Header().Set("X-Amzn-Errortype", e.Code)
		body, kind = jsonText(map[string]string{"Message": e.Message}), "application/json"
	case strings.Contains(signature, "/ec2/aws4_request"):
		body = e.ofHosts()
	case strings.Contains(signature, "/s3/aws4_request"):
		body, kind = e.ofObjects(), "application/xml"
	default:
		body = e.ofQuery()
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(e.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client's matter
	}
}

// queryError is what EC2's errors and those of other queries have in common.
type queryError struct {
	Code    string
	Message string
}

// ofHosts is an error of EC2, which has a protocol of its own.
func (e *Refusal) ofHosts() []byte {
	return inXML(struct {
		XMLName   xml.Name   `xml:"Response"`
		Error     queryError `xml:"Errors>Error"`
		RequestID string     `xml:"RequestID"`
	}{Error: queryError{e.Code, e.Message}, RequestID: requestID})
}

// ofObjects is an error of S3.
func (e *Refusal) ofObjects() []byte {
	return inXML(struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		RequestID string `xml:"RequestId"`
	}{Code: e.Code, Message: e.Message, RequestID: requestID})
}

// ofQuery is an error of the services with a query, such as STS.
func (e *Refusal) ofQuery() []byte {
	return inXML(struct {
		XMLName   xml.Name   `xml:"ErrorResponse"`
		Error     queryError `xml:"Error"`
		RequestID string     `xml:"RequestId"`
	}{Error: queryError{e.Code, e.Message}, RequestID: requestID})
}

const requestID = "0e7d3b6c-0000-4000-8000-000000000000"

func inXML(value any) []byte {
	body, err := xml.Marshal(value)
	if err != nil {
		panic(err) // never of strings
	}
	return body
}
