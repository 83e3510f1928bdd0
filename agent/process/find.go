package process

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// find is the executable of a command. Unlike package exec it looks for it
// where the command itself would: in the PATH that the command is given.
func find(command Command) (string, error) {
	if strings.ContainsRune(command.Path, filepath.Separator) {
		return command.Path, nil
	}
	for i := len(command.Env) - 1; i >= 0; i-- { // the last one counts
		if list, is := strings.CutPrefix(command.Env[i], "PATH="); is {
			return findIn(filepath.SplitList(list), command.Path)
		}
	}
	return exec.LookPath(command.Path)
}

// findIn passes over relative directories: whoever can write to the working
// directory could choose the program.
func findIn(directories []string, name string) (string, error) {
	for _, directory := range directories {
		if !filepath.IsAbs(directory) || name == "" {
			continue
		}
		if path, err := exec.LookPath(filepath.Join(directory, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: it is in no absolute directory of the command's PATH", exec.ErrNotFound)
}
