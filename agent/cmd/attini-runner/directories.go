package main

import (
	"errors"
	"fmt"
	"os"
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
	sharedMemory = "/dev/shm"
	leastMemory  = 40 << 20
)

func makeDirectories() (d directories, err error) {
	if d.disk, err = os.MkdirTemp("", "attini-runner-"); err != nil {
		return d, fmt.Errorf("make the agent's directory: %w", err)
	}
	var free syscall.Statfs_t
	if err := syscall.Statfs(sharedMemory, &free); err == nil && uint64(free.Bavail)*uint64(free.Bsize) >= leastMemory {
		if made, err := os.MkdirTemp(sharedMemory, "attini-runner-"); err == nil {
			d.memory = made
		}
	}
	return d, nil
}

func (d directories) remove() error {
	var err error
	if d.disk != "" {
		err = os.RemoveAll(d.disk)
	}
	if d.memory != "" {
		err = errors.Join(err, os.RemoveAll(d.memory))
	}
	return err
}
