package release

import (
	"bytes"
	"context"
	"debug/elf"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/release/releasetest"
	"github.com/attini-go/runner/internal/releaseapi"
)

// silent is a logger for tests that do not look at the log.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// TestReproducible builds the agent from two checkouts, in folders whose names
// differ in all ways, for users with other settings: the bytes are the same,
// with checksums, signatures and bills of materials.
func TestReproducible(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "a second one/ü")
	releasetest.Copy(t, first)
	require.NoError(t, os.MkdirAll(second, 0o700))
	releasetest.Git(t, second, "clone", "--quiet", first, ".")

	agent := Programs()[:1]
	require.Equal(t, releaseapi.Binary, agent[0].Name)
	signer := newSigner(t)
	one := makeFrom(t, first, agent, signer)
	for name, value := range map[string]string{
		"GOOS": "darwin", "GOARCH": "riscv64", "GOFLAGS": "-tags=bench", "CGO_ENABLED": "1", "GOAMD64": "v3", "GOARM64": "v9.0", "GOWORK": filepath.Join(second, "none"),
		"TMPDIR": t.TempDir(), "TZ": "Asia/Kathmandu", "LC_ALL": "C",
	} {
		t.Setenv(name, value)
	}
	two := makeFrom(t, second, agent, signer)
	require.Len(t, two, len(one))
	toolchain, err := output(command(t.Context(), first, nil, "go", "env", "GOROOT"))
	require.NoError(t, err)
	for i, file := range one {
		assert.Equal(t, file.Path, two[i].Path)
		assert.True(t, bytes.Equal(file.Data, two[i].Data), "%s differs", file.Path)
		for _, folder := range []string{first, second, strings.TrimSpace(string(toolchain)), filepath.Dir(first)} {
			assert.False(t, bytes.Contains(file.Data, []byte(folder)), "%s names %s", file.Path, folder)
		}
	}
	assertStatic(t, one, releasetest.Git(t, first, "rev-parse", "HEAD"))
}

// assertStatic checks what the agents are, and lets that for this machine say
// its version.
func assertStatic(t *testing.T, files []File, commit string) {
	t.Helper()
	for architecture, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		binary := find(t, files, releasetest.Version+"/linux/"+architecture+"/attini-runner").Data
		assert.True(t, bytes.Contains(binary, []byte(commit)), "the commit is stamped in")
		program, err := elf.NewFile(bytes.NewReader(binary))
		require.NoError(t, err)
		assert.Equal(t, machine, program.Machine)
		libraries, err := program.ImportedLibraries()
		require.NoError(t, err)
		assert.Empty(t, libraries)
		if runtime.GOOS != "linux" || runtime.GOARCH != architecture {
			continue
		}
		path := filepath.Join(t.TempDir(), "attini-runner")
		require.NoError(t, os.WriteFile(path, binary, 0o700))
		output, err := exec.CommandContext(t.Context(), path, "command-mode", "version").Output()
		require.NoError(t, err)
		assert.Equal(t, releasetest.Version, strings.TrimSpace(string(output)))
	}
}

// makeFrom makes a release of a checkout.
func makeFrom(t *testing.T, folder string, programs []Program, signer *Signer) []File {
	t.Helper()
	source, err := OpenSource(t.Context(), folder)
	require.NoError(t, err)
	r, err := New(releasetest.Version, programs)
	require.NoError(t, err)
	files, err := r.Make(t.Context(), source, signer, silent())
	require.NoError(t, err)
	return files
}

// find finds a file by its path.
func find(t *testing.T, files []File, path string) File {
	t.Helper()
	for _, file := range files {
		if file.Path == path {
			return file
		}
	}
	require.Fail(t, "there is no "+path)
	return File{}
}

// TestMake makes all programs of a small project.
func TestMake(t *testing.T) {
	t.Parallel()
	folder := releasetest.Project(t)
	files := makeFrom(t, folder, Programs(), newSigner(t))
	var paths []string
	for _, file := range files {
		paths = append(paths, file.Path)
	}
	assert.Equal(t, strings.Fields(`
		9.8.7-rc.1/linux/amd64/attini-runner 9.8.7-rc.1/linux/amd64/attini-runner.minisig
		9.8.7-rc.1/linux/amd64/attini-runner.cdx.json 9.8.7-rc.1/linux/amd64/attini-runner.cdx.json.minisig 9.8.7-rc.1/linux/amd64/attini-runner.cdx.json.sha256
		9.8.7-rc.1/linux/arm64/attini-runner 9.8.7-rc.1/linux/arm64/attini-runner.minisig
		9.8.7-rc.1/linux/arm64/attini-runner.cdx.json 9.8.7-rc.1/linux/arm64/attini-runner.cdx.json.minisig 9.8.7-rc.1/linux/arm64/attini-runner.cdx.json.sha256
		9.8.7-rc.1/linux/amd64/runnerctl 9.8.7-rc.1/linux/amd64/runnerctl.minisig 9.8.7-rc.1/linux/amd64/runnerctl.sha256
		9.8.7-rc.1/linux/amd64/runnerctl.cdx.json 9.8.7-rc.1/linux/amd64/runnerctl.cdx.json.minisig 9.8.7-rc.1/linux/amd64/runnerctl.cdx.json.sha256
		9.8.7-rc.1/linux/arm64/runnerctl 9.8.7-rc.1/linux/arm64/runnerctl.minisig 9.8.7-rc.1/linux/arm64/runnerctl.sha256
		9.8.7-rc.1/linux/arm64/runnerctl.cdx.json 9.8.7-rc.1/linux/arm64/runnerctl.cdx.json.minisig 9.8.7-rc.1/linux/arm64/runnerctl.cdx.json.sha256
		9.8.7-rc.1/darwin/amd64/runnerctl 9.8.7-rc.1/darwin/amd64/runnerctl.minisig 9.8.7-rc.1/darwin/amd64/runnerctl.sha256
		9.8.7-rc.1/darwin/amd64/runnerctl.cdx.json 9.8.7-rc.1/darwin/amd64/runnerctl.cdx.json.minisig 9.8.7-rc.1/darwin/amd64/runnerctl.cdx.json.sha256
		9.8.7-rc.1/darwin/arm64/runnerctl 9.8.7-rc.1/darwin/arm64/runnerctl.minisig 9.8.7-rc.1/darwin/arm64/runnerctl.sha256
		9.8.7-rc.1/darwin/arm64/runnerctl.cdx.json 9.8.7-rc.1/darwin/arm64/runnerctl.cdx.json.minisig 9.8.7-rc.1/darwin/arm64/runnerctl.cdx.json.sha256
		9.8.7-rc.1/CHANGELOG.md 9.8.7-rc.1/CHANGELOG.md.minisig 9.8.7-rc.1/CHANGELOG.md.sha256
		9.8.7-rc.1/linux/amd64/attini-runner.sha256 9.8.7-rc.1/linux/arm64/attini-runner.sha256`), paths)
	notes := find(t, files, releasetest.Version+"/CHANGELOG.md")
	assert.Equal(t, "## 9.8.7-rc.1 - 2026-11-24\n\n### Added\n\n- Something for a test.\n", string(notes.Data))
	assert.Len(t, makeFrom(t, folder, Programs(), nil), len(files)*2/3, "not signed")

	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		path := filepath.Join(t.TempDir(), "runnerctl")
		require.NoError(t, os.WriteFile(path, find(t, files, releasetest.Version+"/linux/amd64/runnerctl").Data, 0o700))
		output, err := exec.CommandContext(t.Context(), path).CombinedOutput()
		require.NoError(t, err)
		assert.Equal(t, releasetest.Version+" "+releasetest.Git(t, folder, "rev-parse", "HEAD"), strings.TrimSpace(string(output)))
	}
}

func TestMakeRefuses(t *testing.T) {
	t.Parallel()
	t.Run("no changelog entry, before anything is built", func(t *testing.T) {
		t.Parallel()
		folder := releasetest.Project(t)
		source, err := OpenSource(t.Context(), folder)
		require.NoError(t, err)
		r, err := New("9.8.8", []Program{{Name: "none", Module: "nowhere", Platforms: Programs()[0].Platforms}})
		require.NoError(t, err)
		_, err = r.Make(t.Context(), source, nil, silent())
		require.ErrorContains(t, err, filepath.Join(folder, "CHANGELOG.md"))
		assert.ErrorContains(t, err, `write a heading "## 9.8.8 - YYYY-MM-DD"`)
	})
	t.Run("a program that does not compile", func(t *testing.T) {
		t.Parallel()
		folder := releasetest.Project(t)
		releasetest.Write(t, filepath.Join(folder, "agent/cmd/attini-runner/b.go"), "package main\n\nvar version = 1\n")
		releasetest.Commit(t, folder)
		source, err := OpenSource(t.Context(), folder)
		require.NoError(t, err)
		r, err := New(releasetest.Version, Programs())
		require.NoError(t, err)
		_, err = r.Make(t.Context(), source, nil, silent())
		require.ErrorContains(t, err, "build attini-runner for linux/amd64: go build: exit status 1:\n")
		assert.ErrorContains(t, err, "version redeclared")
	})
	t.Run("ended", func(t *testing.T) {
		t.Parallel()
		source, err := OpenSource(t.Context(), releasetest.Project(t))
		require.NoError(t, err)
		r, err := New(releasetest.Version, Programs())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = r.Make(ctx, source, nil, silent())
		assert.ErrorIs(t, err, context.Canceled)
	})
}
