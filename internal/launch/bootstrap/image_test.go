package bootstrap_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/bootstrap"
)

// The tools that a download takes besides curl or wget.
var downloading = []string{"uname", "mktemp", "chmod", "sleep", "rm", "sha256sum"}

// image is a container's image for tests of the bootstrap: a directory that
// holds a shell and tools, with their libraries and nothing else, and becomes
// the root of what is run. A container has a user without privileges, its shell
// is process 1, and PATH has the tools that are chosen for it. Where user
// namespaces are not allowed, it has only its PATH.
type image struct {
	root string
	// isolated says that the directory is the container's root.
	isolated bool
	// applets says that the shell has the tools built in, whatever PATH says.
	applets    bool
	containers *atomic.Int64
}

// eachShell runs a test with an image for each of the shells that are /bin/sh
// in images: Debian's, Amazon Linux's and Alpine's, if it is there.
func eachShell(t *testing.T, test func(t *testing.T, i image)) {
	t.Helper()
	for _, shell := range []string{"dash", "bash", "busybox"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(shell); err != nil {
				t.Skipf("%s is not installed here", shell)
			}
			test(t, newImage(t, shell))
		})
	}
}

func newImage(t *testing.T, shell string) image {
	t.Helper()
	i := image{root: t.TempDir(), containers: &atomic.Int64{}}
	trial := exec.CommandContext(t.Context(), "/bin/sh", "-c", ":")
	trial.SysProcAttr = isolation("/")
	i.isolated = trial.Run() == nil
	for _, folder := range []string{"bin", "dev", "tools", "containers"} {
		require.NoError(t, os.Mkdir(i.path(folder), 0o700))
	}
	if i.isolated && syscall.Mknod(i.path("dev/null"), syscall.S_IFCHR|0o666, 1<<8|3) != nil {
		require.NoError(t, os.WriteFile(i.path("dev/null"), nil, 0o600)) // who may not make devices
	}
	i.install(t, shell, "bin/sh")
	i.applets = i.run(t, container{probe: "command -v wget"}).code == 0
	for _, tool := range append([]string{"curl", "wget", "openssl", "busybox", "ls"}, downloading...) {
		if _, err := exec.LookPath(tool); err == nil {
			i.install(t, tool, "tools/"+tool)
		}
	}
	return i
}

// isolation has a process without privileges be process 1 below a root.
func isolation(root string) *syscall.SysProcAttr {
	const user = 1000
	return &syscall.SysProcAttr{
		Chroot: root, Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: user, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: user, HostID: os.Getgid(), Size: 1}},
	}
}

func (i image) path(name string) string { return filepath.Join(i.root, name) }

// inside is how a container calls a path of the test's.
func (i image) inside(path string) string {
	if i.isolated {
		return strings.TrimPrefix(path, i.root)
	}
	return path
}

// install puts a program of this machine into the image, with its libraries.
func (i image) install(t *testing.T, program, name string) {
	t.Helper()
	found, err := exec.LookPath(program)
	require.NoError(t, err)
	if !i.isolated {
		require.NoError(t, os.Symlink(found, i.path(name)))
		return
	}
	i.copy(t, found, name)
	libraries, _ := exec.CommandContext(t.Context(), "ldd", found).Output() // fails of a static program
	for _, field := range strings.Fields(string(libraries)) {
		if _, err := os.Stat(i.path(field)); strings.HasPrefix(field, "/") && errors.Is(err, os.ErrNotExist) {
			i.copy(t, field, field)
		}
	}
}

func (i image) copy(t *testing.T, from, to string) {
	t.Helper()
	source, err := os.Open(from)
	require.NoError(t, err)
	defer source.Close()
	i.write(t, source, to)
}

// write writes a program. Meanwhile no test may start a process, which would
// have the file open for a moment: the kernel runs no file that is written to.
func (i image) write(t *testing.T, from io.Reader, to string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(i.path(to)), 0o700))
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	target, err := os.OpenFile(i.path(to), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o700)
	require.NoError(t, err)
	_, err = io.Copy(target, from)
	assert.NoError(t, err)
	require.NoError(t, target.Close())
}

// container is what varies between containers of an image.
type container struct {
	agent bootstrap.Agent
	shell bootstrap.Shell
	// tools are on PATH, by their names or as "name=tool".
	tools []string
	// programs are on PATH too: names and texts.
	programs map[string]string
	// environment is that besides PATH. TMPDIR is a directory for the
	// container alone, unless it is set here.
	environment []string
	// binary is an agent's file that is on PATH.
	binary string
	// probe is a script in place of the bootstrap.
	probe string
	// stdout gets what is written to standard output, in place of ended.
	stdout io.Writer
}

// ended is how a container ended.
type ended struct {
	code           int
	stdout, stderr string
	// left are the files in its TMPDIR.
	left []string
	took time.Duration
}

// run runs a container until it ends.
func (i image) run(t *testing.T, c container) ended {
	t.Helper()
	return i.start(t, c).wait(t)
}

// running is a container that runs.
type running struct {
	*exec.Cmd
	stdout, stderr *bytes.Buffer
	temporary      string
	began          time.Time
}

func (i image) start(t *testing.T, c container) running {
	t.Helper()
	at := i.path("containers/" + strconv.FormatInt(i.containers.Add(1), 10))
	path, temporary := at+"/path", at+"/temporary"
	require.NoError(t, os.MkdirAll(path, 0o700))
	require.NoError(t, os.Mkdir(temporary, 0o700))
	for _, tool := range c.tools {
		name, program, other := strings.Cut(tool, "=")
		if !other {
			program = name
		}
		require.NoError(t, os.Symlink(i.inside(i.path("tools/"+program)), filepath.Join(path, name)))
	}
	for _, name := range slices.Sorted(maps.Keys(c.programs)) {
		i.write(t, strings.NewReader(c.programs[name]), strings.TrimPrefix(path, i.root)+"/"+name)
	}
	if c.binary != "" {
		i.copy(t, c.binary, strings.TrimPrefix(path, i.root)+"/attini-runner")
	}
	// A test that hangs ends before go test does.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	argv := c.shell.Command(c.agent)
	require.Equal(t, "/bin/sh", argv[0])
	if c.probe != "" {
		argv[2] = c.probe
	}
	command := exec.CommandContext(ctx, i.inside(i.path(argv[0])), argv[1:]...)
	command.Env = append([]string{"PATH=" + i.inside(path), "TMPDIR=" + i.inside(temporary)}, c.environment...)
	if i.isolated {
		command.SysProcAttr, command.Dir = isolation(i.root), "/"
	}
	r := running{Cmd: command, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, temporary: temporary, began: time.Now()}
	command.Stdout, command.Stderr = r.stdout, r.stderr
	if c.stdout != nil {
		command.Stdout = c.stdout
	}
	require.NoError(t, command.Start())
	return r
}

func (r running) wait(t *testing.T) ended {
	t.Helper()
	err := r.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	e := ended{code: r.ProcessState.ExitCode(), stdout: r.stdout.String(), stderr: r.stderr.String(), took: time.Since(r.began)}
	files, err := os.ReadDir(r.temporary)
	require.NoError(t, err)
	for _, file := range files {
		e.left = append(e.left, file.Name())
	}
	return e
}

// refused asserts that no agent was started, with an exit code that is explained
// and a reason, and that nothing is left behind.
func (e ended) refused(t *testing.T, code int, says ...string) {
	t.Helper()
	assert.Equal(t, code, e.code, e.stderr)
	assert.NotEmpty(t, bootstrap.ExitReason(e.code))
	lines := strings.Split(strings.TrimSuffix(e.stderr, "\n"), "\n")
	assert.Regexp(t, "^attini-bootstrap: ", lines[len(lines)-1])
	for _, text := range says {
		assert.Contains(t, e.stderr, text)
	}
	assert.Empty(t, e.stdout, "no agent has run")
	assert.Empty(t, e.left)
}
