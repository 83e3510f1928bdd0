package release

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// longestVersion is the length of the longest version that package releases
// takes for one, in bytes.
const longestVersion = 128

// checkVersion refuses what package releases would not show: a version in a
// release's path is a semantic one in full, without "v" and without build
// metadata.
func checkVersion(text string) error {
	const form = "write a semantic version in full, such as 2.1.0 or 2.2.0-rc.1"
	version, err := semver.StrictNewVersion(text)
	switch {
	case strings.HasPrefix(text, "v"):
		return fmt.Errorf("version %q begins with a v; %s", text, form)
	case err != nil:
		return fmt.Errorf("version %q is none (%w); %s", text, err, form)
	case version.Metadata() != "":
		return fmt.Errorf("version %q has build metadata, and versions that differ only in it have no order; %s", text, form)
	case len(text) > longestVersion:
		return fmt.Errorf("version %.20s… is longer than %d bytes; %s", text, longestVersion, form)
	case strings.HasSuffix(text, checksumSuffix), strings.HasSuffix(text, signatureSuffix):
		return fmt.Errorf("version %q ends like the name of a file beside a binary; %s", text, form)
	}
	return nil
}
