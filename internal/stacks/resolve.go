package stacks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/launch/message"
)

// Stack is what a step deploys or deletes.
type Stack struct {
	Name, Region string
	// Template is as the step or its configuration file has it.
	Template string
	// ExecutionRole is the role with which CloudFormation is called, StackRole is
	// CloudFormation's own; "" for none.
	ExecutionRole, StackRole string
	Delete                   bool
	// OnFailure is for a creation; "" for CloudFormation's default.
	OnFailure string
	// Protection turns the termination protection on or off; nil leaves it.
	Protection *bool
	// OutputPath is a key under which the outputs are; "" for none.
	OutputPath string
	// Settings are the parameters, Tags the tags, by name.
	Settings map[string]Setting
	Tags     map[string]Setting
	// UnknownKeys are the keys of configuration files that mean nothing, each with its
	// file and what may have been meant.
	UnknownKeys []string

	variables Variables
}

// Resolve resolves what a step says: its properties over its configuration file over those
// that this one extends, with variables. The error is a *message.Failure where the step or
// a file is wrong; it names everything that is.
func Resolve(ctx context.Context, p Properties, files Files) (*Stack, error) {
	variables := Variables(p.Variables)
	c := config{texts: map[string]string{}, parameters: map[string]Setting{}, tags: map[string]Setting{}}
	if file := p.Texts["ConfigFile"]; file != "" {
		read, err := (&configReader{files: files, variables: variables}).read(ctx, file)
		if err != nil {
			return nil, err
		}
		c = read
	}
	for name, text := range p.Texts {
		c.texts[name] = text
	}
	for name, value := range p.Parameters {
		c.parameters[name] = Setting{Value: value}
	}
	for name, value := range p.Tags {
		c.tags[name] = Setting{Value: value}
	}
	s := &Stack{Settings: c.parameters, Tags: c.tags, UnknownKeys: c.unknown, variables: variables}
	return s, s.read(c.texts)
}

// read reads the scalars.
func (s *Stack) read(texts map[string]string) error {
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		text, err := s.variables.replace(texts[name])
		if err != nil {
			wrong = append(wrong, name+": "+err.Error())
		}
		texts[name] = text
	}
	s.Name, s.Region, s.Template = texts["StackName"], texts["Region"], texts["Template"]
	s.ExecutionRole, s.StackRole, s.OutputPath = texts["ExecutionRoleArn"], texts["StackRoleArn"], texts["OutputPath"]
	if s.Name == "" {
		wrong = append(wrong, "StackName is missing, on the step and in its ConfigFile")
	}
	switch action := texts["Action"]; action {
	case "", "Deploy", "0": // the framework's CDK constructs write 0 for DEPLOY
	case "Delete":
		s.Delete = true
	default:
		wrong = append(wrong, fmt.Sprintf("Action is %q (allowed: Deploy, Delete)", action))
	}
	if s.Template == "" && !s.Delete {
		wrong = append(wrong, "Template is missing, on the step and in its ConfigFile")
	}
	switch s.OnFailure = texts["OnFailure"]; s.OnFailure {
	case "", "ROLLBACK", "DELETE", "DO_NOTHING":
	default:
		wrong = append(wrong, fmt.Sprintf("OnFailure is %q (allowed: ROLLBACK, DELETE, DO_NOTHING)", s.OnFailure))
	}
	switch text := strings.ToLower(texts["EnableTerminationProtection"]); text {
	case "":
	case "true", "false":
		on := text == "true"
		s.Protection = &on
	default:
		wrong = append(wrong, fmt.Sprintf("EnableTerminationProtection is %q (allowed: true, false)", text))
	}
	if len(wrong) > 0 {
		return configFailure("%s", strings.Join(wrong, "; "))
	}
	return nil
}

// Stored are the parameters of the Systems Manager.
type Stored interface {
	// Parameter returns a parameter's value, as it is stored. found is false for one that
	// does not exist.
	Parameter(ctx context.Context, name string) (value string, found bool, err error)
}

// Value is a parameter as CloudFormation gets it.
type Value struct {
	Text string
	// Keep keeps the value that the stack has.
	Keep bool
}

// Values returns the values of the stack's parameters. current has the names of those that
// the stack has now. The error is as in Resolve.
func (s *Stack) Values(ctx context.Context, stored Stored, current map[string]bool) (map[string]Value, error) {
	values, wrong := make(map[string]Value, len(s.Settings)), []string(nil)
	for _, name := range slices.Sorted(maps.Keys(s.Settings)) {
		setting := s.Settings[name]
		if setting.Fallback && current[name] {
			values[name] = Value{Keep: true}
			continue
		}
		text, err := s.text(ctx, stored, setting)
		var failure *message.Failure
		switch {
		case errors.As(err, &failure):
			wrong = append(wrong, "parameter "+name+": "+failure.Cause)
		case err != nil:
			return nil, err
		}
		values[name] = Value{Text: text}
	}
	if len(wrong) > 0 {
		return nil, configFailure("%s", strings.Join(wrong, "; "))
	}
	return values, nil
}

// TagValues returns the values of the stack's tags.
func (s *Stack) TagValues(ctx context.Context, stored Stored) (map[string]string, error) {
	tags := make(map[string]string, len(s.Tags))
	for _, name := range slices.Sorted(maps.Keys(s.Tags)) {
		text, err := s.text(ctx, stored, s.Tags[name])
		var failure *message.Failure
		if errors.As(err, &failure) {
			return nil, configFailure("tag %s: %s", name, failure.Cause)
		}
		if err != nil {
			return nil, err
		}
		tags[name] = text
	}
	return tags, nil
}

func (s *Stack) text(ctx context.Context, stored Stored, setting Setting) (string, error) {
	text, err := s.variables.replace(setting.Value)
	if err != nil {
		return "", configFailure("%s", err)
	}
	if !setting.Stored {
		return text, nil
	}
	value, found, err := stored.Parameter(ctx, text)
	switch {
	case err != nil:
		return "", fmt.Errorf("read the parameter %q of the Systems Manager: %w", text, err)
	case found:
	case setting.Default == nil:
		return "", configFailure("the Systems Manager has no parameter %q, and %s gives no default", text, setting.File)
	default:
		value = *setting.Default
	}
	if value, err = s.variables.replace(value); err != nil {
		return "", configFailure("%s", err)
	}
	return value, nil
}
