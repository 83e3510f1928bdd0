package container

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/process"
)

// Tree is a script in the container with all its processes. The engine's client passes
// on no signal, so they are ended by a cookie in their environment.
type Tree struct {
	*process.Tree
	container           *Container
	command             process.Command
	cookie, environment string
	inside              sync.Once
}

const (
	// enterScript sets the environment and becomes the script's shell. Values are in a
	// file: the engine's arguments can be seen by all users of the machine, and its own
	// files of variables have no line breaks.
	enterScript = `. "$1"; shift; exec "$@"`
	// look is the time between two looks of process.EndScript, killLooks how often it
	// looks for killed processes.
	look      = 50 * time.Millisecond
	killLooks = 100
)

// Start starts a command in the container, whose Path, Dir, Args and Env are the
// container's. See process.Program.Start.
func (c *Container) Start(command process.Command, service bool) (*Tree, error) {
	t := &Tree{container: c, command: command, cookie: rand.Text()}
	var err error
	if t.environment, err = writeEnvironment(c.settings.Directory, append(command.Env, process.CookieVariable+"="+t.cookie)); err != nil {
		return nil, fmt.Errorf("write the environment: %w", err)
	}
	if err := c.lend(command.Dir); err != nil {
		return nil, errors.Join(err, os.Remove(t.environment))
	}
	client := command
	client.Path, client.Dir, client.Env = c.settings.Engine, "", os.Environ()
	client.Args = append([]string{"exec", "--workdir", command.Dir, c.settings.Name, "sh", "-c", enterScript, "sh", t.environment, command.Path}, command.Args...)
	if t.Tree, err = c.settings.Program.Start(client, service); err != nil {
		return nil, errors.Join(err, os.Remove(t.environment))
	}
	return t, nil
}

// Wait waits as process.Tree.Wait does.
func (t *Tree) Wait(ctx context.Context) (process.Exit, error) {
	stop := context.AfterFunc(ctx, t.endInside) // the client ends then
	exit, err := t.Tree.Wait(context.WithoutCancel(ctx))
	if !stop() {
		t.endInside()
		return exit, errors.Join(context.Cause(ctx), err)
	}
	return exit, err
}

// End ends the tree as process.Tree.End does.
func (t *Tree) End() {
	t.endInside()
	t.Tree.End()
}

// endInside ends the processes in the container.
func (t *Tree) endInside() {
	t.inside.Do(func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() {
			select {
			case <-t.command.KillNow:
				cancel()
			case <-ctx.Done():
			}
		}()
		if t.signal(ctx, "TERM", int(t.command.Grace/look)) != nil {
			_ = t.signal(context.Background(), "KILL", killLooks) // the container's removal ends what is left
		}
		_ = os.Remove(t.environment) // the directory goes soon
		t.container.giveBack(t.container.part(t.command.Dir))
	})
}

func (t *Tree) signal(ctx context.Context, name string, looks int) error {
	return t.container.engine(ctx, "exec", t.container.settings.Name, "sh", "-c", process.EndScript, "sh", name, t.cookie, strconv.Itoa(max(looks, 1)))
}

// part is the entry of the mounted directory that a path is in.
func (c *Container) part(path string) string {
	below, err := filepath.Rel(c.settings.Directory, path)
	if err != nil || below == "." {
		return path
	}
	first, _, _ := strings.Cut(below, string(filepath.Separator))
	return filepath.Join(c.settings.Directory, first)
}

// lend lets the container's user use a script's files, if it is neither root nor the
// files' owner. Others cannot reach them: the directory above is its owner's.
func (c *Container) lend(directory string) error {
	if owner, _, _ := strings.Cut(c.owner, ":"); c.user == "0" || c.user == owner {
		return nil
	}
	return filepath.WalkDir(c.settings.Directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != c.settings.Directory && c.part(path) != c.part(directory) {
			return fs.SkipDir // another job's
		}
		info, err := entry.Info()
		if err != nil || info.Mode()&fs.ModeSymlink != 0 {
			return err
		}
		mode := info.Mode().Perm() | 0o666
		if entry.IsDir() || mode&0o100 != 0 {
			mode |= 0o111
		}
		return os.Chmod(path, mode)
	})
}

// writeEnvironment writes variables as a script for any sh. A shell may have variables
// that cannot be set, such as UID.
func writeEnvironment(directory string, variables []string) (path string, err error) {
	var text strings.Builder
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		fmt.Fprintf(&text, "command export %s='%s' 2>/dev/null || :\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	path = filepath.Join(directory, "environment-"+rand.Text())
	return path, os.WriteFile(path, []byte(text.String()), 0o600)
}
