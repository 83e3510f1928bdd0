// Package stackstest has the ports of package stacks in memory, for tests.
package stackstest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/stacks"
)

// Region and Account are the installation's.
const (
	Region  = "eu-west-1"
	Account = "111122223333"
)

// Answer is what a step got: its output, or a failure.
type Answer struct {
	Output  string
	Failure *message.Failure
}

// Fake is an account with CloudFormation in all regions. Its stacks stay in progress until
// Finish. All methods may be called concurrently.
type Fake struct {
	mutex sync.Mutex
	// FilesOf are the distribution's files by path, Parameters those of the Systems Manager.
	FilesOf    map[string]string
	Parameters map[string]string
	// Answers are those of the steps by token; Closed are the tokens that are no longer
	// valid.
	Answers map[string]Answer
	Closed  map[string]bool
	// Calls are the calls that change something, in their order.
	Calls []string
	// Dies ends the launcher before a call, or after it: "before Update", "after Save 2".
	Dies string
	// During is done before a call, such as "Save 1", that Between names.
	Between string
	During  func()
	// Refuses is the refusal of the next change of a stack.
	Refuses error
	// DeclaredParameters are those of every template.
	DeclaredParameters []stacks.Declared

	counts map[string]int
	stacks map[string]*stack
	items  map[string]stacks.Item
	next   int
}

type stack struct {
	stacks.Status
	name, region string
	operation    stacks.Operation
	tokens       []string
	events       map[string][]stacks.Event
}

// New returns an empty account.
func New() *Fake {
	return &Fake{
		FilesOf: map[string]string{}, Parameters: map[string]string{}, Answers: map[string]Answer{}, Closed: map[string]bool{},
		counts: map[string]int{}, stacks: map[string]*stack{}, items: map[string]stacks.Item{},
	}
}

// ErrDied is what a launcher sees of its own death: nothing happens after it.
var ErrDied = errors.New("the launcher died")

// Ports are the account's.
func (f *Fake) Ports() stacks.Ports {
	return stacks.Ports{
		Files: func(stacks.Origin) stacks.Files { return files{f} }, Stored: stored{f}, Clouds: clouds{f}, Items: items{f}, Steps: steps{f}, Templates: templates{f},
	}
}

// do runs a call, unless the launcher dies at it.
func (f *Fake) do(name string, call func() error) error {
	f.mutex.Lock()
	f.counts[name]++
	turn := fmt.Sprintf("%s %d", name, f.counts[name])
	between := f.Between == turn
	f.mutex.Unlock()
	if between {
		f.During()
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.Dies == "dead" {
		return ErrDied
	}
	if f.Dies == "before "+turn {
		f.Dies = "dead"
		return ErrDied
	}
	err := call()
	if f.Dies == "after "+turn {
		f.Dies = "dead"
		return ErrDied
	}
	return err
}

// Revive lets another launcher go on.
func (f *Fake) Revive() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.Dies = ""
	clear(f.counts)
}

type files struct{ *Fake }

func (f files) Read(_ context.Context, path string) ([]byte, error) {
	text, ok := f.FilesOf[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

type stored struct{ *Fake }

func (s stored) Parameter(_ context.Context, name string) (string, bool, error) {
	value, ok := s.Parameters[name]
	return value, ok, nil
}

type templates struct{ *Fake }

func (t templates) Store(context.Context, stacks.Origin, []byte) (string, error) {
	return "https://store/template", nil
}
func (t templates) URL(bucket, key string) string { return "https://" + bucket + "/" + key }

type steps struct{ *Fake }

func (s steps) answer(token string, answer Answer) error {
	return s.do("Answer", func() error {
		if _, answered := s.Answers[token]; answered || s.Closed[token] {
			return stacks.ErrTokenClosed
		}
		s.Answers[token] = answer
		return nil
	})
}

func (s steps) Succeed(_ context.Context, token string, output []byte) error {
	return s.answer(token, Answer{Output: string(output)})
}

func (s steps) Fail(_ context.Context, token string, failure message.Failure) error {
	return s.answer(token, Answer{Failure: &failure})
}

type items struct{ *Fake }

func (i items) Item(_ context.Context, key string) (found *stacks.Item, err error) {
	err = i.do("Item", func() error {
		if item, ok := i.items[key]; ok {
			found = &item
		}
		return nil
	})
	return found, err
}

func (i items) Save(_ context.Context, key string, item stacks.Item) (saved bool, err error) {
	err = i.do("Save", func() error {
		if i.items[key].Version != item.Version {
			return nil
		}
		item.Version++
		i.items[key], saved = item, true
		return nil
	})
	return saved, err
}

type clouds struct{ *Fake }

func (c clouds) In(_ context.Context, region, _ string) (stacks.Cloud, error) {
	return cloud{c.Fake, region}, nil
}

type cloud struct {
	*Fake
	region string
}

// find finds a stack by name, or by id also when it is deleted.
func (c cloud) find(name string) *stack {
	if s := c.stacks[name]; s != nil {
		return s
	}
	for _, s := range c.stacks {
		if s.name == name && s.region == c.region && s.Status.Status != "DELETE_COMPLETE" {
			return s
		}
	}
	return nil
}

func (c cloud) Stack(_ context.Context, name string) (found *stacks.Status, err error) {
	err = c.do("Stack", func() error {
		if s := c.find(name); s != nil {
			status := s.Status
			found = &status
		}
		return nil
	})
	return found, err
}

func (c cloud) Declared(context.Context, stacks.Template) ([]stacks.Declared, error) {
	return c.DeclaredParameters, nil
}

func (f *Fake) refusal() error {
	err := f.Refuses
	f.Refuses = nil
	return err
}

func (c cloud) Create(_ context.Context, o stacks.Operation) (id string, err error) {
	err = c.do("Create", func() error {
		if s := c.find(o.Stack); s != nil {
			if slices.Contains(s.tokens, o.Token) {
				id = s.ID
				return nil
			}
			return &stacks.Refusal{Code: "AlreadyExistsException", Message: "Stack [" + o.Stack + "] already exists"}
		}
		if err := c.refusal(); err != nil {
			return err
		}
		c.next++
		id = fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/%d", c.region, Account, o.Stack, c.next)
		s := &stack{name: o.Stack, region: c.region, events: map[string][]stacks.Event{}}
		s.ID, s.Role = id, o.Role
		c.stacks[id] = s
		c.begin(s, "CREATE", o)
		return nil
	})
	return id, err
}

func (c cloud) begin(s *stack, what string, o stacks.Operation) {
	s.Status.Status, s.operation = what+"_IN_PROGRESS", o
	s.Status.Parameters = map[string]bool{}
	for name := range o.Parameters {
		s.Status.Parameters[name] = true
	}
	s.tokens = append(s.tokens, o.Token)
	s.events[o.Token] = append(s.events[o.Token], stacks.Event{LogicalID: s.name, Type: "AWS::CloudFormation::Stack", Status: s.Status.Status, IsStack: true})
	c.Calls = append(c.Calls, what+" "+s.name)
}

func (c cloud) Update(_ context.Context, o stacks.Operation) (id string, err error) {
	err = c.do("Update", func() error {
		s := c.find(o.Stack)
		switch {
		case s == nil:
			return &stacks.Refusal{Code: "ValidationError", Message: "Stack [" + o.Stack + "] does not exist"}
		case slices.Contains(s.tokens, o.Token):
			id = s.ID
			return nil
		case strings.HasSuffix(s.Status.Status, "_IN_PROGRESS"):
			return &stacks.Refusal{Code: "ValidationError", Message: "Stack:" + s.ID + " is in " + s.Status.Status + " state and can not be updated."}
		}
		if err := c.refusal(); err != nil {
			return err
		}
		if maps.Equal(s.operation.Parameters, o.Parameters) && s.operation.Template == o.Template && maps.Equal(s.operation.Tags, o.Tags) {
			return stacks.ErrNoUpdates
		}
		id = s.ID
		c.begin(s, "UPDATE", o)
		return nil
	})
	return id, err
}

func (c cloud) Delete(_ context.Context, name, _, token string) error {
	return c.do("Delete", func() error {
		s := c.find(name)
		if s == nil || slices.Contains(s.tokens, token) {
			return nil
		}
		if err := c.refusal(); err != nil {
			return err
		}
		c.begin(s, "DELETE", stacks.Operation{Token: token})
		return nil
	})
}

func (c cloud) Protect(_ context.Context, name string, on bool) error {
	return c.do("Protect", func() error {
		c.find(name).Protected = on
		c.Calls = append(c.Calls, fmt.Sprintf("PROTECT %s %t", name, on))
		return nil
	})
}

func (c cloud) Events(_ context.Context, id, token string) (events []stacks.Event, err error) {
	err = c.do("Events", func() error {
		if s := c.stacks[id]; s != nil {
			events = slices.Clone(s.events[token])
			slices.Reverse(events)
		}
		return nil
	})
	return events, err
}

// Finish brings the stack of that name to rest, after events of its operation, and returns
// the event that CloudFormation sends of it.
func (f *Fake) Finish(region, name, status string, events ...stacks.Event) stacks.StackEvent {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	s := cloud{f, region}.find(name)
	token := s.operation.Token
	s.events[token] = append(s.events[token], events...)
	s.Status.Status = status
	s.Outputs = map[string]string{"Name": name, "Operations": fmt.Sprint(len(s.tokens))}
	return stacks.StackEvent{StackID: s.ID, Status: status, RequestToken: token}
}

// InProgress is what is being done with a stack, such as CREATE; "" for nothing.
func (f *Fake) InProgress(region, name string) string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	s := cloud{f, region}.find(name)
	if s == nil {
		return ""
	}
	what, busy := strings.CutSuffix(s.Status.Status, "_IN_PROGRESS")
	if !busy {
		return ""
	}
	return what
}

// Operation is the last of a stack.
func (f *Fake) Operation(region, name string) stacks.Operation {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return cloud{f, region}.find(name).operation
}
