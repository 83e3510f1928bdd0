package fakeaws

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Call is what a request asks of AWS.
type Call struct {
	// AccessKey and SessionToken are the caller's credentials. A session of a role
	// has the role's ARN for a token.
	AccessKey, SessionToken string
	// Region and Service are the signature's scope: sqs, states, dynamodb, s3, lambda.
	Region, Service string
	// Operation is named as in the API's model, such as ReceiveMessage.
	Operation string
	// Body is the request's, but for S3; Form are its fields where it is one.
	Body   []byte
	Form   url.Values
	Path   string
	Query  url.Values
	Header http.Header
}

// scope finds access key and service in a signature (Signature Version 4:
// Credential=KEY/DATE/REGION/SERVICE/aws4_request).
var scope = regexp.MustCompile(`Credential=([^/]+)/[0-9]+/([^/]+)/([^/]+)/aws4_request`)

// callOf reads what a request calls: the last part of the X-Amz-Target of JSON,
// Action of the form of a query, or method and path. It reads the body whole,
// without which nobody notices that the client has gone; but for S3's, which
// may be long.
func callOf(r *http.Request) (Call, error) {
	c := Call{SessionToken: r.Header.Get("X-Amz-Security-Token"), Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header}
	if match := scope.FindStringSubmatch(r.Header.Get("Authorization")); match != nil {
		c.AccessKey, c.Region, c.Service = match[1], match[2], match[3]
	}
	if c.Service == "s3" {
		c.Operation = objectOperation(r)
		return c, nil
	}
	var err error
	if c.Body, err = Body(r); err != nil {
		return c, err
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		c.Operation = target[strings.LastIndex(target, ".")+1:]
		return c, nil
	}
	if operation := functionOperation(r); c.Service == "lambda" && operation != "" {
		c.Operation = operation
		return c, nil
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		c.Form, err = url.ParseQuery(string(c.Body))
		c.Operation = c.Form.Get("Action")
	}
	return c, err
}

// RegionOf is the region of a request's signature; of one without, the Region.
func RegionOf(r *http.Request) string {
	if match := scope.FindStringSubmatch(r.Header.Get("Authorization")); match != nil {
		return match[2]
	}
	return Region
}

// Body is the body of a request. The request can still be read.
func Body(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// functionOperation names those calls of Lambda that programs of this project make; ""
// is another.
func functionOperation(r *http.Request) string {
	switch last := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]; {
	case last == "invocations":
		return "Invoke"
	case last == "configuration" && r.Method == http.MethodGet:
		return "GetFunctionConfiguration"
	case last == "concurrency" && r.Method == http.MethodGet:
		return "GetFunctionConcurrency"
	}
	return ""
}

// objectOperation names a call of S3, which has paths in place of names. The
// path is /bucket or /bucket/key.
func objectOperation(r *http.Request) string {
	query := r.URL.Query()
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	parts, copies := query.Has("uploadId"), r.Header.Get("X-Amz-Copy-Source") != ""
	switch {
	case key == "" && r.Method == http.MethodGet && query.Has("list-type"):
		return "ListObjectsV2"
	case key == "" && r.Method == http.MethodHead:
		return "HeadBucket"
	case key == "" && r.Method == http.MethodPut:
		return "CreateBucket"
	case key == "":
		return r.Method + "Bucket"
	case r.Method == http.MethodPost && query.Has("uploads"):
		return "CreateMultipartUpload"
	case r.Method == http.MethodPost && parts:
		return "CompleteMultipartUpload"
	case r.Method == http.MethodPut && parts && copies:
		return "UploadPartCopy"
	case r.Method == http.MethodPut && parts:
		return "UploadPart"
	case r.Method == http.MethodPut && copies:
		return "CopyObject"
	case r.Method == http.MethodDelete && parts:
		return "AbortMultipartUpload"
	case r.Method == http.MethodGet && parts:
		return "ListParts"
	}
	return map[string]string{
		http.MethodGet: "GetObject", http.MethodHead: "HeadObject",
		http.MethodPut: "PutObject", http.MethodDelete: "DeleteObject",
	}[r.Method]
}

// Action is the IAM action of a call: its operation's name but for S3 (the User
// Guide's "Required permissions for Amazon S3 API operations"), for Lambda's
// Invoke and for CloudWatch.
func (c Call) Action() string {
	switch {
	case c.Service == "lambda" && c.Operation == "Invoke":
		return "lambda:InvokeFunction"
	case c.Service == "monitoring":
		return "cloudwatch:" + c.Operation
	case c.Service != "s3":
		return c.Service + ":" + c.Operation
	}
	switch c.Operation {
	case "HeadObject":
		return "s3:GetObject"
	case "HeadBucket", "ListObjectsV2":
		return "s3:ListBucket"
	case "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "UploadPartCopy", "CopyObject":
		return "s3:PutObject"
	case "ListParts":
		return "s3:ListMultipartUploadParts"
	}
	return "s3:" + c.Operation
}

// actions are all actions that a call needs: a copy reads what it copies.
func (c Call) actions() []string {
	if c.Service == "s3" && c.Header.Get("X-Amz-Copy-Source") != "" {
		return []string{"s3:GetObject", c.Action()}
	}
	return []string{c.Action()}
}
