package releaseapi

import (
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// The files of a release.
const (
	// Binary is the agent itself.
	Binary = "attini-runner"
	// Checksum is the SHA-256 of Binary, as sha256sum prints it of a file of
	// that name.
	Checksum = Binary + checksumSuffix
	// Signature is minisign's of Binary.
	Signature = Binary + signatureSuffix
)

// What a client appends to a version for a file beside the binary.
const (
	checksumSuffix  = ".sha256"
	signatureSuffix = ".minisig"
)

// longestVersion is the length of the longest version that is one, and of the
// longest range that a client may ask for, in bytes.
const longestVersion = 128

// Path is the place of a release's file in a store, with slashes: for
// instance 2.1.0/linux/amd64/attini-runner. Who publishes writes to it.
func Path(version string, platform Platform, file string) string {
	return strings.Join([]string{version, platform.OS, platform.Architecture, file}, "/")
}

// parsePath takes a Path apart. It is not ok if a store's file is no release's.
func parsePath(text string) (version *semver.Version, platform Platform, file string, ok bool) {
	parts := strings.Split(text, "/")
	if len(parts) != 4 || !slices.Contains([]string{Binary, Checksum, Signature}, parts[3]) {
		return nil, Platform{}, "", false
	}
	platform = Platform{OS: parts[1], Architecture: parts[2]}
	if !slices.Contains(platforms(), platform) {
		return nil, Platform{}, "", false
	}
	version, ok = parseVersion(parts[0])
	return version, platform, parts[3], ok
}

// parseVersion reads a version as it is written in a path. Versions that differ
// only in build metadata have no order, and one that ends like a file beside the
// binary could not be asked for: they are none.
func parseVersion(text string) (*semver.Version, bool) {
	if len(text) > longestVersion || strings.HasSuffix(text, checksumSuffix) || strings.HasSuffix(text, signatureSuffix) {
		return nil, false
	}
	version, err := semver.StrictNewVersion(text)
	return version, err == nil && version.Metadata() == ""
}

// mayContainReleases reports whether releases may lie below a folder of a store.
func mayContainReleases(folder string) bool {
	parts := strings.Split(folder, "/")
	if _, ok := parseVersion(parts[0]); !ok {
		return false
	}
	return slices.ContainsFunc(platforms(), func(p Platform) bool {
		place := []string{parts[0], p.OS, p.Architecture}
		return len(parts) <= len(place) && slices.Equal(parts, place[:len(parts)])
	})
}
