package release

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/releaseapi"
)

func TestVersions(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"0.0.1", "2.1.0", "2.2.0-rc.1", "10.20.30-alpha-x.0", "1.0.0-" + strings.Repeat("a", 122)} {
		_, err := New(version, Programs())
		assert.NoError(t, err, version)
	}
}

func TestVersionsRefused(t *testing.T) {
	t.Parallel()
	const form = "; write a semantic version in full, such as 2.1.0 or 2.2.0-rc.1"
	for version, want := range map[string]string{
		"v2.1.0":                            `version "v2.1.0" begins with a v`,
		"":                                  `version "" is none (`,
		"2.1":                               `version "2.1" is none (`,
		"2.1.0.0":                           `version "2.1.0.0" is none (`,
		"02.1.0":                            `version "02.1.0" is none (`,
		"latest":                            `version "latest" is none (`,
		"../2.1.0":                          `version "../2.1.0" is none (`,
		"2.1.0 ":                            `version "2.1.0 " is none (`,
		"2.1.0-rc_1":                        `version "2.1.0-rc_1" is none (`,
		"2.1.0+build":                       `version "2.1.0+build" has build metadata, and versions that differ only in it have no order`,
		"2.1.0-a.sha256":                    `version "2.1.0-a.sha256" ends like the name of a file beside a binary`,
		"2.1.0-a.minisig":                   `version "2.1.0-a.minisig" ends like the name of a file beside a binary`,
		"1.0.0-" + strings.Repeat("a", 123): "version 1.0.0-aaaaaaaaaaaaaa… is longer than 128 bytes",
	} {
		_, err := New(version, Programs())
		if assert.Error(t, err, version) {
			assert.True(t, strings.HasPrefix(err.Error(), want), err.Error())
			assert.True(t, strings.HasSuffix(err.Error(), form), err.Error())
		}
	}
}

// FuzzVersion: package releases shows each version that a release may have.
func FuzzVersion(f *testing.F) {
	for _, version := range []string{"2.1.0", "2.2.0-rc.1", "2.1.0+b", "1.0.0-a.sha256", "1.0.0-latest", "v1.0.0"} {
		f.Add(version)
	}
	f.Fuzz(func(t *testing.T, version string) {
		if _, err := New(version, Programs()); err != nil {
			return
		}
		assert.Equal(t, http.StatusFound, ask(t, listed{version + "/linux/amd64/attini-runner", version + "/linux/amd64/attini-runner.sha256"}, version))
	})
}

// ask asks the information API for a version, and returns the answer's status.
func ask(t *testing.T, store releaseapi.LinkStore, version string) int {
	t.Helper()
	api := releaseapi.NewRedirector(store, releaseapi.Options{Logger: silent()})
	answer := httptest.NewRecorder()
	api.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, releaseapi.Root+"/get-runner/x86_64/Linux/"+url.PathEscape(version), nil))
	return answer.Code
}

// listed is a store that has files of these names.
type listed []string

func (l listed) List(context.Context) ([]releaseapi.File, error) {
	var files []releaseapi.File
	for _, name := range l {
		files = append(files, releaseapi.File{Path: name, Size: 1})
	}
	return files, nil
}

func (l listed) Link(_ context.Context, _, path string) (string, error) {
	return "https://example.com/" + path, nil
}
