package asl_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

func zipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func TestManifests(t *testing.T) {
	t.Parallel()
	const inventory = `{"sourceBucket": "s", "version": "2016-11-30", "fileFormat": "CSV", "fileSchema": "Bucket, Key, Size", "files": [{"key": "i/data/1.csv.gz"}, {"key": "i/data/2.csv.gz"}]}`
	files := map[string]string{
		"i/data/1.csv.gz": zipped(t, "\"b\",\"one\",\"1\"\n\"b\",\"two\",\"2\"\n"), "i/data/2.csv.gz": zipped(t, "\"b\",\"three\",\"3\"\n"),
		"a.jsonl": "1\n2\n", "b.jsonl": "3\n", "a.csv": "h\nx\n", "broken.gz": "\x1f\x8bno gzip",
	}
	for name, c := range map[string]struct{ config, manifest, want, failed string }{
		"an inventory":            {`"InputType": "MANIFEST"`, inventory, `[{"Bucket":"b","Key":"one","Size":"1"},{"Bucket":"b","Key":"two","Size":"2"},{"Bucket":"b","Key":"three","Size":"3"}]`, ""},
		"an inventory, some":      {`"InputType": "MANIFEST", "ManifestType": "S3_INVENTORY", "MaxItems": 1`, inventory, `[{"Bucket":"b","Key":"one","Size":"1"}]`, ""},
		"Athena":                  {`"InputType": "JSONL", "ManifestType": "ATHENA_DATA"`, "\"s3://b/a.jsonl\"\n\ns3://b/b.jsonl\n", `[1,2,3]`, ""},
		"Athena, some":            {`"InputType": "JSONL", "ManifestType": "ATHENA_DATA", "MaxItems": 3`, "s3://b/a.jsonl\ns3://b/b.jsonl\ns3://b/gone", `[1,2,3]`, ""},
		"no files":                {`"InputType": "MANIFEST"`, strings.Replace(inventory, `{"key": "i/data/1.csv.gz"}, {"key": "i/data/2.csv.gz"}`, "", 1), `[]`, ""},
		"an inventory in ORC":     {`"InputType": "MANIFEST"`, strings.Replace(inventory, "CSV", "ORC", 1), "", "ORC"},
		"another object":          {`"InputType": "MANIFEST"`, `{"a": 1}`, "", "not that of an S3 inventory"},
		"a list":                  {`"InputType": "MANIFEST"`, `[]`, "", "not that of an S3 inventory"},
		"no JSON":                 {`"InputType": "MANIFEST"`, `{`, "", "not JSON"},
		"a file without key":      {`"InputType": "MANIFEST"`, strings.Replace(inventory, `"key": "i/data/1.csv.gz"`, "", 1), "", "no key"},
		"a file that is not here": {`"InputType": "JSONL", "ManifestType": "ATHENA_DATA"`, "s3://b/gone", "", "read gone, which the manifest names"},
		"no gzip":                 {`"InputType": "JSONL", "ManifestType": "ATHENA_DATA"`, "s3://b/broken.gz", "", "broken.gz"},
		"no address":              {`"InputType": "JSONL", "ManifestType": "ATHENA_DATA"`, "b/gone", "", "line 1"},
		"Parquet":                 {`"InputType": "PARQUET"`, "PAR1\x15\x04", "", "give the same rows as JSON lines instead"},
		"Parquet's rows as lines": {`"InputType": "PARQUET", "MaxItems": 2`, "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n", `[{"a":1},{"a":2}]`, ""},
		"Parquet without rows":    {`"InputType": "PARQUET"`, "", `[]`, ""},
		"Parquet's rows as CSV":   {`"InputType": "PARQUET"`, "a\n1\n", "", "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			machine := parse(t, distributed(`"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}, "ReaderConfig": {`+c.config+`}}, `))
			output, err := machine.Run(t.Context(), asl.Execution{Input: json.RawMessage(`{}`)}, asl.Options{
				Items: func(ctx context.Context, source asl.ItemSource) (io.ReadCloser, error) {
					if source.File == "" {
						return reads(c.manifest)(ctx, source)
					}
					text, ok := files[source.File]
					if !ok {
						return nil, errors.New("not here")
					}
					return reads(text)(ctx, source)
				},
			})
			if c.failed != "" {
				assert.Equal(t, asl.ItemReaderFailed, failureOf(t, err).Name)
				assert.Contains(t, failureOf(t, err).Cause, c.failed)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, string(output))
		})
	}
}
