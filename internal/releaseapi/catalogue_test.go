package releaseapi

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/releaseapi/releaseapitest"
)

// sample are the files of the sample, in no order.
func sample() []File {
	files := []File{}
	for path, content := range releaseapitest.Sample() {
		files = append(files, File{Path: path, Size: int64(len(content))})
	}
	return files
}

// TestCatalogue: of all that lies there, what is a complete release is listed,
// in order.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	want := []string{
		"Linux on x86_64: 2.2.0-rc.1 signed", "Linux on x86_64: 2.1.7 signed", "Linux on x86_64: 2.1.0 signed", "Linux on x86_64: 2.0.0 signed",
		"Linux on x86_64: 1.10.0 signed", "Linux on x86_64: 1.4.2 signed", "Linux on x86_64: 1.0.0",
		"Linux on aarch64: 2.1.7 signed", "Linux on aarch64: 2.1.0 signed", "Linux on aarch64: 2.0.0 signed",
		"Linux on aarch64: 1.10.0 signed", "Linux on aarch64: 1.4.2 signed", "Linux on aarch64: 1.0.0",
	}
	files := sample()
	for range 20 {
		rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		c := newCatalogue(files)
		var got []string
		for _, r := range c.releases {
			line := fmt.Sprintf("%s: %s", r.platform, r.version)
			if r.signed {
				line += " signed"
			}
			got = append(got, line)
			assert.Equal(t, int64(len(releaseapitest.Binary(r.version.String(), r.platform.Architecture))), r.size)
		}
		require.Equal(t, want, got)
		assert.Equal(t, platforms(), c.platforms())
	}
	assert.Empty(t, newCatalogue(nil).platforms())
}

// TestNewest finds what is asked for, in the sample's versions for x86_64.
func TestNewest(t *testing.T) {
	t.Parallel()
	all := newCatalogue(sample()).of(platforms()[0])
	for asked, want := range map[string]string{
		"latest": "2.1.7", "*": "2.1.7", "x": "2.1.7",
		"1.0.0": "1.0.0", "v1.0.0": "1.0.0", "2.2.0-rc.1": "2.2.0-rc.1",
		"1": "1.10.0", "1.x": "1.10.0", "1.X": "1.10.0", "1.*": "1.10.0", "v1": "1.10.0", "1.4": "1.4.2", "1.4.x": "1.4.2", "1.x.x": "1.10.0",
		"~2.1": "2.1.7", "~2.1.0": "2.1.7", "~1": "1.10.0", "^1.4": "1.10.0", "2": "2.1.7", "2.0": "2.0.0",
		"<2": "1.10.0", ">=1.0.0 <1.10.0": "1.4.2", ">=1.0.0,<1.10.0": "1.4.2", "1.0 - 1.4": "1.4.2", "<1.4 || >5": "1.0.0", "!=2.1.7": "2.1.0",
		"=1.0.0": "1.0.0", ">=2.2.0-0": "2.2.0-rc.1", "~2.2.0-0": "2.2.0-rc.1", "^2-0": "2.2.0-rc.1",
	} {
		t.Run(asked, func(t *testing.T) {
			t.Parallel()
			w := parseVersionQuery(asked)
			assert.Equal(t, Binary, w.file)
			found, ok := newest(all, w)
			require.True(t, ok)
			assert.Equal(t, want, found.version.String())
			for _, suffix := range []string{".sha256", ".minisig"} {
				beside := parseVersionQuery(asked + suffix)
				assert.Equal(t, Binary+suffix, beside.file)
				same, _ := newest(all, beside)
				assert.Equal(t, found, same)
			}
		})
	}
	for _, asked := range []string{
		"", "Latest", "newest", "9.9.9", "3", "3.0.0", "3.1.0", "3.2.0", "4.x", "2.2", "~2.2", ">2.1.7", "1.0.0+build", "1.0.0-rc.1", "1.0.0.0",
		"v", "vv1.0.0", "1.0.0\x00", "../1.0.0", "1.0.0/..", "99999999999999999999", "latest.sha256.sha256", ".sha256", "1.0.0.sig",
		strings.Repeat("1", 1000), strings.Repeat(">", 127),
	} {
		_, ok := newest(all, parseVersionQuery(asked))
		assert.False(t, ok, "%q", asked)
	}
}

// TestExact: only a version in full is one for good.
func TestExact(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]bool{"1.0.0": true, "v1.0.0": true, "1.0.0.sha256": true, "1.0": false, "=1.0.0": false, "latest": false, "1.x": false} {
		assert.Equal(t, want, parseVersionQuery(asked).exact != nil, asked)
	}
}

// TestOnlyPreReleases: they are listed, and not the latest.
func TestOnlyPreReleases(t *testing.T) {
	t.Parallel()
	var files []File
	for _, version := range []string{"1.0.0-rc.2", "1.0.0-rc.10"} {
		files = append(files, File{Path(version, platforms()[1], Binary), 1}, File{Path(version, platforms()[1], Checksum), 1})
	}
	c := newCatalogue(files)
	assert.Equal(t, platforms()[1:], c.platforms())
	assert.Empty(t, c.of(platforms()[0]))
	all := c.of(platforms()[1])
	_, ok := newest(all, parseVersionQuery("latest"))
	assert.False(t, ok)
	found, ok := newest(all, parseVersionQuery("1.0.0-0"))
	assert.False(t, ok, "%v", found)
	found, ok = newest(all, parseVersionQuery(">=1.0.0-0"))
	require.True(t, ok)
	assert.Equal(t, "1.0.0-rc.10", found.version.String())
}

// FuzzParseVersionQuery: whatever is asked for, what is found was listed, and a
// pre-release only to who wrote a hyphen.
func FuzzParseVersionQuery(f *testing.F) {
	for _, text := range []string{"latest", "1.x", "~2.1", "2", ">=2.2.0-0", "1.0 - 2", "2.1.7.sha256", "v1", "<1 || >2, !=3"} {
		f.Add(text)
	}
	all := newCatalogue(sample()).releases
	files := slices.Sorted(maps.Keys(releaseapitest.Sample()))
	f.Fuzz(func(t *testing.T, text string) {
		w := parseVersionQuery(text)
		found, ok := newest(all, w)
		if !ok || !found.has(w.file) {
			return
		}
		assert.Contains(t, files, found.path(w.file))
		assert.True(t, found.version.Prerelease() == "" || strings.Contains(text, "-"), "%q gives %s", text, found.version)
	})
}
