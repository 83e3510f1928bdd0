package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/localrun"
)

// files reads what the flags name, and checks what the run will write; errors are the
// user's to mend.
func (c runCommand) files(s streams) (options localrun.Options, facts localrun.Facts, err error) {
	source, err := c.source()
	if err != nil {
		return options, facts, usageError{err}
	}
	// Better now than after the plan has run and its payload has no place.
	if err := errors.Join(checkTarget("--output", c.Output), checkTarget("--junit", c.JUnit), checkTarget("--report", c.Report)); err != nil {
		return options, facts, usageError{err}
	}
	shell, err := c.shell()
	if err != nil {
		return options, facts, usageError{err}
	}
	containers, err := c.containers()
	if err != nil {
		return options, facts, usageError{err}
	}
	prices, err := pricesOf(c.Price)
	if err != nil {
		return options, facts, usageError{err}
	}
	options = localrun.Options{
		Prices: prices,
		Source: source, Mocks: map[string]json.RawMessage{}, Items: c.Items, Results: c.Results, Steps: c.Step, Shell: shell,
		Environment: c.containerFlags.environment(s.environment), Containers: containers,
	}
	facts = localrun.Facts{
		Parameters: c.Parameter, StackName: localrun.DefaultStackName, Region: localrun.DefaultRegion, Account: localrun.DefaultAccount,
		Distribution: strings.TrimSuffix(filepath.Base(source), ".zip"),
	}
	if options.Input, err = readJSON(c.Input, true); err != nil {
		return options, facts, err
	}
	for _, step := range slices.Sorted(maps.Keys(c.Mock)) {
		if options.Mocks[step], err = readJSON(c.Mock[step], false); err != nil {
			return options, facts, err
		}
	}
	if options.Answers, err = readMocks(c.Mocks); err != nil {
		return options, facts, err
	}
	for _, step := range slices.Sorted(maps.Keys(c.Items)) {
		if _, err := os.Stat(c.Items[step]); err != nil {
			return options, facts, usageError{err}
		}
	}
	known, err := c.lookups()
	facts.Lookups, facts.Stored = known.Lookups, known.SystemsManagerParameters
	return options, facts, err
}

// source is the distribution: a directory, or a zip archive that can be read.
func (c runCommand) source() (string, error) {
	template, err := filepath.Abs(c.Template)
	if err != nil {
		return "", err
	}
	source, err := filepath.Abs(cmp.Or(c.Source, filepath.Dir(template)))
	if err != nil {
		return "", err
	}
	info, err := os.Stat(source)
	if err != nil || info.IsDir() {
		return source, err
	}
	archive, err := zip.OpenReader(source)
	if err != nil {
		return "", fmt.Errorf("--source %s: it is neither a directory nor a zip archive: %w", c.Source, err)
	}
	return source, archive.Close()
}

// readJSON reads a JSON file, an object if need be; none if no file is named.
func readJSON(file string, object bool) (json.RawMessage, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{err}
	}
	var value any
	err = json.Unmarshal(text, &value)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := text[:max(syntax.Offset-1, 0)]
		line := bytes.Count(before, []byte("\n")) + 1
		column := len(before) - bytes.LastIndexByte(before, '\n')
		return nil, usageError{fmt.Errorf("%s:%d:%d: is not JSON: %w", file, line, column, err)}
	}
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: is not JSON: %w", file, err)}
	}
	if _, ok := value.(map[string]any); object && !ok {
		return nil, usageError{fmt.Errorf(`%s: a payload is a JSON object, such as {"customData": {}}`, file)}
	}
	return text, nil
}

// shell is the user's choice, else bash as in the runner's images. In a container, the
// run finds it there.
func (c runCommand) shell() (string, error) {
	if c.Container {
		return c.Shell, nil
	}
	if c.Shell != "" {
		if _, err := exec.LookPath(c.Shell); err != nil {
			return "", fmt.Errorf("--shell: %w", err)
		}
		return c.Shell, nil
	}
	if _, err := exec.LookPath("bash"); err == nil {
		return "bash", nil
	}
	return "sh", nil
}
