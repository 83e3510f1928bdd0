package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// directories are the agent's own directories.
type directories struct {
	disk string
	// memory is empty if the container has too little shared memory.
	memory string
}

// sharedMemory is Linux's directory for files in memory. minSharedMemory of it must
// be free: room for the messages of twenty jobs.
const (
	sharedMemory    = "/dev/shm"
	minSharedMemory = 40 << 20
)

// nameDirectories chooses unique names, so that the orphan reaper knows the
// directories before they exist.
func nameDirectories() directories {
	name := "attini-runner-" + rand.Text()
	d := directories{disk: filepath.Join(os.TempDir(), name)}
	var free syscall.Statfs_t
	if err := syscall.Statfs(sharedMemory, &free); err == nil && uint64(free.Bavail)*uint64(free.Bsize) >= minSharedMemory {
		d.memory = filepath.Join(sharedMemory, name)
	}
	return d
}

// make creates the directories. Without shared memory, all files are on disk.
func (d *directories) make() error {
	if d.memory != "" && os.Mkdir(d.memory, 0o700) != nil {
		d.memory = ""
	}
	if err := os.Mkdir(d.disk, 0o700); err != nil {
		return fmt.Errorf("create the agent's directory: %w", err)
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
