package main

import "github.com/attini-go/runner/schema"

type schemaCommand struct{}

// Run implements kong's command.
func (schemaCommand) Run(s streams) error {
	_, err := s.stdout.Write(schema.Document())
	return err
}
