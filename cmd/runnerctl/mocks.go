package main

import (
	"fmt"
	"os"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
)

// readMocks reads a file of mocks, YAML or JSON; nil if no file is named.
func readMocks(file string) (*asl.Mocks, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // no mocks are no failure
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{err}
	}
	node, problems := cfn.ReadData(text)
	if err := problems.Err(); err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", file, err)}
	}
	if text, err = node.MarshalJSON(); err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", file, err)}
	}
	mocks, err := asl.ParseMocks(text)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", file, err)}
	}
	return mocks, nil
}
