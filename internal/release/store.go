package release

import "context"

// File is a file of a release.
type File struct {
	// Path is where it is in a store, with slashes.
	Path string
	Data []byte
}

// Store is where releases are published. Nothing in it is ever changed.
type Store interface {
	// Get returns a file's content. The error is an fs.ErrNotExist if there is
	// none.
	Get(ctx context.Context, path string) ([]byte, error)
	// Add adds a file, whole or not at all. The error is an fs.ErrExist if there
	// is one already, also one that was added at the same time.
	Add(ctx context.Context, file File) error
	// String is the store in a sentence.
	String() string
}
