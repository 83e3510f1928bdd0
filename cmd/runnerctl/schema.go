package main

import (
	"github.com/attini-go/runner/internal/plantesting"
	"github.com/attini-go/runner/schema"
)

type schemaCommand struct {
	For string `help:"What the schema is for: a Runner's resource, a whole template (for editors), tests of a plan (for editors), or the CloudFormation registry's form." enum:"resource,template,plantest,registry" default:"resource"`
}

// Run runs the command.
func (c schemaCommand) Run(s streams) error {
	document := schema.Document
	switch c.For {
	case "template":
		document = schema.TemplateDocument
	case "plantest":
		document = plantesting.SchemaDocument
	case "registry":
		document = schema.RegistryDocument
	}
	_, err := s.stdout.Write(document())
	return err
}
