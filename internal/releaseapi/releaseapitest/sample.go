// Package releasestest holds whatever serves the runner information API to what
// the documentation and the API's own OpenAPI document say, from the outside: by
// HTTP, and with curl.
package releaseapitest

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Secret is in all files of the sample that nobody may get.
const Secret = "SECRET: not of a release"

// Sample is a store by its files' paths: releases, and all kinds of what is
// none. The newest is 2.1.7, in which every file is there for both processors;
// 2.2.0-rc.1 is for amd64 only, 1.0.0 has no signatures.
func Sample() map[string]string {
	files := map[string]string{}
	release := func(version, arch string, signed bool) {
		binary := Binary(version, arch)
		at := version + "/linux/" + arch + "/attini-runner"
		files[at] = binary
		files[at+".sha256"] = fmt.Sprintf("%x  attini-runner\n", sha256.Sum256([]byte(binary)))
		if signed {
			files[at+".minisig"] = "untrusted comment: of " + at + "\n"
		}
	}
	for _, version := range []string{"1.0.0", "1.4.2", "1.10.0", "2.0.0", "2.1.0", "2.1.7", "2.2.0-rc.1"} {
		release(version, "amd64", version != "1.0.0")
		if version != "2.2.0-rc.1" {
			release(version, "arm64", version != "1.0.0")
		}
	}
	for _, path := range []string{
		"README.md",
		".minisign/key",
		"2.1.7/notes.txt",
		"2.1.7/linux/amd64/notes.txt",
		"2.1.7/linux/amd64/.attini-runner",
		"2.1.7/linux/amd64/attini-runner.sha256.tmp",
		"3.0.0/linux/amd64/attini-runner", // without checksum
		"3.1.0/linux/amd64/attini-runner.sha256",
		"3.2.0/linux/amd64/attini-runner.sha256",
		"3.2.0/linux/amd64/attini-runner.minisig",
	} {
		files[path] = Secret
	}
	files["3.2.0/linux/amd64/attini-runner"] = ""
	for _, folder := range []string{
		"v4.0.0/linux/amd64", "4.0/linux/amd64", "latest/linux/amd64", "4.0.0+build/linux/amd64", "04.0.0/linux/amd64",
		"4.0.0-a.sha256/linux/amd64", ".4.0.0/linux/amd64", "4.0.0/Linux/x86_64", "4.0.0/linux/x86_64", "4.0.0/linux/386",
		"4.0.0/darwin/arm64", "4.0.0/linux/amd64/deeper", "4.0.0/linux", "4.0.0", "linux/amd64", "4.0.0/linux/arm64/.hidden",
	} {
		files[folder+"/attini-runner"] = Secret
		files[folder+"/attini-runner.sha256"] = Secret
	}
	return files
}

// Binary is the sample's binary of a version for a processor in Go's word: a
// program that prints both.
func Binary(version, arch string) string {
	return fmt.Sprintf("#!/bin/sh\necho attini-runner %s linux/%s\n", version, arch)
}

// Directory is a new directory with the sample, which ends with the test.
func Directory(t testing.TB) string {
	t.Helper()
	directory := t.TempDir()
	files := Sample()
	for _, path := range slices.Sorted(maps.Keys(files)) {
		at := filepath.Join(directory, filepath.FromSlash(path))
		require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o700))
		require.NoError(t, os.WriteFile(at, []byte(files[path]), 0o600))
	}
	return directory
}
