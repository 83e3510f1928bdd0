package main

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"strings"
)

// A release's build sets these; Go itself stamps others.
var version, commit string

type versionCommand struct{}

// Run implements kong's command.
func (versionCommand) Run(s streams) error {
	name, revision := version, commit
	if info, ok := debug.ReadBuildInfo(); ok && name == "" {
		name = info.Main.Version
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = setting.Value
			}
		}
	}
	_, err := fmt.Fprintln(s.stdout, strings.TrimSpace("runnerctl "+cmp.Or(name, "(devel)")+" "+revision))
	return err
}
