//go:build unix && !linux

package workspace

import (
	"context"
	"errors"
)

// share is only implemented for Linux.
func share(int, int) error { return errors.ErrUnsupported }

// copyInKernel is only implemented for Linux.
func copyInKernel(context.Context, int, int) (bool, error) { return false, errors.ErrUnsupported }
