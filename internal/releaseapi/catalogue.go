package releaseapi

import (
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// release is a version built for a platform, with at least its binary and the
// checksum.
type release struct {
	version  *semver.Version
	platform Platform
	// size is the binary's, in bytes.
	size   int64
	signed bool
}

// path is that of one of the release's files.
func (r release) path(file string) string { return Path(r.version.String(), r.platform, file) }

// has reports whether the release has a file of a name.
func (r release) has(file string) bool {
	switch file {
	case Binary, Checksum:
		return true
	case Signature:
		return r.signed
	}
	return false
}

// catalogue is what a store had at one time. It does not change.
type catalogue struct {
	// releases are in order: by platform as platforms lists them, then the
	// newest first.
	releases []release
}

// place is where a release's files are: its Path without the file.
type place struct {
	version  string
	platform Platform
}

// newCatalogue finds the complete releases among a store's files. Empty files
// count for nothing: they are what is left of a write that failed.
func newCatalogue(files []File) *catalogue {
	type draft struct {
		release
		checksum bool
	}
	var drafts []draft
	index := map[place]int{}
	for _, file := range files {
		version, platform, name, ok := parsePath(file.Path)
		if !ok || file.Size <= 0 {
			continue
		}
		at := place{version.String(), platform}
		i, known := index[at]
		if !known {
			i = len(drafts)
			index[at] = i
			drafts = append(drafts, draft{release: release{version: version, platform: platform}})
		}
		switch name {
		case Binary:
			drafts[i].size = file.Size
		case Checksum:
			drafts[i].checksum = true
		case Signature:
			drafts[i].signed = true
		}
	}
	c := &catalogue{}
	for _, d := range drafts {
		if d.size > 0 && d.checksum {
			c.releases = append(c.releases, d.release)
		}
	}
	order := platforms()
	slices.SortFunc(c.releases, func(a, b release) int {
		if a.platform != b.platform {
			return slices.Index(order, a.platform) - slices.Index(order, b.platform)
		}
		return b.version.Compare(a.version)
	})
	return c
}

// platforms are those that have releases.
func (c *catalogue) platforms() []Platform {
	all := []Platform{}
	for _, r := range c.releases {
		if !slices.Contains(all, r.platform) {
			all = append(all, r.platform)
		}
	}
	return all
}

// of are the releases for a platform, the newest first.
func (c *catalogue) of(platform Platform) []release {
	return slices.DeleteFunc(slices.Clone(c.releases), func(r release) bool { return r.platform != platform })
}

// versionQuery is what a client asks for: a file of a release.
type versionQuery struct {
	// text is the version as asked for, without the file's suffix.
	text, file string
	// exact is the one version; else the newest that fits is meant.
	exact *semver.Version
	fits  func(*semver.Version) bool
}

// latest is the word for the newest version that is no pre-release.
const latest = "latest"

// parseVersionQuery reads the last part of a client's path. A text that is neither a
// version nor a range fits nothing.
func parseVersionQuery(text string) versionQuery {
	w := versionQuery{text: text, file: Binary, fits: func(*semver.Version) bool { return false }}
	for _, suffix := range []string{checksumSuffix, signatureSuffix} {
		if version, found := strings.CutSuffix(text, suffix); found {
			w.text, w.file = version, Binary+suffix
		}
	}
	if len(w.text) > longestVersion {
		return w
	}
	if version, err := semver.StrictNewVersion(strings.TrimPrefix(w.text, "v")); err == nil {
		w.exact = version
		w.fits = func(v *semver.Version) bool { return v.String() == version.String() }
	} else if w.text == latest {
		w.fits = func(v *semver.Version) bool { return v.Prerelease() == "" }
	} else if constraint, err := semver.NewConstraint(w.text); err == nil {
		w.fits = constraint.Check
	}
	return w
}

// newest finds the newest of a platform's releases that is wanted.
func newest(all []release, w versionQuery) (release, bool) {
	i := slices.IndexFunc(all, func(r release) bool { return w.fits(r.version) })
	if i < 0 {
		return release{}, false
	}
	return all[i], true
}
