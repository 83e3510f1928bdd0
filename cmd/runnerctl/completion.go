package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" help:"bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Help implements kong's help provider.
func (completionCommand) Help() string {
	return `In ~/.bashrc:  source <(runnerctl completion bash)
In ~/.zshrc:   source <(runnerctl completion zsh)
For fish:      runnerctl completion fish > ~/.config/fish/completions/runnerctl.fish`
}

// Run implements kong's command.
func (c completionCommand) Run(s streams, model *kong.Application) error {
	var script strings.Builder
	switch c.Shell {
	case "fish":
		writeFish(&script, model)
	case "zsh":
		script.WriteString("autoload -Uz compinit bashcompinit && compinit && bashcompinit\n")
		writeBash(&script, model)
	default:
		writeBash(&script, model)
	}
	_, err := io.WriteString(s.stdout, script.String())
	return err
}

// flagsOf are the flags of a command, with those of the program.
func flagsOf(model *kong.Application, command *kong.Node) []*kong.Flag {
	flags := append(slices.Clone(model.Flags), command.Flags...)
	return slices.DeleteFunc(flags, func(f *kong.Flag) bool { return f.Hidden })
}

// valuesOf are the values that a flag can have; none for a file or a text.
func valuesOf(flag *kong.Flag) []string {
	if flag.Enum == "" {
		return nil
	}
	return strings.Split(flag.Enum, ",")
}

// writeBash writes a function that completes in bash, and in zsh by bashcompinit.
// Names of flags and commands are ours, and plain words.
func writeBash(w io.Writer, model *kong.Application) {
	fmt.Fprint(w, `_runnerctl() {
  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command="" flags="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${COMP_WORDS[i]}" in -*) ;; *) command="${COMP_WORDS[i]}"; break ;; esac
  done
  case "$command $before" in
`)
	for _, command := range model.Children {
		for _, flag := range flagsOf(model, command) {
			if values := valuesOf(flag); len(values) > 0 {
				fmt.Fprintf(w, "  \"%s --%s\") COMPREPLY=($(compgen -W %q -- \"$word\")); return ;;\n", command.Name, flag.Name, strings.Join(values, " "))
			}
		}
	}
	fmt.Fprint(w, "  esac\n  case \"$command\" in\n")
	var names []string
	for _, command := range model.Children {
		names = append(names, command.Name)
		var flags []string
		for _, flag := range flagsOf(model, command) {
			flags = append(flags, "--"+flag.Name)
		}
		fmt.Fprintf(w, "  %s) flags=%q ;;\n", command.Name, strings.Join(flags, " "))
	}
	fmt.Fprintf(w, `  "") COMPREPLY=($(compgen -W %q -- "$word")); return ;;
  esac
  case "$command $word" in
  "completion "*) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")) ;;
  *" -"*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
  *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _runnerctl runnerctl
`, strings.Join(names, " ")+" --help --version")
}

func writeFish(w io.Writer, model *kong.Application) {
	for _, command := range model.Children {
		fmt.Fprintf(w, "complete -c runnerctl -n __fish_use_subcommand -f -a %s -d %s\n", command.Name, quoteFish(command.Help))
		for _, flag := range flagsOf(model, command) {
			fmt.Fprintf(w, "complete -c runnerctl -n '__fish_seen_subcommand_from %s' -l %s -d %s", command.Name, flag.Name, quoteFish(flag.Help))
			switch values := valuesOf(flag); {
			case len(values) > 0:
				fmt.Fprintf(w, " -x -a %s", quoteFish(strings.Join(values, " ")))
			case !flag.IsBool():
				fmt.Fprint(w, " -r")
			}
			fmt.Fprintln(w)
		}
	}
	fmt.Fprintln(w, "complete -c runnerctl -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'")
}

func quoteFish(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
