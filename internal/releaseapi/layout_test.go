package releaseapi

import (
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParsePath(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"2.1.0/linux/amd64/attini-runner",
		"0.0.0/linux/arm64/attini-runner.sha256",
		"2.1.0-rc.1/linux/arm64/attini-runner.minisig",
	} {
		version, platform, file, ok := parsePath(text)
		require.True(t, ok, text)
		assert.Equal(t, text, Path(version.String(), platform, file))
	}
	for _, text := range []string{
		"", "/", "2.1.0", "attini-runner", "2.1.0/linux/amd64", "2.1.0/linux/amd64/", "/2.1.0/linux/amd64/attini-runner",
		"2.1.0/linux/amd64/attini-runner/", "2.1.0/linux/amd64/x/attini-runner", "2.1.0//amd64/attini-runner",
		"v2.1.0/linux/amd64/attini-runner", "2.1/linux/amd64/attini-runner", "latest/linux/amd64/attini-runner",
		"2.1.0+b/linux/amd64/attini-runner", "2.01.0/linux/amd64/attini-runner", "../linux/amd64/attini-runner",
		"2.1.0-a.sha256/linux/amd64/attini-runner", "2.1.0-a.minisig/linux/amd64/attini-runner",
		"2.1.0/Linux/amd64/attini-runner", "2.1.0/linux/x86_64/attini-runner", "2.1.0/linux/amd64/.attini-runner",
		"2.1.0/linux/amd64/attini-runner.sig", "99999999999999999999.0.0/linux/amd64/attini-runner",
		"1.0.0-" + strings.Repeat("a", longestVersion) + "/linux/amd64/attini-runner",
	} {
		_, _, _, ok := parsePath(text)
		assert.False(t, ok, text)
	}
}

func TestMayContainReleases(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"1.0.0", "1.0.0/linux", "1.0.0/linux/amd64", "1.0.0-rc.1/linux/arm64"} {
		assert.True(t, mayContainReleases(folder), folder)
	}
	for _, folder := range []string{"", ".", "..", ".git", "node_modules", "v1.0.0", "1.0.0/", "1.0.0/darwin", "1.0.0/amd64", "1.0.0/linux/386", "1.0.0/linux/amd64/x"} {
		assert.False(t, mayContainReleases(folder), folder)
	}
}

// FuzzParsePath: what is a release's file is written in one way only, and its
// folders are looked into.
func FuzzParsePath(f *testing.F) {
	f.Add("2.1.0/linux/amd64/attini-runner")
	f.Add("2.1.0-rc.1+b/linux/arm64/attini-runner.sha256")
	f.Add("../linux/amd64/attini-runner")
	f.Fuzz(func(t *testing.T, text string) {
		version, platform, file, ok := parsePath(text)
		if !ok {
			return
		}
		assert.Equal(t, text, Path(version.String(), platform, file))
		assert.True(t, mayContainReleases(path.Dir(text)))
		assert.Equal(t, path.Clean("/"+text), "/"+text)
	})
}
