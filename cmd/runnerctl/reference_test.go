package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/golden"
)

// TestCommandsPage writes the page of commands and flags from the parser's model.
func TestCommandsPage(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&cli{}, kong.Name("runnerctl"), kong.Vars{"version": "x"})
	require.NoError(t, err)
	var page strings.Builder
	page.WriteString("# Commands of runnerctl\n\n`make golden` writes this page from the commands themselves. `runnerctl help COMMAND` prints the same.\n" +
		"[runnerctl](../runnerctl.md) explains what the commands do, with examples.\n\n" +
		"Results go to standard output, everything else to standard error.\n\n" +
		"## Every command\n")
	flags(t, &page, parser.Model.Node)
	fmt.Fprintf(&page, "\n## Exit codes\n\n| code | |\n|---|---|\n| %d | success |\n| %d | the template is invalid, or the plan failed |\n| %d | wrong usage, or a file that cannot be read |\n"+
		"| 128 + signal | a signal stopped the command: 130 after Ctrl-C, 143 after SIGTERM, 129 when the terminal was closed |\n| %d | the reader of its output closed the pipe |\n",
		exitOK, exitFailed, exitMisused, exitClosed)
	var walk func(node *kong.Node)
	walk = func(node *kong.Node) {
		for _, child := range node.Children {
			if child.Type != kong.CommandNode || child.Hidden {
				continue
			}
			assert.NotEmpty(t, child.Help, "%s: add a help text", child.FullPath())
			fmt.Fprintf(&page, "\n## %s\n\n```text\n%s\n```\n\n%s\n", strings.TrimPrefix(child.FullPath(), "runnerctl "), strings.TrimSpace(child.FullPath()+" "+arguments(child)), child.Help)
			if len(child.Positional) > 0 {
				page.WriteString("\n| argument | |\n|---|---|\n")
				for _, argument := range child.Positional {
					assert.NotEmpty(t, argument.Help, "%s %s: add a help text", child.FullPath(), argument.Name)
					fmt.Fprintf(&page, "| `%s` | %s |\n", argument.Summary(), cell(argument.Help))
				}
			}
			flags(t, &page, child)
			walk(child)
		}
	}
	walk(parser.Model.Node)
	golden.Assert(t, "../../../docs/reference/commands.md", []byte(page.String()))
}

func arguments(node *kong.Node) string {
	var words []string
	for _, argument := range node.Positional {
		words = append(words, argument.Summary())
	}
	return strings.Join(append(words, "[flags]"), " ")
}

// flags writes a node's own flags.
func flags(t *testing.T, page *strings.Builder, node *kong.Node) {
	t.Helper()
	rows := ""
	for _, flag := range node.Flags {
		if flag.Hidden || flag.Name == "help" {
			continue
		}
		assert.NotEmpty(t, flag.Help, "%s --%s: add a help text", node.FullPath(), flag.Name)
		name := "--" + flag.Name
		if flag.Tag.Negatable != "" {
			name = "--[no-]" + flag.Name
		}
		if flag.Short != 0 {
			name = fmt.Sprintf("-%c, %s", flag.Short, name)
		}
		switch {
		case flag.PlaceHolder != "":
			name += " " + flag.PlaceHolder
		case !flag.IsBool() && flag.Enum == "":
			name += " " + strings.ToUpper(flag.Name)
		}
		standard := ""
		if flag.HasDefault && flag.Default != "" {
			standard = "`" + flag.Default + "`"
		}
		allowed := ""
		if flag.Enum != "" {
			allowed = "`" + strings.Join(strings.Split(flag.Enum, ","), "`, `") + "`"
		}
		rows += fmt.Sprintf("| `%s` | %s | %s | %s |\n", name, allowed, standard, cell(flag.Help))
	}
	if rows != "" {
		page.WriteString("\n| flag | values | default | |\n|---|---|---|---|\n" + rows)
	}
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }
