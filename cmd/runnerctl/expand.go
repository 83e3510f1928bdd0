package main

import (
	"bytes"
	"os"

	"github.com/attini-go/runner/cfn"
)

type expandCommand struct {
	templateArgument
	Format string `help:"The output's format: json or yaml." enum:"json,yaml" default:"json"`
	Output string `short:"o" help:"Write to this file in place of standard output." placeholder:"FILE"`
}

// Run implements kong's command.
func (c expandCommand) Run(s streams) error {
	_, expanded, err := c.expand(s)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	write := cfn.WriteJSON
	if c.Format == "yaml" {
		write = cfn.WriteYAML
	}
	if err := write(&text, expanded); err != nil {
		return err
	}
	return writeResult(s, c.Output, text.Bytes())
}

// writeResult writes to a file, or to standard output if none is named.
func writeResult(s streams, file string, text []byte) error {
	if file == "" {
		_, err := s.stdout.Write(text)
		return err
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return misuse{err}
	}
	return nil
}
