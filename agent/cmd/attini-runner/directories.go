package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// directories are where the agent works, apart from all others.
type directories struct {
	disk string
	// memory is empty where the container has no shared memory to spare.
	memory string
}

// sharedMemory is where Linux has files in memory, and leastMemory how much of
// it must be free: room for the messages of twenty jobs.
const (
	sharedMemory    = "/dev/shm"
	minSharedMemory = 40 << 20
)

// nameDirectories chooses names that nothing else has, so that who removes the
// directories of a killed agent knows them before they are there.
func nameDirectories() directories {
	name := "attini-runner-" + rand.Text()
	d := directories{disk: filepath.Join(os.TempDir(), name)}
	var free syscall.Statfs_t
	if err := syscall.Statfs(sharedMemory, &free); err == nil && uint64(free.Bavail)*uint64(free.Bsize) >= minSharedMemory {
		d.memory = filepath.Join(sharedMemory, name)
	}
	return d
}

// make makes the directories. Without shared memory all is on disk.
func (d *directories) make() error {
	if d.memory != "" && os.Mkdir(d.memory, 0o700) != nil {
		d.memory = ""
	}
	if err := os.Mkdir(d.disk, 0o700); err != nil {
		return fmt.Errorf("make the agent's directory: %w", err)
	}
	return nil
}

func (d directories) remove() error {
	err := os.RemoveAll(d.disk)
	if d.memory != "" {
		err = errors.Join(err, os.RemoveAll(d.memory))
	}
	return err
}
