package commandline

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type known struct {
	Parameter map[string]string `help:"A value. Repeatable." placeholder:"NAME=VALUE"`
}

type everything struct {
	File string   `arg:"" help:"The file."`
	Rest []string `arg:"" optional:"" help:"More files."`
	known
	Format      string   `help:"How to print." enum:"text,json" default:"text"`
	Step        []string `help:"A step. Repeatable." placeholder:"NAME" xor:"start"`
	Resume      bool     `help:"Go on." xor:"start"`
	Keep        bool     `help:"Keep it." default:"true" negatable:"Do not keep it."`
	MinCoverage int      `help:"At least this." short:"m" placeholder:"PERCENT"`
	Internal    string
}

// Help is the longer part of the command's help.
func (everything) Help() string { return "More about all." }

var errRun = errors.New("it failed")

func execute(arguments ...string) (given *everything, output string, err error) {
	given = &everything{}
	var common struct {
		Color string `help:"Colours." enum:"auto,never" default:"auto"`
	}
	var must struct {
		Releases string `help:"The directory." required:"" placeholder:"DIR"`
	}
	var stdout bytes.Buffer
	program := Program{Name: "tool", Help: "A tool.", Version: "tool 1.2.3", Flags: &common, Stdout: &stdout, Columns: 60, Commands: []Command{
		{Name: "all", Help: "Do all.", Fields: given, Run: func() error { return nil }},
		{Name: "serve", Help: "Serve.", Fields: &must, Run: func() error { return nil }},
		{Name: "fail", Help: "Fail.", Run: func() error { return errRun }},
	}}
	err = program.Execute(context.Background(), arguments)
	return given, stdout.String(), err
}

func TestValues(t *testing.T) {
	t.Parallel()
	given, _, err := execute("all", "--parameter", "A=b,c=d", "--color=never", "a.yaml", "-m7", "--step=x,y", "-", "--step", "z", "--parameter=E=", "--no-keep", "--", "--format")
	require.NoError(t, err)
	assert.Equal(t, &everything{
		File: "a.yaml", Rest: []string{"-", "--format"}, known: known{Parameter: map[string]string{"A": "b,c=d", "E": ""}},
		Format: "text", Step: []string{"x,y", "z"}, MinCoverage: 7,
	}, given)

	given, _, err = execute("--color", "never", "all", "a", "--keep=false", "--keep")
	require.NoError(t, err)
	assert.True(t, given.Keep, "the last one counts")
}

// TestMistakes: each is said in one sentence, with what was probably meant.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for want, arguments := range map[string][]string{
		`unknown command serv, did you mean "serve"?`:               {"serv"},
		`expected one of all, serve, fail, completion, help`:        nil,
		`unknown command quux`:                                      {"quux"},
		`unknown command srve, did you mean "serve"?`:               {"help", "srve"},
		`unknown flag --formt, did you mean "--format"?`:            {"all", "a", "--formt", "json"},
		`unknown flag --colour, did you mean "--color"?`:            {"--colour=never", "all", "a"},
		`unknown flag -z`:                                           {"all", "a", "-z"},
		`expected "<file>"`:                                         {"all"},
		`unexpected argument a`:                                     {"serve", "--releases", "x", "a"},
		`missing flags: --releases=DIR`:                             {"serve"},
		`flag needs an argument: --step`:                            {"all", "a", "--step"},
		`--format must be one of "text","json" but got "yaml"`:      {"all", "a", "--format=yaml"},
		`--min-coverage must be a whole number but got "x"`:         {"all", "a", "-m", "x"},
		`--resume must be true or false but got "x"`:                {"all", "a", "--resume=x"},
		`--parameter must be NAME=VALUE but got "x"`:                {"all", "a", "--parameter", "x"},
		`--step and --resume can't be used together`:                {"all", "a", "--resume", "--step", "b"},
		`<shell> must be one of "bash","zsh","fish" but got "tcsh"`: {"completion", "tcsh"},
	} {
		_, output, err := execute(arguments...)
		require.EqualError(t, err, want)
		require.ErrorAs(t, err, new(UsageError))
		assert.Empty(t, output)
	}
	_, _, err := execute("fail")
	require.ErrorIs(t, err, errRun)
	assert.NotErrorAs(t, err, new(UsageError), "of the command, not of the command line")
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	for _, arguments := range [][]string{{"--help"}, {"-h"}, {"help"}} {
		_, output, err := execute(arguments...)
		require.NoError(t, err)
		assert.Equal(t, `Usage: tool <command> [flags]

A tool.

Flags:
  -h, --help               Explain the command.
      --version            Print the version.
      --color auto|never   Colours. (default auto)

Commands:
  all         Do all.
  serve       Serve.
  fail        Fail.
  completion  Print a script that completes commands and
              flags in bash, zsh or fish.
  help        Explain a command.

Run "tool <command> --help" for more information on a command.
`, output, arguments)
	}
	for _, arguments := range [][]string{{"help", "all"}, {"all", "--help"}, {"all", "a", "b", "-h"}} {
		_, output, err := execute(arguments...)
		require.NoError(t, err)
		assert.Equal(t, `Usage: tool all <file> [<rest> ...] [flags]

Do all.

More about all.

Arguments:
  <file>        The file.
  [<rest> ...]  More files.

Flags:
  -h, --help                   Explain the command.
      --version                Print the version.
      --color auto|never       Colours. (default auto)
      --parameter NAME=VALUE   A value. Repeatable.
      --format text|json       How to print. (default text)
      --step NAME              A step. Repeatable.
      --resume                 Go on.
      --keep                   Keep it. (default true)
      --no-keep                Do not keep it.
  -m, --min-coverage PERCENT   At least this.
`, output, arguments)
	}
	for _, arguments := range [][]string{{"--version"}, {"all", "--version"}, {"serve", "--version"}} {
		_, output, err := execute(arguments...)
		require.NoError(t, err)
		assert.Equal(t, "tool 1.2.3\n", output)
	}
}

// TestCompletes asks as the shells' scripts do.
func TestCompletes(t *testing.T) {
	t.Parallel()
	for want, arguments := range map[string][]string{
		"serve\tServe.\n:4\n":                  {"ser"},
		"--min-coverage\tAt least this.\n:4\n": {"all", "a", "--min"},
		"text\njson\n:4\n":                     {"all", "--format", ""},
		":0\n":                                 {"all", "a"},
		":4\n":                                 {"fail", ""},
		"bash\nzsh\nfish\n:4\n":                {"completion", ""},
		"all\nserve\nfail\ncompletion\nhelp\n:4\n": {"help", ""},
	} {
		_, output, err := execute(append([]string{"__complete"}, arguments...)...)
		require.NoError(t, err)
		assert.Equal(t, want, output, arguments)
	}
}
