package commandline

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// All are the commands of the program, with those that each program has.
func (p *Program) All() []Command { return p.all(nil) }

// all is All; root is what completion completes.
func (p *Program) all(root *cobra.Command) []Command {
	completion := &completionCommand{program: p.Name}
	help := &helpCommand{}
	return append(slices.Clone(p.Commands),
		Command{"completion", "Print a script that completes commands and flags in bash, zsh or fish.", completion, func() error { return completion.write(p.Stdout, root) }},
		Command{"help", "Explain a command.", help, func() error { return help.write(p) }})
}

type helpCommand struct {
	Command string `arg:"" optional:"" help:"The command."`
}

func (c helpCommand) write(p *Program) error {
	commands := p.all(nil)
	text := p.help(commands)
	if c.Command != "" {
		text = ""
		for i := range commands {
			if commands[i].Name == c.Command {
				text = p.helpOf(&commands[i])
			}
		}
	}
	if text == "" {
		return UsageError{unknown("command "+c.Command, c.Command, p.names())}
	}
	_, err := io.WriteString(p.Stdout, text)
	return err
}

// help explains the program.
func (p *Program) help(commands []Command) string {
	var text strings.Builder
	fmt.Fprintf(&text, "Usage: %s <command> [flags]\n\n%s\n\nFlags:\n%s\nCommands:\n", p.Name, p.wrap(p.Help), p.flags(p.Fields(nil)))
	var rows [][2]string
	for _, command := range commands {
		rows = append(rows, [2]string{command.Name, command.Help})
	}
	p.table(&text, rows)
	fmt.Fprintf(&text, "\nRun \"%s <command> --help\" for more information on a command.\n", p.Name)
	return text.String()
}

// helpOf explains a command.
func (p *Program) helpOf(command *Command) string {
	var text strings.Builder
	fields := p.Fields(command)
	fmt.Fprintf(&text, "Usage: %s\n\n%s\n", p.Usage(command), p.wrap(command.Help))
	if detailed, found := command.Fields.(interface{ Help() string }); found {
		fmt.Fprintf(&text, "\n%s\n", p.wrap(detailed.Help()))
	}
	var rows [][2]string
	for _, field := range fields {
		if field.Argument {
			rows = append(rows, [2]string{field.Usage(), field.Help})
		}
	}
	if rows != nil {
		text.WriteString("\nArguments:\n")
		p.table(&text, rows)
	}
	fmt.Fprintf(&text, "\nFlags:\n%s", p.flags(append(p.Fields(nil), fields...)))
	return text.String()
}

// Usage is the command with its arguments.
func (p *Program) Usage(command *Command) string {
	usage := p.Name + " " + command.Name
	for _, field := range p.Fields(command) {
		if field.Argument {
			usage += " " + field.Usage()
		}
	}
	return usage + " [flags]"
}

func (p *Program) columns() int { return cmp.Or(p.Columns, 80) }

func (p *Program) wrap(text string) string { return ansi.Wordwrap(text, p.columns(), "") }

func (p *Program) flags(fields []*Field) string {
	var set pflag.FlagSet
	addFlags(&set, fields)
	return set.FlagUsagesWrapped(p.columns())
}

// table writes names, and beside them what they are, wrapped.
func (p *Program) table(text *strings.Builder, rows [][2]string) {
	width := 0
	for _, row := range rows {
		width = max(width, len(row[0]))
	}
	margin := "\n" + strings.Repeat(" ", width+4)
	for _, row := range rows {
		lines := ansi.Wordwrap(row[1], max(p.columns()-width-4, 24), "")
		fmt.Fprintf(text, "  %-*s  %s\n", width, row[0], strings.ReplaceAll(lines, "\n", margin))
	}
}

type completionCommand struct {
	program string
	Shell   string `arg:"" help:"bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Help implements the longer part of a command's help.
func (c completionCommand) Help() string {
	return strings.ReplaceAll(`In ~/.bashrc:  source <(PROGRAM completion bash)
In ~/.zshrc:   source <(PROGRAM completion zsh)
For fish:      PROGRAM completion fish > ~/.config/fish/completions/PROGRAM.fish`, "PROGRAM", c.program)
}

// bashWords is what cobra's script needs where the package bash-completion is not
// installed, as on macOS. The package replaces it where it is loaded later.
const bashWords = `
declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
  words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}
}
`

// zshSystem loads zsh's completion, where it is not, before the script registers there.
const zshSystem = "\n(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }\n"

// write writes the script, which asks the program itself for what completes a word.
func (c completionCommand) write(w io.Writer, root *cobra.Command) error {
	var script bytes.Buffer
	var err error
	switch c.Shell {
	case "fish":
		err = root.GenFishCompletion(&script, true)
	case "zsh":
		var body bytes.Buffer
		err = root.GenZshCompletion(&body)
		first, rest, _ := strings.Cut(body.String(), "\n") // the file of a function begins with #compdef
		script.WriteString(first + zshSystem + rest)
	default:
		err = root.GenBashCompletionV2(&script, true)
		script.WriteString(bashWords)
	}
	if err != nil {
		return fmt.Errorf("make the completion of %s: %w", c.Shell, err)
	}
	_, err = w.Write(script.Bytes())
	return err
}

// completeArguments completes an argument with its values, or else with files.
func completeArguments(arguments []*Field) cobra.CompletionFunc {
	return func(_ *cobra.Command, words []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		switch {
		case len(arguments) == 0:
			return nil, cobra.ShellCompDirectiveNoFileComp
		case arguments[min(len(words), len(arguments)-1)].Allowed != nil:
			return arguments[min(len(words), len(arguments)-1)].Allowed, cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveDefault
	}
}
