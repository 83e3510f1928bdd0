package worker

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/process"
)

// ScriptEnd is where and how a script failed.
type ScriptEnd struct {
	// Code and Signal are those of process.Exit. Both are 0 after a timeout.
	Code   int
	Signal string // such as SIGKILL; "" if the shell exited
	// Limit is the timeout that ended the script; 0 if none did.
	Limit time.Duration
	// Command is the number of the failed command among Commands, from 1; 0 if it is
	// unknown.
	Command, Commands int
	// Line is the failed line within the command, from 1.
	Line int
	// Text is the failed line, shortened, secrets masked.
	Text string
}

// String describes the command: "command 2 of 3: make test".
func (e *ScriptEnd) String() string {
	if e.Command == 0 {
		return ""
	}
	line := ""
	if e.Line > 1 {
		line = fmt.Sprintf(", line %d", e.Line)
	}
	return fmt.Sprintf("command %d of %d%s: %s", e.Command, e.Commands, line, e.Text)
}

// tracked is a script that notes where it is.
type tracked struct {
	text     string // of the script, without its header
	commands []string
	// first is the line of the first statement, where the script is until it notes
	// another; 0 if that is not known.
	first int
	notes bool // whether the script writes notes
}

const (
	// noteFunction keeps $? for the next command, and writes the line's number to a
	// file beside the script.
	noteFunction = `__attini_at() { set -- "$?" "$1"; command echo "$2" >|"$0` + noteSuffix + `"; return "$1"; }; `
	noteSuffix   = ".at"
	// maxNote is more than the bytes of a line's number.
	maxNote = 32
	// maxNested is the most that a script may have of what the parser descends
	// into. Scripts have less; hostile ones would exhaust the stack.
	maxNested = 5000
	// maxCommandText is how many bytes of a failed line are shown.
	maxCommandText = 200
)

// track adds notes to the commands: at the start of each statement on the top level
// that is the first of its line, the script notes the line. So the last note names
// the failed command however the script ends, also when it is killed. The parser
// decides where a statement starts, because a list item may end inside a quoted text
// or a here-document. The notes keep line numbers and $?.
func track(shell string, commands []string) tracked {
	t := tracked{text: strings.Join(commands, "\n") + "\n", commands: commands}
	starts := statements(shell, t.text)
	switch {
	case len(starts) > 0:
		t.first = starts[0].line
	case len(commands) == 1 && !strings.Contains(strings.Trim(commands[0], "\n"), "\n"):
		t.first = 1
	}
	if len(starts) < 2 {
		return t
	}
	var noted strings.Builder
	from := 0
	for _, start := range starts[1:] {
		noted.WriteString(t.text[from:start.offset])
		fmt.Fprintf(&noted, "{ __attini_at %d && :; } 2>/dev/null; ", start.line)
		from = start.offset
	}
	noted.WriteString(t.text[from:])
	t.text, t.notes = noted.String(), true
	return t
}

type statement struct{ offset, line int }

// statements returns where statements on the top level start a line; nil if the text
// is not understood with certainty.
func statements(shell, text string) (starts []statement) {
	language := syntax.LangPOSIX
	switch filepath.Base(shell) {
	case "bash":
		language = syntax.LangBash
	case "sh", "dash", "ash", "busybox":
		if strings.Contains(text, "$'") {
			return nil // a quote in some of these shells only
		}
	default:
		return nil
	}
	// The notes would change what these read.
	if strings.Contains(text, "PIPESTATUS") || strings.Contains(text, "$_") || strings.Contains(text, "${_") {
		return nil
	}
	nested := 0
	for _, opening := range []string{"(", "{", "`", "if", "while", "until", "for", "case", "&&", "||", "|"} {
		nested += strings.Count(text, opening)
	}
	if nested > maxNested {
		return nil
	}
	defer func() {
		if recover() != nil { // a fault of the parser's must not fail a job
			starts = nil
		}
	}()
	file, err := syntax.NewParser(syntax.Variant(language)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil
	}
	for _, s := range file.Stmts {
		offset := int(s.Pos().Offset())
		before := text[strings.LastIndexByte(text[:offset], '\n')+1 : offset]
		if strings.Trim(before, " \t") == "" {
			starts = append(starts, statement{offset, int(s.Pos().Line())})
		}
	}
	return starts
}

// end describes the end of a script whose file is at path.
func (t tracked) end(path string, environment []string, exit process.Exit) *ScriptEnd {
	end := &ScriptEnd{Code: exit.Code, Signal: exit.SignalName(), Commands: len(t.commands)}
	line := t.lastLine(path)
	if line == 0 {
		return end
	}
	for i, command := range t.commands {
		lines := strings.Count(command, "\n") + 1
		if line > lines {
			line -= lines
			continue
		}
		text := strings.TrimSpace(strings.Split(command, "\n")[line-1])
		end.Command, end.Line = i+1, line
		end.Text = shorten(string(joblog.NewMask(environment).Hide([]byte(text))))
		break
	}
	return end
}

// lastLine returns the line of the commands that ran last; 0 if it is unknown.
func (t tracked) lastLine(path string) int {
	if !t.notes {
		return t.first
	}
	note, err := readOutput(path+noteSuffix, maxNote)
	switch {
	case err != nil:
		return 0
	case len(note) == 0:
		return t.first
	}
	line, err := strconv.Atoi(strings.TrimSpace(string(note)))
	if err != nil || line < 1 || line > strings.Count(strings.Join(t.commands, "\n"), "\n")+1 {
		return 0 // the job wrote to the file
	}
	return line
}

// shorten cuts a text between characters.
func shorten(text string) string {
	if len(text) <= maxCommandText {
		return text
	}
	cut := maxCommandText
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
