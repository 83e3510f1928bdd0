package release

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/releaseapi"
)

// formula is Homebrew's, for all platforms.
func (r *Release) formula(address string, binaries map[releaseapi.Platform]File) File {
	var text strings.Builder
	fmt.Fprintf(&text, `class Runnerctl < Formula
  desc "Check, run and explain deployment plans for AWS"
  homepage "https://github.com/attini-go/runner"
  version %q
  license "Apache-2.0"
`, r.version)
	for _, system := range []struct{ os, brew string }{{"darwin", "macos"}, {"linux", "linux"}} {
		fmt.Fprintf(&text, "\n  on_%s do\n", system.brew)
		for _, processor := range []struct{ architecture, brew string }{{"amd64", "intel"}, {"arm64", "arm"}} {
			binary := binaries[releaseapi.Platform{OS: system.os, Architecture: processor.architecture}]
			fmt.Fprintf(&text, "    on_%s do\n      url %q\n      sha256 %q\n    end\n", processor.brew, address+"/"+binary.Path, binary.Sum())
		}
		text.WriteString("  end\n")
	}
	text.WriteString(`
  def install
    bin.install "runnerctl"
    generate_completions_from_executable(bin/"runnerctl", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/runnerctl --version")
  end
end
`)
	return File{Path: packaged + ".rb", Data: []byte(text.String())}
}
