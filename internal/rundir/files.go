package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/attini-go/runner/internal/runevents"
)

// The payloads of a step.
const (
	Input     = inputFile
	Output    = outputFile
	Variables = variablesFile
)

// Payload is a payload of a step: Input, Output or Variables; nil if it is not kept.
func (k *Kept) Payload(step runevents.Step, which string) (json.RawMessage, error) {
	return optional(filepath.Join(stepDirectory(k.Directory, step), which))
}

// ExecutionInput is the input of the execution; nil if it is not kept.
func (k *Kept) ExecutionInput() (json.RawMessage, error) {
	return optional(filepath.Join(k.Directory, inputFile))
}

// Graph is the plan's graph, as it was given to KeepGraph; nil if it is not kept.
func (k *Kept) Graph() (json.RawMessage, error) {
	return optional(filepath.Join(k.Directory, graphFile))
}

func optional(path string) (json.RawMessage, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// LogFile is the path of what a step's job printed, and its size in bytes; "" if it
// printed nothing.
func (k *Kept) LogFile(step runevents.Step) (path string, size int64, err error) {
	path = filepath.Join(stepDirectory(k.Directory, step), logFile)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", 0, nil
	}
	if err != nil {
		return "", 0, err
	}
	return path, info.Size(), nil
}

// StartupFiles are the paths of what startup commands printed, by Runner.
func (k *Kept) StartupFiles() (map[string]string, error) {
	entries, err := os.ReadDir(k.Directory)
	if err != nil {
		return nil, err
	}
	before, after, _ := strings.Cut(startupFiles, "*")
	files := map[string]string{}
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, before) && strings.HasSuffix(name, after) {
			files[name[len(before):len(name)-len(after)]] = filepath.Join(k.Directory, name)
		}
	}
	return files, nil
}

// IsRun reports whether a directory holds a run.
func IsRun(directory string) bool {
	_, err := os.Stat(filepath.Join(directory, eventsFile))
	return err == nil
}

// Find is the directory of a run by its name; "last" is the newest run of all
// templates. root is where all runs are.
func Find(root, name string) (string, error) {
	templates, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("find the run: %w", err)
	}
	found, newest := "", ""
	for _, template := range templates {
		if !template.IsDir() {
			continue
		}
		ids, err := list(filepath.Join(root, template.Name()))
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			if id == name || name == Last && id > newest {
				found, newest = filepath.Join(root, template.Name(), id), id
			}
		}
	}
	if found == "" {
		return "", fmt.Errorf("find the run: %s has no run %q", root, name)
	}
	return found, nil
}

// Last names the newest run.
const Last = "last"
