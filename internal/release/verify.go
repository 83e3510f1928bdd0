package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Verify reads the release's files from a store and checks them: each artifact
// against its checksum and, if the release is signed, its signature, and each
// program against its bill of materials. With a verifier, what is not signed is
// an error; without one, what is signed is, since nobody would have checked it.
// The error names all that is wrong. The files are in order of publication.
func (r *Release) Verify(ctx context.Context, store Store, verifier *Verifier) ([]File, error) {
	var files, last []File
	var problems []string
	for _, path := range r.artifacts() {
		found, err := read(ctx, store, path, path+signatureSuffix, path+checksumSuffix)
		if err != nil {
			return nil, fmt.Errorf("verify %s in %s: %w", r.version, store, err)
		}
		problems = append(problems, check(path, found, verifier)...)
		for _, name := range []string{path, path + signatureSuffix, path + checksumSuffix} {
			data, there := found[name]
			switch {
			case !there:
			case makesVisible(name):
				last = append(last, File{name, data})
			default:
				files = append(files, File{name, data})
			}
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("verify %s in %s: this is not the release as it was made; do not use it:\n  %s", r.version, store, strings.Join(problems, "\n  "))
	}
	return append(files, last...), nil
}

// read reads those of the files that are there.
func read(ctx context.Context, store Store, paths ...string) (map[string][]byte, error) {
	found := map[string][]byte{}
	for _, path := range paths {
		data, err := store.Get(ctx, path)
		switch {
		case err == nil:
			found[path] = data
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
	}
	return found, nil
}

// check returns what is wrong with an artifact and the files beside it.
func check(path string, found map[string][]byte, verifier *Verifier) []string {
	data, there := found[path]
	if !there {
		return []string{path + " is missing"}
	}
	var problems []string
	artifact := File{path, data}
	if beside, there := found[path+checksumSuffix]; !there {
		problems = append(problems, path+checksumSuffix+" is missing")
	} else if want := checksum(artifact); !bytes.Equal(beside, want.Data) {
		problems = append(problems, fmt.Sprintf("%s has the SHA-256 %s, and %s says %.80q", path, artifact.Sum(), want.Path, beside))
	}
	signature, signed := found[path+signatureSuffix]
	switch {
	case signed && verifier == nil:
		problems = append(problems, path+" is signed, and there is no public key to check that with")
	case !signed && verifier != nil:
		problems = append(problems, path+" is not signed")
	case signed:
		if err := verifier.verify(artifact, File{path + signatureSuffix, signature}); err != nil {
			problems = append(problems, err.Error())
		}
	}
	return problems
}
