package main

import (
	"os"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"
)

// isScreen reports whether a file is a terminal that can be drawn on.
func isScreen(file *os.File) bool {
	return isatty.IsTerminal(file.Fd()) && os.Getenv("TERM") != "dumb"
}

// wantsColour decides about colours: the flag first, then NO_COLOR, FORCE_COLOR and
// CLICOLOR_FORCE, then whether there is a terminal.
func wantsColour(flag string, screen bool, environment func(string) string) bool {
	isSet := func(name string) bool { value := environment(name); return value != "" && value != "0" }
	switch {
	case flag == "always":
		return true
	case flag == "never", environment("NO_COLOR") != "":
		return false
	case isSet("FORCE_COLOR"), isSet("CLICOLOR_FORCE"):
		return true
	default:
		return screen && environment("FORCE_COLOR") != "0"
	}
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
