package main

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"strings"
)

// A release's build sets these; Go itself stamps others.
var version, commit string

func printVersion(s streams) error {
	_, err := fmt.Fprintln(s.stdout, versionLine())
	return err
}

func versionLine() string {
	number, revision := versions()
	return strings.TrimSpace("runnerctl " + number + " " + revision)
}

// versions are the program's version, and the commit that it is made of.
func versions() (number, revision string) {
	number, revision = version, commit
	if info, ok := debug.ReadBuildInfo(); ok && number == "" {
		number = info.Main.Version
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = setting.Value
			}
		}
	}
	return cmp.Or(number, "(devel)"), revision
}
