package aws

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/stacks"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// archiveServer answers for an artifact store that has one archive, and breaks one of the
// calls.
type archiveServer struct {
	archive []byte
	broken  int // the number of the call; 0 for none
	fault   string
	calls   int
}

func (s *archiveServer) answer(_ int, w http.ResponseWriter, r *http.Request) bool {
	s.calls++
	archive, etag := s.archive, `"first"`
	if s.calls == s.broken {
		switch s.fault {
		case "error":
			return fakeaws.Error(http.StatusInternalServerError, "InternalError")(0, w, r)
		case "connection":
			return fakeaws.Reset(0, w, r)
		case "gone":
			return fakeaws.Error(http.StatusNotFound, "NoSuchKey")(0, w, r)
		case "cut off":
			w.Header().Set("Content-Length", "30")
			_, _ = w.Write([]byte("PK"))
			panic(http.ErrAbortHandler)
		case "replaced":
			s.archive, etag = zipOf("other.yaml"), `"second"`
			archive = s.archive
		}
	}
	if !strings.HasSuffix(r.URL.Path, "/shop.zip") {
		return fakeaws.Error(http.StatusNotFound, "NoSuchKey")(0, w, r)
	}
	w.Header().Set("ETag", etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(archive))
	return true
}

// zipOf is an archive of one file, which has its name for text.
func zipOf(name string) []byte {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	member, err := w.Create(name)
	if err != nil {
		panic(err) // a buffer takes everything
	}
	_, err = member.Write([]byte(name))
	if err := errors.Join(err, w.Close()); err != nil {
		panic(err)
	}
	return archive.Bytes()
}

func (s *archiveServer) read(t *testing.T, file string) (string, error) {
	proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1") // nobody else is asked
	proxy.On("s3", s.answer)
	distributions := NewDistributions(aws.Config{
		Region: fakeaws.Region, BaseEndpoint: aws.String(proxy.Endpoint()), Credentials: credentials.NewStaticCredentialsProvider("AKIATESTS", "standin", ""),
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}, "store")
	origin := stacks.Origin{DistributionName: "shop", Bucket: "store", Prefix: "dev/shop/1/distribution-origin"}
	text, err := distributions.FilesOf(origin).Read(t.Context(), file)
	return string(text), err
}

// TestArchiveThatCannotBeRead: whichever call fails, the distribution is not said to lack the
// file: a step that was told so is not tried again.
func TestArchiveThatCannotBeRead(t *testing.T) {
	t.Parallel()
	whole := &archiveServer{archive: zipOf("config.yaml")}
	text, err := whole.read(t, "config.yaml")
	require.NoError(t, err)
	require.Equal(t, "config.yaml", text)
	_, err = (&archiveServer{archive: whole.archive}).read(t, "none.yaml")
	require.ErrorIs(t, err, fs.ErrNotExist)
	for _, fault := range []string{"error", "connection", "cut off", "gone", "replaced"} {
		for call := 1; call <= whole.calls; call++ {
			if call <= 2 && (fault == "gone" || fault == "replaced") {
				continue // the file has no object of its own; the archive has not been found yet
			}
			server := &archiveServer{archive: whole.archive, broken: call, fault: fault}
			_, err := server.read(t, "config.yaml")
			require.Error(t, err, "%s at call %d", fault, call)
			assert.NotErrorIs(t, err, fs.ErrNotExist, "%s at call %d", fault, call)
		}
	}
}
