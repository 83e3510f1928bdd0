package releaseapi

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"time"
)

// CacheControl is that of what never changes: the files of a version.
const CacheControl = "public, max-age=31536000, immutable"

// longestRedirect is how long a redirect to a link may be kept: well within the
// link's life.
const longestRedirect = time.Minute

// deliverer brings a client to the files of a release.
type deliverer interface {
	// send redirects to a release's file, which the client asked for by want.
	send(w http.ResponseWriter, r *http.Request, found release, want versionQuery)
	// serve answers for a file at its place.
	serve(w http.ResponseWriter, r *http.Request, found release, file string)
}

// server serves the files itself.
type server struct {
	handler *Handler
	store   FileStore
}

// send redirects to the file's place. That of a version is there for good, that
// of the newest only until there is a newer one.
func (s server) send(w http.ResponseWriter, r *http.Request, found release, want versionQuery) {
	caching := CacheControl
	if want.exact == nil {
		caching = maxAge(s.handler.options.Freshness)
	}
	redirect(w, r, found, filesPath+"/"+found.path(want.file), caching)
}

func (s server) serve(w http.ResponseWriter, r *http.Request, found release, file string) {
	path := found.path(file)
	content, err := s.store.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		servePathUnknown(w, r) // it went since the store was listed
		return
	}
	if err != nil {
		s.handler.unavailable(w, r, fmt.Errorf("open %s: %w", path, err))
		return
	}
	defer content.Close()
	info, err := content.Stat()
	if err != nil {
		s.handler.unavailable(w, r, fmt.Errorf("look at %s: %w", path, err))
		return
	}
	header := w.Header()
	header.Set("Content-Type", ContentType(file))
	header.Set("Content-Disposition", ContentDisposition(file))
	header.Set("Cache-Control", CacheControl)
	// A file that was replaced all the same is another one to a client that goes
	// on with a download.
	header.Set("ETag", tag(fmt.Appendf(nil, "%s %d %d", path, info.Size(), info.ModTime().UnixNano())))
	http.ServeContent(w, r, "", time.Time{}, content)
}

// redirector sends clients to where the store has the files.
type redirector struct {
	handler *Handler
	store   LinkStore
}

// send redirects to a link, which lives too short for any other Cache-Control.
func (s redirector) send(w http.ResponseWriter, r *http.Request, found release, want versionQuery) {
	s.serve(w, r, found, want.file)
}

func (s redirector) serve(w http.ResponseWriter, r *http.Request, found release, file string) {
	path := found.path(file)
	link, err := s.store.Link(r.Context(), r.Method, path)
	if err != nil {
		s.handler.unavailable(w, r, fmt.Errorf("link to %s: %w", path, err))
		return
	}
	redirect(w, r, found, link, maxAge(min(s.handler.options.Freshness, longestRedirect)))
}

// redirect sends a client to a location, of which it also tells who does not
// follow. A redirect has no ETag, since conditions do not apply to it (RFC 9110,
// section 13.2.1).
func redirect(w http.ResponseWriter, r *http.Request, found release, location, caching string) {
	w.Header().Set("Location", location)
	w.Header().Set("Cache-Control", caching)
	writeJSON(w, r, "application/json", http.StatusFound, redirectAnswer{Version: found.version.String(), Location: location})
}

// ContentType is the media type of a release's file.
func ContentType(file string) string {
	if file == Binary {
		return "application/octet-stream"
	}
	return "text/plain; charset=utf-8"
}

// ContentDisposition is the header that has `curl -OJ` and browsers save a
// release's file under its name.
func ContentDisposition(file string) string { return `attachment; filename="` + file + `"` }

// tag is a strong entity tag for what has been hashed here.
func tag(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// maxAge has an answer kept no longer than it may be old.
func maxAge(age time.Duration) string {
	if age < time.Second {
		return "no-cache"
	}
	return fmt.Sprintf("public, max-age=%d", int(age.Seconds()))
}
