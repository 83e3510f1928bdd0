package main

import "github.com/attini-go/runner/schema"

type schemaCommand struct {
	For string `help:"What the schema is for: a Runner's resource, a whole template (for editors), or the CloudFormation registry's form." enum:"resource,template,registry" default:"resource"`
}

// Run implements kong's command.
func (c schemaCommand) Run(s streams) error {
	document := schema.Document
	switch c.For {
	case "template":
		document = schema.TemplateDocument
	case "registry":
		document = schema.RegistryDocument
	}
	_, err := s.stdout.Write(document())
	return err
}
