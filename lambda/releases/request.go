package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// payloadVersion is that of the events of function URLs, and of HTTP APIs if so
// configured.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
const payloadVersion = "2.0"

// newRequest makes the request of an event. What a client sends as a body is
// left out: the API takes none.
//
// The wrappers that there are read the event's path with http.NewRequest, whose
// errors reach the client as a server's (aws-lambda-go/lambdaurl, which also
// needs response streaming), or need all web frameworks that they wrap
// (aws-lambda-go-api-proxy).
func newRequest(ctx context.Context, event events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	if event.Version != payloadVersion {
		return nil, fmt.Errorf("the event's payload version is %.20q; configure the API for %s", event.Version, payloadVersion)
	}
	path := withoutStage(event.RawPath, event.RequestContext.Stage)
	target := &url.URL{Scheme: "https", Host: event.RequestContext.DomainName, Path: path, RawQuery: event.RawQueryString}
	// A function URL's event has the path as it was sent, an HTTP API's has it
	// decoded, and then it may look like no path at all.
	if decoded, err := url.PathUnescape(path); err == nil {
		target.Path, target.RawPath = decoded, path
	}
	request := (&http.Request{
		Method: event.RequestContext.HTTP.Method, URL: target, Host: target.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, RemoteAddr: event.RequestContext.HTTP.SourceIP,
	}).WithContext(ctx)
	for name, value := range event.Headers {
		request.Header.Set(name, value)
	}
	return request, nil
}

// withoutStage is a path below the stage of an HTTP API, which is part of the
// event's unless it is the default stage.
func withoutStage(path, stage string) string {
	if below, found := strings.CutPrefix(path, "/"+stage); stage != "" && found && (below == "" || below[0] == '/') {
		path = below
	}
	return "/" + strings.TrimPrefix(path, "/")
}
