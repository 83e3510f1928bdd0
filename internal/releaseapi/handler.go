package releaseapi

import (
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"
)

// Where the API is, below the root of its host.
const (
	base         = "/api/v1"
	documentPath = base + "/openapi.json"
	// Root is the path below which all answers about releases are.
	Root = base + "/runner"

	platformsPath = Root + "/get-supported-platforms"
	versionsPath  = Root + "/get-runner-versions"
	runnerPath    = Root + "/get-runner"
	filesPath     = Root + "/releases"
)

// Options are a Handler's.
type Options struct {
	// Freshness is how long an answer may be old; 0 has the store listed for
	// each request.
	Freshness time.Duration
	// Logger is told why the store could not be asked.
	Logger *slog.Logger
}

// Handler is the runner information API.
type Handler struct {
	cache   *catalogueCache
	options Options
	mux     *http.ServeMux
	deliver deliverer
}

var _ http.Handler = (*Handler)(nil)

// NewServer returns the API on a store whose files it serves itself.
func NewServer(store FileStore, o Options) *Handler {
	h := newHandler(store, o)
	h.deliver = server{handler: h, store: store}
	return h
}

// NewRedirector returns the API on a store whose clients it sends elsewhere.
func NewRedirector(store LinkStore, o Options) *Handler {
	h := newHandler(store, o)
	h.deliver = redirector{handler: h, store: store}
	return h
}

func newHandler(store Store, o Options) *Handler {
	h := &Handler{cache: newCatalogueCache(store, o.Freshness), options: o, mux: http.NewServeMux()}
	for pattern, answer := range routes() {
		h.mux.HandleFunc(pattern, readOnly(func(w http.ResponseWriter, r *http.Request) { answer(h, w, r) }))
	}
	h.mux.HandleFunc("/", servePathUnknown)
	return h
}

// routes are the paths that there are, with their parameters as the
// documentation names them.
func routes() map[string]func(*Handler, http.ResponseWriter, *http.Request) {
	return map[string]func(*Handler, http.ResponseWriter, *http.Request){
		documentPath:  (*Handler).serveDocument,
		platformsPath: (*Handler).servePlatforms,
		versionsPath + "/{cpu_architecture}/{operating_system}":         (*Handler).serveVersions,
		runnerPath + "/{cpu_architecture}/{operating_system}/{version}": (*Handler).serveRunner,
		filesPath + "/{version}/{os}/{arch}/{file}":                     (*Handler).serveFile,
	}
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	// The mux would send the client to the path that it thinks was meant.
	if escaped := r.URL.EscapedPath(); escaped != path.Clean("/"+strings.TrimPrefix(escaped, "/")) {
		servePathUnknown(w, r)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// readOnly refuses the methods that would change something.
func readOnly(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			serveMethodUnknown(w, r)
			return
		}
		answer(w, r)
	}
}

// catalogue is what the store has; if that cannot be told, the client is told
// so, and why is written to the log.
func (h *Handler) catalogue(w http.ResponseWriter, r *http.Request) (*catalogue, bool) {
	c, err := h.cache.get(r.Context())
	if err != nil {
		h.unavailable(w, r, err)
		return nil, false
	}
	return c, true
}

func (h *Handler) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	h.options.Logger.ErrorContext(r.Context(), "releases are unavailable", "error", err)
	serveUnavailable(w, r)
}

// offered are the releases for the platform that the path names.
func (h *Handler) offered(w http.ResponseWriter, r *http.Request) (Platform, []release, bool) {
	c, ok := h.catalogue(w, r)
	if !ok {
		return Platform{}, nil, false
	}
	architecture, system := r.PathValue("cpu_architecture"), r.PathValue("operating_system")
	platform, ok := parsePlatform(architecture, system)
	all := c.of(platform)
	if !ok || len(all) == 0 {
		servePlatformUnknown(w, r, architecture, system, c.platforms())
		return Platform{}, nil, false
	}
	return platform, all, true
}

func (h *Handler) servePlatforms(w http.ResponseWriter, r *http.Request) {
	if c, ok := h.catalogue(w, r); ok {
		h.serveJSON(w, r, platformsAnswer{Platforms: platformNames(c.platforms())})
	}
}

func (h *Handler) serveVersions(w http.ResponseWriter, r *http.Request) {
	platform, all, ok := h.offered(w, r)
	if !ok {
		return
	}
	answer := versionsAnswer{platformAnswer: platformName(platform), Versions: []versionAnswer{}}
	if r, ok := newest(all, parseVersionQuery(latest)); ok {
		version := r.version.String()
		answer.Latest = &version
	}
	for _, r := range all {
		answer.Versions = append(answer.Versions, versionAnswer{
			Version: r.version.String(), PreRelease: r.version.Prerelease() != "", SizeInBytes: r.size, Signed: r.signed,
		})
	}
	h.serveJSON(w, r, answer)
}

func (h *Handler) serveRunner(w http.ResponseWriter, r *http.Request) {
	platform, all, ok := h.offered(w, r)
	if !ok {
		return
	}
	want := parseVersionQuery(r.PathValue("version"))
	found, ok := newest(all, want)
	if !ok {
		serveVersionUnknown(w, r, want.text, platform, all)
		return
	}
	if !found.has(want.file) {
		serveUnsigned(w, r, found)
		return
	}
	h.deliver.send(w, r, found, want)
}

// serveFile serves a file of a release by its place in the store.
func (h *Handler) serveFile(w http.ResponseWriter, r *http.Request) {
	c, ok := h.catalogue(w, r)
	if !ok {
		return
	}
	// Part by part: joined, a part with a slash could be that of another path.
	version, file := r.PathValue("version"), r.PathValue("file")
	platform := Platform{OS: r.PathValue("os"), Architecture: r.PathValue("arch")}
	for _, found := range c.releases {
		if found.version.String() == version && found.platform == platform && found.has(file) {
			h.deliver.serve(w, r, found, file)
			return
		}
	}
	servePathUnknown(w, r)
}
