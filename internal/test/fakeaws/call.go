package fakeaws

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// call is what a request asks of AWS.
type call struct {
	accessKey string
	// service is the signature's scope: sqs, states, dynamodb, s3, lambda.
	service string
	// operation is named as in the API's model, such as ReceiveMessage.
	operation string
}

// scope finds access key and service in a signature (Signature Version 4:
// Credential=KEY/DATE/REGION/SERVICE/aws4_request).
var scope = regexp.MustCompile(`Credential=([^/]+)/[0-9]+/[^/]+/([^/]+)/aws4_request`)

// callOf reads what a request calls: the last part of the X-Amz-Target of JSON,
// Action of the form of a query, or method and path. It reads the body whole,
// without which nobody notices that the client has gone; but for S3's, which
// may be long.
func callOf(r *http.Request) (call, error) {
	var c call
	if match := scope.FindStringSubmatch(r.Header.Get("Authorization")); match != nil {
		c.accessKey, c.service = match[1], match[2]
	}
	if c.service == "s3" {
		c.operation = objectOperation(r)
		return c, nil
	}
	body, err := Body(r)
	if err != nil {
		return c, err
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		c.operation = target[strings.LastIndex(target, ".")+1:]
		return c, nil
	}
	if c.service == "lambda" && strings.HasSuffix(r.URL.Path, "/invocations") {
		c.operation = "Invoke"
		return c, nil
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(body))
		c.operation = form.Get("Action")
		return c, err
	}
	return c, nil
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

// actions are the IAM actions that a call needs. They are the operations' names
// but for S3 (the User Guide's "Required permissions for Amazon S3 API
// operations").
func (c call) actions() []string {
	if c.service != "s3" {
		return []string{c.service + ":" + c.operation}
	}
	switch c.operation {
	case "HeadObject":
		// The second, to be told that there is no such key; without, it is 403.
		return []string{"s3:GetObject", "s3:ListBucket"}
	case "HeadBucket", "ListObjectsV2":
		return []string{"s3:ListBucket"}
	case "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload":
		return []string{"s3:PutObject"}
	case "UploadPartCopy", "CopyObject":
		return []string{"s3:GetObject", "s3:PutObject"}
	case "ListParts":
		return []string{"s3:ListMultipartUploadParts"}
	}
	return []string{"s3:" + c.operation}
}
