package releaseapi

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// retryAfter is what a client waits for a store that does not answer.
const retryAfter = 5 * time.Second

// problemAnswer says what is wrong with a request, and what exists (RFC 9457).
type problemAnswer struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`

	// Only what the problem is about is there.
	Paths     []string         `json:"paths,omitzero"`
	Platforms []platformAnswer `json:"platforms,omitzero"`
	Versions  []string         `json:"versions,omitzero"`
}

// The problems' types. They do not resolve; RFC 9457 lets them be names only.
const (
	typePrefix      = "urn:problem-type:attini-runner:"
	pathUnknown     = typePrefix + "unknown-path"
	platformUnknown = typePrefix + "unknown-platform"
	versionUnknown  = typePrefix + "unknown-version"
	unsigned        = typePrefix + "unsigned-release"
	methodUnknown   = typePrefix + "method-not-allowed"
	unavailable     = typePrefix + "releases-unavailable"
)

// methods are those that every path has.
const methods = "GET, HEAD"

func servePathUnknown(w http.ResponseWriter, r *http.Request) {
	serveProblem(w, r, problemAnswer{
		Type: pathUnknown, Title: "Unknown path", Status: http.StatusNotFound,
		Detail: fmt.Sprintf("there is nothing at %s; %s describes what there is", quote(r.URL.EscapedPath()), documentPath),
		Paths: []string{
			documentPath, platformsPath,
			versionsPath + "/{cpu_architecture}/{operating_system}",
			runnerPath + "/{cpu_architecture}/{operating_system}/{version}",
			runnerPath + "/{cpu_architecture}/{operating_system}/{version}" + checksumSuffix,
			runnerPath + "/{cpu_architecture}/{operating_system}/{version}" + signatureSuffix,
		},
	})
}

func servePlatformUnknown(w http.ResponseWriter, r *http.Request, architecture, system string, platforms []Platform) {
	serveProblem(w, r, problemAnswer{
		Type: platformUnknown, Title: "Unknown platform", Status: http.StatusNotFound,
		Detail: fmt.Sprintf("there is no runner for %s on %s; %s", quote(system), quote(architecture),
			choice("its platforms", len(platforms), func(i int) string { return platforms[i].String() })),
		Platforms: platformNames(platforms),
	})
}

func serveVersionUnknown(w http.ResponseWriter, r *http.Request, asked string, platform Platform, all []release) {
	versions := []string{}
	for _, r := range all {
		versions = append(versions, r.version.String())
	}
	serveProblem(w, r, problemAnswer{
		Type: versionUnknown, Title: "Unknown version", Status: http.StatusNotFound,
		Detail: fmt.Sprintf("there is no version %s of the runner for %s; %s; ask for one of them, for latest, or for a range such as 1.x; pre-releases are in a range only if it names one",
			quote(asked), platform, choice("its versions", len(versions), func(i int) string { return versions[i] })),
		Versions: versions,
	})
}

func serveUnsigned(w http.ResponseWriter, r *http.Request, found release) {
	serveProblem(w, r, problemAnswer{
		Type: unsigned, Title: "Unsigned release", Status: http.StatusNotFound,
		Detail: fmt.Sprintf("version %s of the runner for %s has no signature; check its %s against what you know of it, or ask for a signed version", found.version, found.platform, checksumSuffix),
	})
}

func serveMethodUnknown(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", methods)
	serveProblem(w, r, problemAnswer{
		Type: methodUnknown, Title: "Method not allowed", Status: http.StatusMethodNotAllowed,
		Detail: fmt.Sprintf("%s does not apply to %s; allowed: %s", quote(r.Method), quote(r.URL.EscapedPath()), methods),
	})
}

func serveUnavailable(w http.ResponseWriter, r *http.Request) {
	seconds := strconv.Itoa(int(retryAfter.Seconds()))
	w.Header().Set("Retry-After", seconds)
	serveProblem(w, r, problemAnswer{
		Type: unavailable, Title: "Releases unavailable", Status: http.StatusServiceUnavailable,
		Detail: "the store of the releases cannot be read; try again in " + seconds + " seconds, and if that does not help, see the log of this API",
	})
}

// serveProblem answers with a problem, which nobody is to keep: what does not
// exist may be published the next moment.
func serveProblem(w http.ResponseWriter, r *http.Request, p problemAnswer) {
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, r, "application/problem+json", p.Status, p)
}

// choice lists what there is, the first few by name.
func choice(what string, count int, name func(int) string) string {
	const most = 10
	if count == 0 {
		return "nothing is published"
	}
	var names []string
	for i := range min(count, most) {
		names = append(names, name(i))
	}
	text := what + ": " + strings.Join(names, ", ")
	if count > most {
		text += fmt.Sprintf(" and %d more", count-most)
	}
	return text
}

// quote is a client's text in a sentence, printable and not too long.
func quote(text string) string {
	const longest = 80
	if utf8.RuneCountInString(text) > longest {
		text = string([]rune(text)[:longest]) + "…"
	}
	return strconv.Quote(text)
}
