package authz

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
)

// random is what another run has otherwise: the suffixes of physical names, UUIDs,
// and runs of hexadecimal digits.
var random = regexp.MustCompile(`\b[0-9A-F]{12,13}\b|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{8,}`)

// general is a text without what is random in it.
func general(text string) string {
	return random.ReplaceAllStringFunc(text, func(found string) string {
		if found == fakeaws.Account {
			return found
		}
		return "x"
	})
}

// general is a request without what another run has otherwise.
func (a Asked) general() Asked {
	made := Asked{Role: general(a.Role), Action: a.Action, Resource: general(a.Resource)}
	for key, values := range a.Context {
		if made.Context == nil {
			made.Context = iam.Context{}
		}
		for _, value := range values {
			made.Context[key] = append(made.Context[key], general(value))
		}
	}
	return made
}

// Recording are requests by their line: what runs of tests have asked.
type Recording map[string]Asked

// updating is the variable with which the files of requests are written anew.
const updating = "UPDATE_REQUESTS"

// Compare holds what was asked to a file of requests: a role that asks for an action
// which it does not ask for in the file is an error; after a run of all tests, so is
// one of the file that nobody asked for. How often and of what they are asked is
// left to chance in some tests. With UPDATE_REQUESTS=1 the file is written instead: a
// run of all tests replaces it, a run of some adds to it.
func (r *Record) Compare(file string) error {
	known, err := ReadRecording(file)
	if err != nil {
		return err
	}
	all := flag.Lookup("test.run").Value.String() == ""
	asked := r.Recording()
	if os.Getenv(updating) != "" {
		if !all {
			maps.Copy(asked, known)
		}
		return asked.Write(file)
	}
	if actions := asked.without(known); len(actions) > 0 {
		return fmt.Errorf("roles ask for what they do not ask for in %s (run the tests with %s=1, and look at the difference):\n%s", file, updating, strings.Join(actions, "\n"))
	}
	if actions := known.without(asked); all && len(actions) > 0 {
		return fmt.Errorf("roles do not ask any more for what they ask for in %s (run all tests with %s=1):\n%s", file, updating, strings.Join(actions, "\n"))
	}
	return nil
}

// Recording are the permitted requests, without what is random in them.
func (r *Record) Recording() Recording {
	all := Recording{}
	for _, asked := range r.Permitted() {
		all.add(asked.general())
	}
	return all
}

func (r Recording) add(asked Asked) {
	text, err := json.Marshal(asked)
	if err != nil {
		panic(err) // never of strings
	}
	r[string(text)] = asked
}

// without are the roles' actions that another recording does not have, sorted.
func (r Recording) without(other Recording) []string {
	actions := func(r Recording) map[string]bool {
		found := map[string]bool{}
		for _, asked := range r {
			found[asked.Role+" "+asked.Action] = true
		}
		return found
	}
	own, others := actions(r), actions(other)
	maps.DeleteFunc(own, func(action string, _ bool) bool { return others[action] })
	return slices.Sorted(maps.Keys(own))
}

// ReadRecording reads a file of requests, one a line; without the file there are
// none.
func ReadRecording(file string) (Recording, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return Recording{}, nil
	}
	if err != nil {
		return nil, err
	}
	all := Recording{}
	for line := range bytes.Lines(text) {
		var asked Asked
		if err := json.Unmarshal(line, &asked); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		all.add(asked)
	}
	return all, nil
}

// Write writes the requests to a file.
func (r Recording) Write(file string) error {
	return os.WriteFile(file, []byte(strings.Join(slices.Sorted(maps.Keys(r)), "\n")+"\n"), 0o600)
}
