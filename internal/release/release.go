package release

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path"
	"path/filepath"
)

// Release is a version of the project's programs.
type Release struct {
	version  string
	programs []Program
}

// New names a release. A version that package releases would not show is an
// error.
func New(version string, programs []Program) (*Release, error) {
	if err := checkVersion(version); err != nil {
		return nil, err
	}
	return &Release{version: version, programs: programs}, nil
}

// Version is the release's.
func (r *Release) Version() string { return r.version }

// Make builds the release from a source, and returns its files in order of
// publication. Without a signer it is not signed. It logs what it builds.
func (r *Release) Make(ctx context.Context, source *Source, signer *Signer, logger *slog.Logger) ([]File, error) {
	// What is soon told comes before what takes minutes.
	notes, err := r.notes(source)
	if err != nil {
		return nil, err
	}
	var made []File
	for _, program := range r.programs {
		for _, platform := range program.Platforms {
			logger.InfoContext(ctx, "build", "program", program.Name, "platform", platform.OS+"/"+platform.Architecture, "commit", source.Commit)
			binary, err := source.build(ctx, r.version, program, platform)
			if err != nil {
				return nil, err
			}
			file := File{Path: r.path(program, platform), Data: binary}
			bill, err := bill(r.version, file, source.Time)
			if err != nil {
				return nil, err
			}
			made = append(made, file, bill)
		}
	}
	return complete(append(made, notes), signer), nil
}

// notes is the changelog's section of the version.
func (r *Release) notes(source *Source) (File, error) {
	file := filepath.Join(source.root, changelogName)
	text, err := os.ReadFile(file)
	if err != nil {
		return File{}, fmt.Errorf("read the changelog: %w", err)
	}
	notes, err := section(string(text), r.version)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", file, err)
	}
	return File{Path: path.Join(r.version, changelogName), Data: []byte(notes)}, nil
}

// complete adds the files beside artifacts, and puts all in order of
// publication: last is what makes the version visible.
func complete(artifacts []File, signer *Signer) []File {
	var files, last []File
	for _, artifact := range artifacts {
		files = append(files, artifact)
		if signer != nil {
			files = append(files, signer.sign(artifact))
		}
		if beside := checksum(artifact); makesVisible(beside.Path) {
			last = append(last, beside)
		} else {
			files = append(files, beside)
		}
	}
	return append(files, last...)
}
