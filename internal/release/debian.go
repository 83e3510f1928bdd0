package release

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/releaseapi"
)

// packaged is the program that people install.
const packaged = "runnerctl"

// Packages makes the packages of the release's runnerctl out of its files: one for
// Debian for each of its processors, and Homebrew's formula if there is an address of
// the directory of releases. They have the release's own bytes. The paths of the
// packages have no folder.
func (r *Release) Packages(ctx context.Context, files []File, address string, signer *Signer) ([]File, error) {
	byPath := map[string]File{}
	for _, file := range files {
		byPath[file.Path] = file
	}
	var made []File
	binaries := map[releaseapi.Platform]File{}
	for _, program := range r.programs {
		if program.Name != packaged {
			continue
		}
		for _, platform := range program.Platforms {
			binary := byPath[r.path(program, platform)]
			if binaries[platform] = binary; platform.OS != "linux" {
				continue
			}
			file, err := r.debian(ctx, platform.Architecture, binary, byPath[binary.Path+billSuffix], byPath[path.Join(r.version, changelogName)])
			if err != nil {
				return nil, fmt.Errorf("make the Debian package for %s: %w", platform.Architecture, err)
			}
			made = append(made, file)
		}
	}
	if address != "" {
		made = append(made, r.formula(strings.TrimSuffix(address, "/"), binaries))
	}
	return complete(made, signer), nil
}

// control describes the package to dpkg.
const control = `Package: runnerctl
Version: %s
Architecture: %s
Maintainer: Attini Runner in Go
Installed-Size: %d
Suggests: bash, docker.io | podman
Section: devel
Priority: optional
Description: check, run and explain deployment plans for AWS
 Checks CloudFormation templates with deployment plans before they are deployed,
 runs the plans on this machine without AWS, and says why a deployed plan waits.
`

// debian makes a package with dpkg-deb, the same at any time.
func (r *Release) debian(ctx context.Context, architecture string, binary, bill, notes File) (_ File, err error) {
	made, err := timeOf(bill)
	if err != nil {
		return File{}, err
	}
	folder, err := os.MkdirTemp("", "release-")
	if err != nil {
		return File{}, err
	}
	defer os.RemoveAll(folder)
	version := strings.Replace(r.version, "-", "~", 1) // a pre-release is before its release
	name := fmt.Sprintf("%s_%s_%s.deb", packaged, version, architecture)
	contents := []struct {
		path string
		mode fs.FileMode
		data []byte
	}{
		{"DEBIAN/control", 0o644, fmt.Appendf(nil, control, version, architecture, (len(binary.Data)+1023)/1024)},
		{"usr/bin/" + packaged, 0o755, binary.Data},
		{"usr/share/doc/runnerctl/" + changelogName, 0o644, notes.Data},
		{"usr/share/doc/runnerctl/runnerctl" + billSuffix, 0o644, bill.Data},
		{"usr/share/doc/runnerctl/copyright", 0o644, []byte("License: Apache-2.0\n")},
	}
	root := filepath.Join(folder, "root")
	for _, file := range contents {
		at := filepath.Join(root, filepath.FromSlash(file.path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, file.data, file.mode)); err != nil {
			return File{}, err
		}
	}
	target := filepath.Join(folder, name)
	c := command(ctx, folder, []string{"SOURCE_DATE_EPOCH=" + strconv.FormatInt(made.Unix(), 10)},
		"dpkg-deb", "--build", "--root-owner-group", "-Zxz", "--threads-max=1", root, target)
	if errors.Is(c.Err, exec.ErrNotFound) {
		return File{}, errors.New("there is no dpkg-deb; install the package dpkg")
	}
	if err := chmodAll(root); err != nil { // whatever the umask
		return File{}, err
	}
	if _, err := output(c); err != nil {
		return File{}, err
	}
	data, err := os.ReadFile(target)
	return File{Path: name, Data: data}, err
}

// chmodAll opens directories, and files that their owner may run, to everybody.
func chmodAll(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if info, err := entry.Info(); err != nil {
			return err
		} else if entry.IsDir() || info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		return os.Chmod(path, mode)
	})
}

// timeOf is the time of the commit, as the bill of materials has it.
func timeOf(bill File) (time.Time, error) {
	var read struct{ Metadata struct{ Timestamp time.Time } }
	if err := json.Unmarshal(bill.Data, &read); err != nil {
		return time.Time{}, fmt.Errorf("read the time in %s: %w", bill.Path, err)
	}
	return read.Metadata.Timestamp, nil
}
