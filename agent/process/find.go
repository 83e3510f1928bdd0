package process

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// find returns the path of a command's executable. Unlike package exec, it searches the
// PATH in the command's own environment.
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

// findIn skips relative directories: a file in the working directory must not become
// the program.
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
