package releaseapi

import (
	"context"
	"io"
	"io/fs"
)

// File is a file of a store.
type File struct {
	// Path is the file's below the store's root, with slashes.
	Path string
	// Size is the file's, in bytes.
	Size int64
}

// Store holds releases. It is safe for concurrent use.
type Store interface {
	// List returns all files that may be a release's, in any order, and perhaps
	// others. It is an error if some of them are not known.
	List(ctx context.Context) ([]File, error)
}

// FileStore is a store of which the Handler itself serves the files.
type FileStore interface {
	Store
	// Open opens a listed file; the caller closes it. The error is an
	// fs.ErrNotExist when the file has gone since.
	Open(path string) (Content, error)
}

// Content is an open file.
type Content interface {
	io.ReadSeekCloser
	Stat() (fs.FileInfo, error)
}

// LinkStore is a store whose clients get the files from an address of their
// own.
type LinkStore interface {
	Store
	// Link returns the URL at which anybody gets a listed file, for some
	// minutes at least, with a request of the method: GET or HEAD.
	Link(ctx context.Context, method, path string) (string, error)
}
