package releaseapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// platformAnswer names a platform as uname does.
type platformAnswer struct {
	OperatingSystem string `json:"operatingSystem"`
	CPUArchitecture string `json:"cpuArchitecture"`
}

// platformsAnswer is what get-supported-platforms answers.
type platformsAnswer struct {
	Platforms []platformAnswer `json:"platforms"`
}

// versionsAnswer is what get-runner-versions answers.
type versionsAnswer struct {
	platformAnswer

	// Latest is null where all are pre-releases.
	Latest   *string         `json:"latest"`
	Versions []versionAnswer `json:"versions"`
}

type versionAnswer struct {
	Version     string `json:"version"`
	PreRelease  bool   `json:"preRelease"`
	SizeInBytes int64  `json:"sizeInBytes"`
	Signed      bool   `json:"signed"`
}

// redirectAnswer is the content of a redirect, for who does not follow it.
type redirectAnswer struct {
	Version  string `json:"version"`
	Location string `json:"location"`
}

func platformName(p Platform) platformAnswer {
	return platformAnswer{OperatingSystem: p.OperatingSystem(), CPUArchitecture: p.CPUArchitecture()}
}

func platformNames(all []Platform) []platformAnswer {
	names := []platformAnswer{}
	for _, p := range all {
		names = append(names, platformName(p))
	}
	return names
}

// serveJSON answers what may be asked again with the answer's ETag.
func (h *Handler) serveJSON(w http.ResponseWriter, r *http.Request, answer any) {
	serveWhole(w, r, encode(answer), maxAge(h.options.Freshness))
}

// serveWhole serves a JSON document. ServeContent would serve parts of it too,
// which nobody needs.
func serveWhole(w http.ResponseWriter, r *http.Request, text []byte, caching string) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", caching)
	header.Set("ETag", tag(text))
	whole := r.Clone(r.Context())
	whole.Header.Del("Range")
	http.ServeContent(w, whole, "", time.Time{}, bytes.NewReader(text))
}

// writeJSON answers with JSON and a status.
func writeJSON(w http.ResponseWriter, r *http.Request, contentType string, status int, answer any) {
	text := encode(answer)
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(text) // a client that has gone is told nothing
	}
}

// encode is an answer as JSON for people too: links and versions as they are.
func encode(answer any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(answer); err != nil {
		panic(err) // never of structs of strings and numbers
	}
	return text.Bytes()
}
