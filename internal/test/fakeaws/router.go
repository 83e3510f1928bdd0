package fakeaws

import (
	"bytes"
	"net/http"
	"strings"
)

// serve is the router: it passes each call to who plays the service, and answers
// itself where nobody does as AWS does.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	if name, ok := strings.CutPrefix(r.URL.Path, functionPath); ok {
		c.serveFunction(w, r, name)
		return
	}
	made, err := callOf(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	caller, server := c.Caller(made.AccessKey), c.handlerFor(made, r)
	if judge := c.judge(); judge != nil {
		verdict := judge.Judge(r.Context(), made)
		if verdict.Refusal != nil {
			caller.count(made)
			verdict.Refusal.write(w, r)
			return
		}
		if verdict.Missing != nil {
			server = hidingMissing(server, verdict.Missing)
		}
	}
	caller.serve(made, server, w, r)
}

// Handle has an operation, such as ecs.RunTask, played in place of MiniStack; nil
// ends that. The player can read the request's body (Body).
func (c *Cloud) Handle(operation string, handler http.Handler) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if handler == nil {
		delete(c.overrides, operation)
		return
	}
	c.overrides[operation] = handler
}

func (c *Cloud) override(operation string) http.Handler {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.overrides[operation]
}

// handlerFor is who plays the service that is called.
func (c *Cloud) handlerFor(made Call, r *http.Request) http.Handler {
	operation := made.Service + "." + made.Operation
	if handler := c.override(operation); handler != nil {
		return handler
	}
	switch {
	case operation == "states.StartExecution":
		return http.HandlerFunc(c.startExecution)
	case made.Service == "states":
		return c.moto
	// MiniStack invents these: moto has AWS's images and instance types.
	case operation == "ec2.DescribeImages", operation == "ec2.DescribeInstanceTypes", isPublicParameter(made, r):
		return c.moto
	case operation == "lambda.Invoke":
		return http.HandlerFunc(c.invoke)
	case operation == "sqs.ReceiveMessage":
		return http.HandlerFunc(c.receive)
	case made.Service == "sqs":
		return http.HandlerFunc(c.forwardAndNotify)
	}
	return c.base
}

// isPublicParameter reports whether a call asks for parameters that AWS has.
func isPublicParameter(made Call, r *http.Request) bool {
	if made.Service != "ssm" {
		return false
	}
	body, err := Body(r)
	return err == nil && bytes.Contains(body, []byte(`"/aws/service/`))
}
