//go:build unix && !linux

package workspace

import (
	"context"
	"errors"
)

// share does nothing: only Linux is asked to share blocks.
func share(int, int) error { return errors.ErrUnsupported }

// copyInKernel does nothing: only Linux copies from file to file.
func copyInKernel(context.Context, int, int) (bool, error) { return false, errors.ErrUnsupported }
