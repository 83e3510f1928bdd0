package main

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

type expandCommand struct {
	templateArgument
	Format string `help:"The output's format: json or yaml." enum:"json,yaml" default:"json"`
	Output string `short:"o" help:"Write to this file in place of standard output." placeholder:"FILE"`
	Image  string `name:"default-image" help:"The image of EC2 Runners that name none, as the macro is told." placeholder:"IMAGE"`
}

// Run runs the command.
func (c expandCommand) Run(ctx context.Context, s streams) error {
	request, err := c.request(ctx, s)
	if err != nil {
		return err
	}
	_, _, expanded, err := c.expand(ctx, s, request)
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

// request has the facts of the --lookups file; without one, AWS is asked. With
// neither, the expansion says which facts it lacks.
func (c expandCommand) request(ctx context.Context, s streams) (transform.Request, error) {
	request := transform.Request{Values: c.values(), DefaultImage: c.Image}
	known, err := c.lookups()
	if err != nil || c.Lookups != "" {
		request.Account = known.Facts.Account()
		return request, err
	}
	account, region, err := awsAccount(ctx)
	if err != nil {
		fmt.Fprintf(s.stderr, "runnerctl: AWS is not asked: %s\n", err)
		request.Account = transform.Facts{}.Account()
		return request, nil
	}
	request.Account = account
	request.Values.Pseudo = map[string]string{"AWS::Region": region}
	return request, nil
}

// writeResult writes to a file, or to standard output if none is named.
func writeResult(s streams, file string, text []byte) error {
	if file == "" {
		_, err := s.stdout.Write(text)
		return err
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return usageError{err}
	}
	return nil
}
