package process

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The size of a read grows up to half of the pipe, so that the processes can continue
// to write while Output is busy.
const (
	firstBuffer = 4 << 10
	pumpBuffer  = 128 << 10
)

// pump copies a pipe to a writer. Unlike io.Copy, it knows how many bytes have been read
// and written, and so when the bytes that were in the pipe at the leader's end have
// been delivered.
type pump struct {
	reader *os.File
	writer io.Writer
	// done is closed when no Write follows.
	done chan struct{}

	mu        sync.Mutex
	read      int64
	delivered int64
	marks     []mark
	err       error
}

// mark is reached when at bytes have been delivered.
type mark struct {
	at      int64
	reached chan struct{}
}

func newPump(reader *os.File, writer io.Writer) *pump {
	if writer == nil {
		writer = io.Discard
	}
	return &pump{reader: reader, writer: writer, done: make(chan struct{})}
}

// run copies until the last holder of the pipe has closed it, or until finish.
func (p *pump) run() {
	defer close(p.done)
	defer p.reader.Close()
	connection, err := p.reader.SyscallConn()
	if err != nil {
		p.fail(err)
		return
	}
	buffer := make([]byte, firstBuffer)
	for {
		n, err := p.fill(connection, buffer)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			p.fail(err)
		}
		if err != nil || n == 0 {
			return
		}
		p.deliver(buffer[:n])
		if n == len(buffer) && n < pumpBuffer {
			buffer = make([]byte, 2*n)
		}
	}
}

// fill reads and counts under one lock, so that mark sees each byte either in the pipe
// or in the count.
func (p *pump) fill(connection syscall.RawConn, buffer []byte) (n int, err error) {
	waitErr := connection.Read(func(fd uintptr) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for {
			n, err = unix.Read(int(fd), buffer)
			if err != unix.EINTR {
				break
			}
		}
		p.read += int64(max(n, 0))
		return err != unix.EAGAIN
	})
	if waitErr != nil {
		return 0, waitErr
	}
	return n, err
}

func (p *pump) deliver(chunk []byte) {
	if p.failure() == nil {
		n, err := p.writer.Write(chunk)
		if err == nil && n < len(chunk) {
			err = io.ErrShortWrite
		}
		if err != nil {
			p.fail(err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delivered += int64(len(chunk))
	waiting := p.marks[:0]
	for _, m := range p.marks {
		if m.at <= p.delivered {
			close(m.reached)
			continue
		}
		waiting = append(waiting, m)
	}
	p.marks = waiting
}

// mark returns a channel that is closed when all bytes that are in the pipe now have
// been delivered. It stays open if the pump ends before; see done.
func (p *pump) mark() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := mark{at: p.read + int64(p.pending()), reached: make(chan struct{})}
	if m.at <= p.delivered {
		close(m.reached)
	} else {
		p.marks = append(p.marks, m)
	}
	return m.reached
}

// pending returns the number of bytes in the pipe; 0 if it is closed.
func (p *pump) pending() (n int) {
	connection, err := p.reader.SyscallConn()
	if err != nil {
		return 0
	}
	// An error means a closed pipe, which holds nothing.
	controlErr := connection.Control(func(fd uintptr) {
		n, err = unix.IoctlGetInt(int(fd), bytesPending)
	})
	if controlErr != nil || err != nil {
		return 0
	}
	return n
}

// stallTimeout is how long, after the end of the tree, the writer may accept nothing
// before it is given up.
const stallTimeout = 10 * time.Second

// errOutputBlocked means that the writer has not returned in time.
var errOutputBlocked = errors.New("the output was blocked for 10 s after the end of the command; the rest is dropped")

// finish waits for the end of the copy. If a process out of reach still holds the pipe
// after drain, it waits for the bytes in the pipe and discards later ones. A blocked
// writer is given up: done is closed when its call returns.
func (p *pump) finish(drain time.Duration) {
	timer := time.NewTimer(drain)
	defer timer.Stop()
	select {
	case <-p.done:
		return
	case <-timer.C:
	}
	arrived := p.outlast(p.mark())
	// It fails only if the pipe is closed already.
	_ = p.reader.SetReadDeadline(time.Unix(1, 0))
	if arrived {
		arrived = p.outlast(nil)
	}
	if !arrived {
		p.fail(errOutputBlocked) // so that the bytes that were read are discarded
	}
}

// outlast waits for the mark or the end of the copy while the writer makes progress.
func (p *pump) outlast(mark <-chan struct{}) bool {
	timer := time.NewTimer(stallTimeout)
	defer timer.Stop()
	for before := p.taken(); ; {
		select {
		case <-p.done:
			return true
		case <-mark:
			return true
		case <-timer.C:
		}
		now := p.taken()
		if now == before {
			return false
		}
		before = now
		timer.Reset(stallTimeout)
	}
}

// taken returns how many bytes the writer has accepted.
func (p *pump) taken() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.delivered
}

func (p *pump) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
}

func (p *pump) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}
