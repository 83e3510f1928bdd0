package main

import (
	"fmt"
	"runtime/debug"
)

type versionCommand struct{}

// Run implements kong's command. Go stamps version and commit into the binary.
func (versionCommand) Run(s streams) error {
	version, commit := "(devel)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				commit = " " + setting.Value
			}
		}
	}
	_, err := fmt.Fprintf(s.stdout, "runnerctl %s%s\n", version, commit)
	return err
}
