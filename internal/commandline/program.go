// Package commandline reads command lines: it makes cobra's commands of structs whose
// fields are flags and arguments. A program that uses it keeps only the methods that it
// calls: nothing here, or in cobra without templates, looks up a method by its name, for
// which the linker would have to keep every exported method of every type.
package commandline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/attini-go/runner/internal/wording"
)

// Program is a program with commands.
type Program struct {
	Name, Help string
	// Version is what --version prints; "" for a program without that flag.
	Version string
	// Flags points to a struct with the flags of all commands; nil if there are none.
	Flags    any
	Commands []Command
	// Stdout takes help and completions. Columns is the width of help; 0 for 80.
	Stdout  io.Writer
	Columns int
}

// Command is one command of a program.
type Command struct {
	Name, Help string
	// Fields points to a struct (see Field). If it has a method Help() string, that is the
	// longer part of the command's help.
	Fields any
	// Run runs the command; its fields are set.
	Run func() error
}

// UsageError says that a command line is not one of the program.
type UsageError struct{ error }

// Unwrap returns the reason.
func (e UsageError) Unwrap() error { return e.error }

// errVersion ends a command line with --version.
var errVersion = errors.New("version")

// shared are the flags that each program has.
type shared struct {
	Help    bool `help:"Explain the command." short:"h"`
	Version bool `help:"Print the version."`
}

// Execute runs a command line: a UsageError if there is no such command, flag or
// argument, and otherwise what the command returns.
func (p *Program) Execute(ctx context.Context, arguments []string) error {
	ran := false
	root := p.root(&ran)
	root.SetArgs(arguments)
	err := root.ExecuteContext(ctx)
	switch {
	case errors.Is(err, errVersion):
		_, err = fmt.Fprintln(p.Stdout, p.Version)
		return err
	case err != nil && !ran:
		return UsageError{err}
	}
	return err
}

// Fields are the fields of a command; of the program, if it is nil.
func (p *Program) Fields(command *Command) []*Field {
	if command != nil {
		return fieldsOf(command.Fields)
	}
	common := fieldsOf(&shared{})
	if p.Version == "" {
		common = common[:1]
	}
	return append(common, fieldsOf(p.Flags)...)
}

// root makes the command of cobra that is the program; ran is set once a command line
// is found to be right.
func (p *Program) root(ran *bool) *cobra.Command {
	common := p.Fields(nil)
	root := &cobra.Command{
		Use: p.Name, SilenceErrors: true, SilenceUsage: true,
		// Without this, cobra has its own sentence for an unknown command.
		Args: func(_ *cobra.Command, arguments []string) error {
			switch {
			case version(common):
				return errVersion
			case len(arguments) > 0:
				return unknown("command "+arguments[0], arguments[0], p.names())
			}
			return fmt.Errorf("expected one of %s", strings.Join(p.names(), ", "))
		},
		RunE:              func(*cobra.Command, []string) error { return nil }, // so that cobra asks Args
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	root.SetOut(p.Stdout)
	root.SetErr(io.Discard) // errors are returned; what is left is for writers of completions
	register(root, root.PersistentFlags(), common)
	root.SetFlagErrorFunc(flagError)
	commands := p.all(root)
	for i := range commands {
		command := p.command(&commands[i], common, ran)
		root.AddCommand(command)
		if command.Name() == "help" {
			command.ValidArgsFunction = cobra.FixedCompletions(p.names(), cobra.ShellCompDirectiveNoFileComp)
			root.SetHelpCommand(command) // in place of cobra's
		}
	}
	root.SetHelpFunc(func(command *cobra.Command, _ []string) {
		at := slices.IndexFunc(commands, func(c Command) bool { return c.Name == command.Name() })
		if command == root {
			fmt.Fprint(p.Stdout, p.help(commands))
		} else if at >= 0 {
			fmt.Fprint(p.Stdout, p.helpOf(&commands[at]))
		}
	})
	return root
}

func (p *Program) names() []string {
	var names []string
	for _, command := range p.all(nil) {
		names = append(names, command.Name)
	}
	return names
}

func (p *Program) command(c *Command, common []*Field, ran *bool) *cobra.Command {
	fields := fieldsOf(c.Fields)
	var arguments []*Field
	flags := slices.Clone(common)
	for _, field := range fields {
		if field.Argument {
			arguments = append(arguments, field)
		} else {
			flags = append(flags, field)
		}
	}
	command := &cobra.Command{
		Use: c.Name, Short: c.Help,
		Args: func(_ *cobra.Command, words []string) error {
			if version(common) {
				return errVersion
			}
			return errors.Join(place(arguments, words), together(flags))
		},
		RunE: func(*cobra.Command, []string) error {
			*ran = true
			return c.Run()
		},
		ValidArgsFunction: completeArguments(arguments),
	}
	register(command, command.Flags(), flags[len(common):])
	return command
}

// register makes fields flags of a command.
func register(command *cobra.Command, set *pflag.FlagSet, fields []*Field) {
	addFlags(set, fields)
	for _, field := range fields {
		if field.Allowed != nil {
			// It fails for a flag that does not exist, or that has its values already.
			_ = command.RegisterFlagCompletionFunc(field.Name, cobra.FixedCompletions(field.Allowed, cobra.ShellCompDirectiveNoFileComp))
		}
	}
}

func addFlags(set *pflag.FlagSet, fields []*Field) {
	set.SortFlags = false
	for _, field := range fields {
		if field.Argument {
			continue
		}
		flag := set.VarPF(field, field.Name, field.Short, field.Help)
		if field.IsBool() {
			flag.NoOptDefVal = "true"
		}
	}
}

func version(common []*Field) bool {
	return slices.ContainsFunc(common, func(f *Field) bool { return f.Name == "version" && f.given })
}

// place gives the words of a command line to the arguments.
func place(arguments []*Field, words []string) error {
	for _, argument := range arguments {
		switch {
		case len(words) == 0 && !argument.optional:
			return fmt.Errorf("expected %q", argument.Usage())
		case len(words) == 0:
			return nil
		}
		mine := words[:1]
		if argument.many() {
			mine = words
		}
		for _, word := range mine {
			if err := argument.Set(word); err != nil {
				return fmt.Errorf("%s %w", argument.Usage(), err)
			}
		}
		words = words[len(mine):]
	}
	if len(words) > 0 {
		return fmt.Errorf("unexpected argument %s", words[0])
	}
	return nil
}

// together reports flags that are missing, and flags that exclude each other.
func together(flags []*Field) error {
	var missing []string
	given := map[string]string{}
	for _, flag := range flags {
		if flag.required && !flag.given {
			missing = append(missing, flag.Usage())
		}
		if flag.xor == "" || !flag.given {
			continue
		}
		if other := given[flag.xor]; other != "" {
			return fmt.Errorf("--%s and --%s can't be used together", other, flag.Name)
		}
		given[flag.xor] = flag.Name
	}
	if len(missing) > 0 {
		return fmt.Errorf("missing flags: %s", strings.Join(missing, ", "))
	}
	return nil
}

// flagError says what is wrong with a flag, and which one was probably meant.
func flagError(command *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return fmt.Errorf("--%s %w", invalid.GetFlag().Name, invalid.Unwrap())
	}
	var missing *pflag.NotExistError
	if !errors.As(err, &missing) {
		return err
	}
	if missing.GetSpecifiedShortnames() != "" {
		return fmt.Errorf("unknown flag -%s", missing.GetSpecifiedName())
	}
	var names []string
	command.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, "--"+flag.Name) })
	name := "--" + missing.GetSpecifiedName()
	return unknown("flag "+name, name, names)
}

func unknown(what, name string, known []string) error {
	if near := wording.Nearest(name, known); near != "" {
		return fmt.Errorf("unknown %s, did you mean %q?", what, near)
	}
	return fmt.Errorf("unknown %s", what)
}
