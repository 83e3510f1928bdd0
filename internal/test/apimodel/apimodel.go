// Package apimodel holds requests against the models of AWS's APIs, which botocore has:
// required and unknown members, types, lengths, ranges, enums and patterns. The stand-in
// checks little of that.
package apimodel

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

//go:embed validate.py
var program string

// Requests are the requests that roles have made, one of each that differ only in what
// is random. They stay in memory: bodies have tokens and payloads.
type Requests struct {
	mutex sync.Mutex
	all   map[string]request
}

// request is what validate.py reads.
type request struct {
	Service   string            `json:"service"`
	Operation string            `json:"operation"`
	Body      string            `json:"body"`
	Form      map[string]string `json:"form"`
	Path      string            `json:"path"`
	Query     map[string]string `json:"query"`
	Header    map[string]string `json:"header"`
}

// Judging is a Judge that decides as another one, and adds the requests of roles, which
// are the functions', the agents' and the state machines'.
func (r *Requests) Judging(judge fakeaws.Judge) fakeaws.Judge { return &adding{judge, r} }

type adding struct {
	judge    fakeaws.Judge
	requests *Requests
}

// Judge implements fakeaws.Judge.
func (a *adding) Judge(ctx context.Context, call fakeaws.Call) fakeaws.Verdict {
	if call.SessionToken != "" {
		a.requests.Add(call)
	}
	return a.judge.Judge(ctx, call)
}

// random is what another request has otherwise: digits, in names too.
var random = regexp.MustCompile(`[0-9a-f]*[0-9][0-9a-f-]*`)

// Add adds a request.
func (r *Requests) Add(call fakeaws.Call) {
	made := request{
		Service: call.Service, Operation: call.Operation, Body: string(call.Body), Form: first(call.Form), Path: call.Path, Query: first(call.Query),
		Header: first(url.Values(call.Header)),
	}
	maps.DeleteFunc(made.Header, func(name, _ string) bool {
		return name == "Authorization" || name == http.CanonicalHeaderKey("X-Amz-Security-Token")
	})
	if made.Form != nil {
		made.Body = ""
	}
	key := made.Service + "." + made.Operation + " " + random.ReplaceAllString(made.Path+made.Body+fmt.Sprint(made.Form, made.Query), "0")
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.all == nil {
		r.all = map[string]request{}
	}
	if _, known := r.all[key]; !known {
		r.all[key] = made
	}
}

// first are the first values.
func first(given map[string][]string) map[string]string {
	if len(given) == 0 {
		return nil
	}
	all := map[string]string{}
	for name, values := range given {
		if len(values) > 0 {
			all[name] = values[0]
		}
	}
	return all
}

// Check validates all that was added. The error has a line for each problem.
func (r *Requests) Check(ctx context.Context) error {
	python, err := fakeaws.Python()
	if err != nil {
		return err
	}
	var input bytes.Buffer
	r.mutex.Lock()
	encoder := json.NewEncoder(&input)
	for _, key := range slices.Sorted(maps.Keys(r.all)) {
		err = errors.Join(err, encoder.Encode(r.all[key]))
	}
	r.mutex.Unlock()
	if err != nil {
		return err
	}
	var stderr strings.Builder
	command := exec.CommandContext(ctx, python, "-c", program)
	command.Stdin, command.Stderr = &input, &stderr
	output, err := command.Output()
	if err != nil {
		return fmt.Errorf("validate requests by AWS's models: %w\n%s", err, stderr.String())
	}
	if found := strings.TrimSpace(string(output)); found != "" {
		lines := slices.Compact(slices.Sorted(strings.Lines(found + "\n")))
		return fmt.Errorf("AWS would refuse these requests:\n%s", strings.Join(lines, ""))
	}
	return nil
}
