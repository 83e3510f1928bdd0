package main

import (
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"sync"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"

	"github.com/attini-go/runner/agent/worker"
)

// wantsColour: on a terminal only, and not against the user's NO_COLOR.
func wantsColour(file *os.File) bool {
	return isatty.IsTerminal(file.Fd()) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// painter colours text, or leaves it as it is.
type painter bool

func (p painter) paint(text string, attributes ...color.Attribute) string {
	c := color.New(attributes...)
	c.DisableColor()
	if p {
		c.EnableColor()
	}
	return c.Sprint(text)
}

// console writes the jobs' lines, each behind its step's name. A step keeps
// its colour, so that parallel jobs can be told apart.
type console struct {
	mu      sync.Mutex
	w       io.Writer
	painter painter
}

var _ worker.Log = (*console)(nil)

// Write implements worker.Log.
func (c *console) Write(line worker.Line) {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(line.Step)) // a hash cannot fail
	colours := [...]color.Attribute{color.FgCyan, color.FgMagenta, color.FgBlue, color.FgYellow, color.FgGreen}
	name := c.painter.paint(line.Step, colours[hash.Sum32()%uint32(len(colours))])
	c.printf("%s | %s\n", name, line.Text)
}

func (c *console) printf(format string, arguments ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(c.w, format, arguments...)
}
