package workspace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// The functions below name files relative to an open directory and never follow a
// link. A distribution has thousands of files, so they are system calls: os.File
// would make twice as many.

// openBelow opens a directory.
func openBelow(directory *os.File, name string) (*os.File, error) {
	fd, err := again(func() (int, error) {
		return unix.Openat(fdOf(directory), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// makeBelow creates a directory with mode 0700 and opens it.
func makeBelow(directory *os.File, name string) (*os.File, error) {
	if err := unix.Mkdirat(fdOf(directory), name, 0o700); err != nil {
		return nil, err
	}
	return openBelow(directory, name)
}

// copyLink copies a symbolic link.
func copyLink(p pair, name string) error {
	for size := 256; ; size *= 2 {
		buffer := make([]byte, size)
		n, err := unix.Readlinkat(fdOf(p.from), name, buffer)
		if err != nil {
			return err
		}
		if n < size {
			return unix.Symlinkat(string(buffer[:n]), fdOf(p.to), name)
		}
	}
}

// fdOf returns the descriptor of a directory, which stays open while its copier uses
// it.
func fdOf(directory *os.File) int { return int(directory.Fd()) }

// again repeats a call that a signal interrupts.
func again(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// fileCopier copies files in the fastest way that their file system allows.
type fileCopier struct {
	// noSharing and noCopying mean that the kernel cannot do it here.
	noSharing, noCopying bool
	buffer               []byte
}

// holdForks keeps this program from starting processes until release is called, if
// mode is that of an executable. A new process inherits all descriptors for a
// moment, and the kernel refuses to run a file that is open for writing ("Text file
// busy"). So the start of another job could keep a job from running a file of its
// distribution.
func holdForks(mode fs.FileMode) (release func()) {
	if mode&0o111 == 0 {
		return func() {}
	}
	syscall.ForkLock.RLock()
	return syscall.ForkLock.RUnlock
}

// fewBytes is the size up to which a read and a write are faster than
// copy_file_range.
const fewBytes = 128 << 10

// copy copies a regular file with its mode. It never replaces a file.
func (c *fileCopier) copy(ctx context.Context, p pair, name string) (err error) {
	from, err := again(func() (int, error) {
		return unix.Openat(fdOf(p.from), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unix.Close(from)) }()
	var info unix.Stat_t
	if err := unix.Fstat(from, &info); err != nil {
		return err
	}
	if info.Mode&unix.S_IFMT != unix.S_IFREG {
		return errors.New("it is no longer a regular file")
	}
	mode := uint32(fs.FileMode(info.Mode).Perm())
	defer holdForks(fs.FileMode(mode))()
	to, err := again(func() (int, error) {
		return unix.Openat(fdOf(p.to), name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, mode|0o200)
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unix.Close(to)) }()
	if err := c.content(ctx, to, from, info.Size); err != nil {
		return err
	}
	return unix.Fchmod(to, mode) // regardless of the umask
}

func (c *fileCopier) content(ctx context.Context, to, from int, size int64) error {
	if size == 0 {
		return nil
	}
	if !c.noSharing {
		if share(to, from) == nil {
			return nil
		}
		c.noSharing = true
	}
	if size > fewBytes && !c.noCopying {
		copied, err := copyInKernel(ctx, to, from)
		if err == nil || ctx.Err() != nil || copied {
			return err
		}
		c.noCopying = true
	}
	if c.buffer == nil {
		c.buffer = make([]byte, fewBytes)
	}
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := again(func() (int, error) { return unix.Read(from, c.buffer) })
		if err != nil || n == 0 {
			return err
		}
		for part := c.buffer[:n]; len(part) > 0; {
			written, err := again(func() (int, error) { return unix.Write(to, part) })
			if err != nil {
				return err
			}
			part = part[written:]
		}
	}
}
