package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/transform"
)

// lookups is the --lookups file: what a deployment would know, and what the
// macro would ask the account.
type lookups struct {
	localrun.Lookups
	transform.Facts
}

// lookups reads the file; nothing is in it when none is named.
func (a knownArguments) lookups() (found lookups, err error) {
	if a.Lookups == "" {
		return found, nil
	}
	text, err := os.ReadFile(a.Lookups)
	if err != nil {
		return found, usageError{err}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&found); err != nil {
		return found, usageError{fmt.Errorf("%s: %w", a.Lookups, err)}
	}
	return found, nil
}
