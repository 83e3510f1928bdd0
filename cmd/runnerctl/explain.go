package main

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/rules"
	"github.com/attini-go/runner/internal/wording"
)

type explainCommand struct {
	Rule string `arg:"" optional:"" help:"A rule, as validate prints it in brackets. Without one, all rules are listed."`
}

// Run runs the command.
func (c explainCommand) Run(s streams) error {
	if c.Rule == "" {
		_, err := fmt.Fprintln(s.stdout, strings.Join(rules.Names(), "\n"))
		return err
	}
	name := strings.Trim(c.Rule, "[]")
	rule, known := rules.Named(name)
	if !known {
		message := fmt.Sprintf("there is no rule %s", wording.Quote(name))
		if near := wording.Nearest(name, rules.Names()); near != "" {
			message += fmt.Sprintf("; did you mean %s?", near)
		}
		return usageError{fmt.Errorf("%s; runnerctl explain lists all rules", message)}
	}
	return rule.WriteText(s.stdout)
}
