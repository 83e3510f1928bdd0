package standin

import (
	"net/http"
)

// serve is the gate: it passes each call to who plays the service, and answers
// itself where nobody does as AWS does.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	made, err := callOf(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	c.Caller(made.accessKey).serve(made, c.server(made), w, r)
}

// server is who plays the service that is called.
func (c *Cloud) server(made call) http.Handler {
	switch {
	case made.service == "states":
		return c.states
	case made.service == "lambda" && made.operation == "Invoke":
		return http.HandlerFunc(c.invoke)
	case made.service == "sqs" && made.operation == "ReceiveMessage":
		return http.HandlerFunc(c.receive)
	case made.service == "sqs":
		return http.HandlerFunc(c.ringing)
	}
	return c.base
}
