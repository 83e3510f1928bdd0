// Package stackstest has the ports of package stacks in memory, for tests.
package stackstest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/stacks"
)

// Region and Account are the installation's.
const (
	Region  = "eu-west-1"
	Account = "111122223333"
)

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
