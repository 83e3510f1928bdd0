package fakeaws

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Function plays a Lambda function: payload in, result out. An error is the
// function's own failure: what a Failure says, or its Go text as errorMessage.
type Function func(ctx context.Context, payload []byte) ([]byte, error)

// Failure is a function's error that knows what Lambda answers in its place.
type Failure interface {
	error
	// Document is JSON with errorType and errorMessage.
	Document() []byte
}

// ErrNoFunction is the error of a call of a function that nobody plays.
var ErrNoFunction = errors.New("nobody plays the function")

const (
	// ProxyVariable is the variable of a function in MiniStack that has it played
	// by who is at an address. MiniStack calls it for custom resources and events.
	ProxyVariable = "MINISTACK_LAMBDA_PROXY_URL"
	// functionPath is where the router plays functions, for MiniStack.
	functionPath = "/_lambda/"
)

// FunctionURL is the ProxyVariable's value for a region's function.
func (c *Cloud) FunctionURL(region, name string) string {
	return c.router.URL + functionPath + region + "/" + name
}

// SetFunction has a function of the Region played, under its name; nil ends that.
func (c *Cloud) SetFunction(name string, function Function) { c.SetFunctionIn(Region, name, function) }

// SetFunctionIn is SetFunction of any region.
func (c *Cloud) SetFunctionIn(region, name string, function Function) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if function == nil {
		delete(c.functions, region+"/"+name)
		return
	}
	c.functions[region+"/"+name] = function
}

func (c *Cloud) function(region, name string) Function {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.functions[region+"/"+name]
}

// Call calls a region's function by its name or ARN. An error is ErrNoFunction, or the
// function's.
func (c *Cloud) Call(ctx context.Context, region, name string, payload []byte) ([]byte, error) {
	function := c.function(region, nameOf(name))
	if function == nil {
		return nil, ErrNoFunction
	}
	return function(ctx, payload)
}

// nameOf is the name of a function that is given by name or ARN.
func nameOf(function string) string { return function[strings.LastIndex(function, ":")+1:] }

// documentOf is what Lambda answers for a function that failed.
func documentOf(err error) []byte {
	var failure Failure
	if errors.As(err, &failure) {
		return failure.Document()
	}
	return jsonText(map[string]string{"errorType": "errorString", "errorMessage": err.Error()})
}

// invoke answers Invoke, whose path is /2015-03-31/functions/NAME/invocations
// with a name or an ARN.
func (c *Cloud) invoke(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", requestID)
	w.Header().Set("Content-Type", "application/json")
	name := strings.Split(r.URL.EscapedPath(), "/")[3]
	if unescaped, err := url.PathUnescape(name); err == nil {
		name = unescaped
	}
	name = nameOf(name)
	payload, err := Body(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	region := RegionOf(r)
	function := c.function(region, name)
	if function == nil {
		w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
		w.WriteHeader(http.StatusNotFound)
		arn := "arn:" + Partition(region) + ":lambda:" + region + ":" + Account + ":function:" + name
		_, _ = w.Write(jsonText(map[string]string{"Type": "User", "Message": "Function not found: " + arn}))
		return
	}
	if r.Header.Get("X-Amz-Invocation-Type") == "Event" {
		c.background.Go(func() { _, _ = function(c.ctx, payload) }) // nobody is told
		w.WriteHeader(http.StatusAccepted)
		return
	}
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	result, err := function(r.Context(), payload)
	if err != nil {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		result = documentOf(err)
	}
	_, _ = w.Write(result) // the client's matter
}

// serveFunction answers MiniStack, for which what is not 200 is an error of the
// function.
func (c *Cloud) serveFunction(w http.ResponseWriter, r *http.Request, place string) {
	region, name, _ := strings.Cut(place, "/")
	payload, err := Body(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	result, err := c.Call(r.Context(), region, name, payload)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		result = documentOf(err)
	}
	_, _ = w.Write(result) // the client's matter
}

func jsonText(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // never of strings
	}
	return text
}
