package main

import (
	"fmt"
	"strconv"
	"strings"
)

// version and commit are set by the linker. The framework's launcher requires at
// least 2.0.2.
var (
	version = "2.1.0"
	commit  = "unknown"
)

// checkVersion returns an error if the agent is older than the launcher requires.
// Three numbers count; the text after a hyphen does not.
func checkVersion(own, wanted string) error {
	if wanted == "" {
		return nil
	}
	mine, err := numbers(own)
	if err != nil {
		return fmt.Errorf("read the agent's version: %w", err)
	}
	least, err := numbers(wanted)
	if err != nil {
		return fmt.Errorf("read the version that is required: %w", err)
	}
	for i, number := range least {
		switch {
		case mine[i] > number:
			return nil
		case mine[i] < number:
			return fmt.Errorf("the agent's version is %s, but the launcher requires %s; install a newer attini-runner in the image, or remove it so that the launcher installs it", own, wanted)
		}
	}
	return nil
}

func numbers(text string) (parts [3]int, err error) {
	plain, _, _ := strings.Cut(text, "-")
	fields := strings.Split(plain, ".")
	if len(fields) < len(parts) {
		return parts, fmt.Errorf("%q is not a version of three numbers", text)
	}
	for i := range parts {
		if parts[i], err = strconv.Atoi(fields[i]); err != nil {
			return parts, fmt.Errorf("%q is not a version of three numbers", text)
		}
	}
	return parts, nil
}
