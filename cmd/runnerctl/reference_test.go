package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/commandline"
	"github.com/attini-go/runner/internal/test/golden"
)

// TestCommandsPage writes the page of commands and flags from the commands themselves.
func TestCommandsPage(t *testing.T) {
	t.Parallel()
	program := new(cli).program(t.Context(), streams{}, nil)
	var page strings.Builder
	page.WriteString("# Commands of runnerctl\n\n`make golden` writes this page from the commands themselves. `runnerctl help COMMAND` prints the same.\n" +
		"[runnerctl](../runnerctl.md) explains what the commands do, with examples.\n\n" +
		"Results go to standard output, everything else to standard error.\n\n" +
		"## Every command\n")
	flags(t, &page, "runnerctl", program.Fields(nil))
	fmt.Fprintf(&page, "\n## Exit codes\n\n| code | |\n|---|---|\n| %d | success |\n| %d | the template is invalid, or the plan failed |\n| %d | wrong usage, or a file that cannot be read |\n"+
		"| 128 + signal | a signal stopped the command: 130 after Ctrl-C, 143 after SIGTERM, 129 when the terminal was closed |\n| %d | the reader of its output closed the pipe |\n",
		exitOK, exitFailed, exitMisused, exitClosed)
	for _, command := range program.All() {
		assert.NotEmpty(t, command.Help, "%s: add a help text", command.Name)
		fmt.Fprintf(&page, "\n## %s\n\n```text\n%s\n```\n\n%s\n", command.Name, program.Usage(&command), command.Help)
		arguments := ""
		for _, field := range program.Fields(&command) {
			if field.Argument {
				assert.NotEmpty(t, field.Help, "%s %s: add a help text", command.Name, field.Name)
				arguments += fmt.Sprintf("| `%s` | %s |\n", field.Usage(), cell(field.Help))
			}
		}
		if arguments != "" {
			page.WriteString("\n| argument | |\n|---|---|\n" + arguments)
		}
		flags(t, &page, command.Name, program.Fields(&command))
	}
	golden.Assert(t, "../../../docs/reference/commands.md", []byte(page.String()))
}

// flags writes the flags among the fields of a command.
func flags(t *testing.T, page *strings.Builder, command string, fields []*commandline.Field) {
	t.Helper()
	rows := ""
	for _, flag := range fields {
		if flag.Argument || flag.Name == "help" {
			continue
		}
		assert.NotEmpty(t, flag.Help, "%s --%s: add a help text", command, flag.Name)
		name := "--" + flag.Name
		if flag.Short != "" {
			name = "-" + flag.Short + ", " + name
		}
		if !flag.IsBool() && flag.Allowed == nil {
			name += " " + flag.Type()
		}
		standard, allowed := quoted(flag.Default), ""
		for _, value := range flag.Allowed {
			allowed = strings.TrimPrefix(allowed+", "+quoted(value), ", ")
		}
		rows += fmt.Sprintf("| `%s` | %s | %s | %s |\n", name, allowed, standard, cell(flag.Help))
	}
	if rows != "" {
		page.WriteString("\n| flag | values | default | |\n|---|---|---|---|\n" + rows)
	}
}

func quoted(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }
