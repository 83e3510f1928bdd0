package releaseapi

import (
	_ "embed"
	"net/http"
)

// document is the OpenAPI document of the API, which the tests hold it to.
//
//go:embed openapi.json
var document []byte

// serveDocument serves it; another build of this program may have another one.
func (*Handler) serveDocument(w http.ResponseWriter, r *http.Request) {
	serveWhole(w, r, document, "public, max-age=300")
}
