package main

import (
	"fmt"
	"strconv"
	"strings"
)

// version and commit are stamped in by the linker. The launcher of the original
// framework wants 2.0.2 at least.
var (
	version = "2.1.0"
	commit  = "unknown"
)

// checkVersion reports an agent that is older than the launcher wants. As for
// the original, three numbers count, and what follows a hyphen does not.
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
			return fmt.Errorf("the agent's version is %s, but %s is required; install a newer attini-runner in the image, or none, so that it is installed at the start", own, wanted)
		}
	}
	return nil
}

func numbers(text string) (parts [3]int, err error) {
	plain, _, _ := strings.Cut(text, "-")
	fields := strings.Split(plain, ".")
	if len(fields) < len(parts) {
		return parts, fmt.Errorf("%q has no three numbers", text)
	}
	for i := range parts {
		if parts[i], err = strconv.Atoi(fields[i]); err != nil {
			return parts, fmt.Errorf("%q has no three numbers", text)
		}
	}
	return parts, nil
}
