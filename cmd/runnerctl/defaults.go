package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// defaultsFile is where defaults are, in the current directory, unless --config names
// another file.
const defaultsFile = "runnerctl.yaml"

// configFlags name a file of defaults. What the command line gives comes first.
type configFlags struct {
	Config      string `help:"A YAML file of defaults. Default: runnerctl.yaml, if there is one." placeholder:"FILE"`
	Environment string `short:"e" help:"Take the defaults of this one of the file's environments." placeholder:"NAME"`
}

// setting is a key of the file of defaults, and the flag that it is for. Paths are
// relative to the file.
type setting struct {
	path   bool
	text   *string
	values *map[string]string
}

// applyDefaults fills in what the command line leaves out of the command.
func (c *cli) applyDefaults(command string) error {
	settings := map[string]setting{}
	known := func(k *knownArguments) *configFlags {
		settings["parameters"], settings["include"] = setting{values: &k.Parameter}, setting{values: &k.Include, path: true}
		settings["lookups"] = setting{text: &k.Lookups, path: true}
		return &k.configFlags
	}
	var flags *configFlags
	switch command {
	case "validate":
		flags = known(&c.validate.knownArguments)
	case "expand":
		flags = known(&c.expand.knownArguments)
	case "graph":
		flags = known(&c.graph.knownArguments)
	case "run":
		flags = known(&c.run.knownArguments)
		settings["source"], settings["input"] = setting{text: &c.run.Source, path: true}, setting{text: &c.run.Input, path: true}
		settings["mocks"], settings["mock"] = setting{text: &c.run.Mocks, path: true}, setting{values: &c.run.Mock, path: true}
		settings["items"], settings["results"] = setting{values: &c.run.Items, path: true}, setting{text: &c.run.Results, path: true}
		settings["shell"], settings["prices"] = setting{text: &c.run.Shell}, setting{values: &c.run.Price}
	default:
		return nil
	}
	return flags.apply(settings)
}

func (f configFlags) apply(settings map[string]setting) error {
	file := f.Config
	if file == "" {
		file = defaultsFile
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) && f.Config == "" {
		if f.Environment != "" {
			return fmt.Errorf("--environment %s: there is no %s here", f.Environment, defaultsFile)
		}
		return nil
	}
	if err != nil {
		return err
	}
	root, problems := cfn.ReadData(text)
	if err := problems.Err(); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	layers := []*cfn.Node{root}
	if f.Environment != "" {
		environments := root.Get("environments")
		one := environments.Get(f.Environment)
		if one == nil {
			var names []string
			for _, field := range environments.Entries() {
				names = append(names, field.Key)
			}
			return fmt.Errorf("%s: there is no environment %q (it has: %s)", file, f.Environment, strings.Join(names, ", "))
		}
		layers = []*cfn.Node{one, root} // the first that gives a value wins
	}
	var wrong []error
	for _, layer := range layers {
		for _, field := range layer.Entries() {
			if field.Key == "environments" && layer == root {
				continue
			}
			if err := set(settings, field, filepath.Dir(file)); err != nil {
				wrong = append(wrong, fmt.Errorf("%s:%d: %w", file, field.Place.Line, err))
			}
		}
	}
	return errors.Join(wrong...)
}

// allSettings are the keys of all commands: one file serves them all.
func allSettings() []string {
	return []string{"include", "input", "items", "lookups", "mock", "mocks", "parameters", "prices", "results", "shell", "source"}
}

func set(settings map[string]setting, field cfn.Field, directory string) error {
	if !slices.Contains(allSettings(), field.Key) {
		return fmt.Errorf("unknown key %q (keys: %s, environments)", field.Key, strings.Join(allSettings(), ", "))
	}
	target, wanted := settings[field.Key]
	if !wanted {
		return nil // of another command
	}
	absolute := func(value string) string {
		if !target.path || value == "" || filepath.IsAbs(value) {
			return value
		}
		return filepath.Join(directory, value)
	}
	if target.text != nil {
		if !field.Value.IsScalar() {
			return fmt.Errorf("%s: must be a text, not a %s", field.Key, field.Value.Kind)
		}
		if *target.text == "" {
			*target.text = absolute(field.Value.Text)
		}
		return nil
	}
	if !field.Value.IsMap() {
		return fmt.Errorf("%s: must be an object, not a %s", field.Key, field.Value.Kind)
	}
	values := map[string]string{}
	for _, one := range field.Value.Entries() {
		if !one.Value.IsScalar() {
			return fmt.Errorf("%s.%s: must be a text, not a %s", field.Key, one.Key, one.Value.Kind)
		}
		values[one.Key] = absolute(one.Value.Text)
	}
	maps.Copy(values, *target.values)
	*target.values = values
	return nil
}
