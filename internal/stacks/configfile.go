package stacks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// Files are those of a distribution.
type Files interface {
	// Read returns a file by its path from the root of the distribution, such as
	// config/prod.yaml. The error is fs.ErrNotExist for a file that the distribution does
	// not have.
	Read(ctx context.Context, path string) ([]byte, error)
}

// Setting is the value of a parameter or a tag in a configuration file.
type Setting struct {
	Value string
	// Stored says that Value is the name of a parameter of the Systems Manager, Default is
	// for one that does not exist.
	Stored  bool
	Default *string
	// Fallback says that an existing stack keeps its value.
	Fallback bool
	// File is where it is written; "" for the step itself.
	File string
}

// config is what a configuration file and those that it extends come to.
type config struct {
	// texts are the scalars by the step's names of properties.
	texts            map[string]string
	parameters, tags map[string]Setting
	// unknown are the keys that no property has, as FILE: key.
	unknown []string
}

// configKeys are the properties by the keys of configuration files. templatePath and
// executionRole are the documentation's names.
func configKeys() map[string]string {
	keys := map[string]string{"templatePath": "Template", "executionRole": "ExecutionRoleArn"}
	known, _ := schema.StepProperties(schema.CfnStep)
	for _, p := range known {
		if p.ConfigKey != "" {
			keys[p.ConfigKey] = p.Name
		}
	}
	return keys
}

// configReader reads a configuration file and its parents.
type configReader struct {
	files     Files
	variables Variables
	chain     []string
}

// read reads a file over those that it extends. The error is a *message.Failure, or why
// the files cannot be read now.
func (r *configReader) read(ctx context.Context, name string) (config, error) {
	named, err := r.variables.replace(name)
	if err != nil {
		return config{}, configFailure("ConfigFile %q: %s", name, err)
	}
	if !strings.HasPrefix(named, "/") {
		return config{}, configFailure("ConfigFile %q: must begin with a slash; it is a path from the root of the distribution", named)
	}
	named = path.Join("/", relative(named))
	if slices.Contains(r.chain, named) {
		return config{}, configFailure("ConfigFile %q: extends itself: %s", r.chain[0], strings.Join(append(r.chain, named), " → "))
	}
	r.chain = append(r.chain, named)
	text, err := r.files.Read(ctx, relative(named))
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(r.chain) > 1:
		return config{}, configFailure("ConfigFile %q: extends %q, which the distribution does not have", r.chain[len(r.chain)-2], named)
	case errors.Is(err, fs.ErrNotExist):
		return config{}, configFailure("ConfigFile %q: the distribution does not have it", named)
	case err != nil:
		return config{}, fmt.Errorf("read the configuration file %q: %w", named, err)
	}
	node, problems := cfn.Read(text)
	if node == nil {
		return config{}, configFailure("ConfigFile %q: %s", named, strings.TrimSpace(problems.Err().Error()))
	}
	parent := config{texts: map[string]string{}, parameters: map[string]Setting{}, tags: map[string]Setting{}}
	if extends := node.Get("extends"); extends != nil {
		if !extends.IsString() {
			return config{}, configFailure("ConfigFile %q: extends must be a text, not %s", named, extends.Kind)
		}
		if parent, err = r.read(ctx, extends.Text); err != nil {
			return config{}, err
		}
	}
	return parent, r.lay(&parent, node, named)
}

// lay lays a file over what its parents come to.
func (r *configReader) lay(c *config, node *cfn.Node, name string) error {
	keys := configKeys()
	var wrong []string
	for _, field := range node.Fields {
		property, known := keys[field.Key]
		switch {
		case field.Key == "extends" || field.Value.Kind == cfn.Null:
		case !known:
			c.unknown = append(c.unknown, unknownKey(name, field, keys))
		case property == "Parameters" || property == "Tags":
			into := map[string]map[string]Setting{"Parameters": c.parameters, "Tags": c.tags}[property]
			if !field.Value.IsMap() {
				wrong = append(wrong, at(field)+" must be an object")
				continue
			}
			for _, entry := range field.Value.Fields {
				setting, problem := readSetting(entry.Value)
				if problem != "" {
					wrong = append(wrong, fmt.Sprintf("%s.%s %s", at(field), entry.Key, problem))
				}
				if setting.File = name; entry.Value.Kind != cfn.Null {
					into[entry.Key] = setting
				}
			}
		case !field.Value.IsScalar():
			wrong = append(wrong, at(field)+" must be a text")
		default:
			c.texts[property] = textOf(field.Value)
		}
	}
	if len(wrong) > 0 {
		return configFailure("ConfigFile %q: %s", name, strings.Join(wrong, "; "))
	}
	return nil
}

// at names a key with its line.
func at(field cfn.Field) string {
	if field.Place.Line == 0 {
		return field.Key
	}
	return fmt.Sprintf("line %d: %s", field.Place.Line, field.Key)
}

func unknownKey(file string, field cfn.Field, keys map[string]string) string {
	var names []string
	for name := range keys {
		names = append(names, name)
	}
	slices.Sort(names)
	return fmt.Sprintf("%s: %s: there is no such key; %s", file, at(field), wording.Suggestion(field.Key, names))
}

// readSetting reads the value of a parameter or a tag: a scalar, or an object.
func readSetting(n *cfn.Node) (s Setting, problem string) {
	switch {
	case n.IsScalar():
		return Setting{Value: textOf(n)}, ""
	case n.Kind == cfn.Null:
		return s, ""
	case !n.IsMap():
		return s, "must be a text, or an object with value; a list is written as one text with commas"
	}
	value := n.Get("value")
	if !value.IsScalar() {
		return s, "needs a value, a text"
	}
	s.Value = textOf(value)
	for _, field := range n.Fields {
		text := field.Value.Text
		switch field.Key {
		case "value":
		case "type":
			switch strings.ToLower(text) {
			case "string":
			case "ssm-parameter":
				s.Stored = true
			default:
				return s, fmt.Sprintf("has the type %s (allowed: string, ssm-parameter)", wording.Quote(text))
			}
		case "fallback":
			if field.Value.Kind != cfn.Bool {
				return s, "has a fallback that is not true or false"
			}
			s.Fallback = text == "true"
		case "default":
			if !field.Value.IsScalar() {
				return s, "has a default that is not a text"
			}
			fallback := textOf(field.Value)
			s.Default = &fallback
		default:
			return s, fmt.Sprintf("has the unknown key %s (known: value, type, fallback, default)", wording.Quote(field.Key))
		}
	}
	return s, ""
}

// textOf is a scalar as the original framework reads it: yes is true and 010 is 8, but
// 12:30 is a time.
func textOf(n *cfn.Node) string {
	if strings.Contains(n.Written, ":") {
		return n.Written
	}
	return n.Text
}
