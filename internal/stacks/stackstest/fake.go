package stackstest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/stacks"
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
