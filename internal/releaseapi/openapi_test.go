package releaseapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocument: what is documented is what there is.
func TestDocument(t *testing.T) {
	t.Parallel()
	c := serving(t)
	documented := c.contract.Paths()
	filled := strings.NewReplacer("{cpu_architecture}", "x86_64", "{operating_system}", "Linux", "{os}", "linux", "{arch}", "amd64", "{file}", Binary, "{version}", "1.0.0")
	for _, path := range documented {
		response, _ := c.ask(t, "GET", filled.Replace(path))
		assert.Less(t, response.StatusCode, 400, path)
	}
	_, body := c.ask(t, "GET", "/")
	var said problemAnswer
	require.NoError(t, json.Unmarshal([]byte(body), &said))
	for _, path := range said.Paths {
		path = strings.TrimSuffix(strings.TrimSuffix(path, checksumSuffix), signatureSuffix)
		assert.Contains(t, documented, path)
	}
	response, body := c.ask(t, "GET", documentPath)
	assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
	assert.Equal(t, "public, max-age=300", response.Header.Get("Cache-Control"))
	assert.Equal(t, string(document), body)
	assert.Len(t, documented, 5)
	assert.Equal(t, slices.Sorted(maps.Keys(routes())), documented)
}
