package releaseapi

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParsePlatform(t *testing.T) {
	t.Parallel()
	amd64, arm64 := Platform{"linux", "amd64"}, Platform{"linux", "arm64"}
	for _, test := range []struct {
		architecture, system string
		want                 Platform
	}{
		{"x86_64", "Linux", amd64},
		{"X86_64", "LINUX", amd64},
		{"amd64", "linux", amd64},
		{"AMD64", "lInUx", amd64},
		{"x64", "Linux", amd64},
		{"x86-64", "Linux", amd64},
		{"aarch64", "Linux", arm64},
		{"arm64", "Linux", arm64},
		{"ARM64", "linux", arm64},
	} {
		got, ok := parsePlatform(test.architecture, test.system)
		assert.True(t, ok, test)
		assert.Equal(t, test.want, got)
	}
	for _, test := range [][2]string{
		{"", ""},
		{"x86_64", ""},
		{"", "Linux"},
		{"Linux", "x86_64"},
		{"i686", "Linux"},
		{"armv7l", "Linux"},
		{"x86_64", "Darwin"},
		{"x86_64 ", "Linux"},
		{"x86_64", "Linux\x00"},
		{"x86_64", "L\u0131nux"},
		{"\u212A", "Linux"},
		{"x86_64/..", "Linux"},
	} {
		_, ok := parsePlatform(test[0], test[1])
		assert.False(t, ok, "%q", test)
	}
}

func TestPlatformNames(t *testing.T) {
	t.Parallel()
	var names []string
	for _, p := range platforms() {
		names = append(names, p.String())
		again, ok := parsePlatform(p.CPUArchitecture(), p.OperatingSystem())
		assert.True(t, ok)
		assert.Equal(t, p, again)
	}
	assert.Equal(t, []string{"Linux on x86_64", "Linux on aarch64"}, names, "as documented")
}
