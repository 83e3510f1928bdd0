package standin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// Function plays a Lambda function: payload in, result out. An error is the
// function's own failure, with its Go text as errorMessage.
type Function func(ctx context.Context, payload []byte) ([]byte, error)

// SetFunction has a function played, under its name; nil ends that.
func (c *Cloud) SetFunction(name string, function Function) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if function == nil {
		delete(c.functions, name)
		return
	}
	c.functions[name] = function
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
	name = name[strings.LastIndex(name, ":")+1:]
	c.mutex.Lock()
	function := c.functions[name]
	c.mutex.Unlock()
	payload, err := Body(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	if function == nil {
		w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
		w.WriteHeader(http.StatusNotFound)
		arn := "arn:aws:lambda:" + Region + ":" + Account + ":function:" + name
		_, _ = w.Write(jsonText(map[string]string{"Type": "User", "Message": "Function not found: " + arn}))
		return
	}
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	result, err := function(r.Context(), payload)
	if err != nil {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		result = jsonText(map[string]string{"errorType": "errorString", "errorMessage": err.Error()})
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
