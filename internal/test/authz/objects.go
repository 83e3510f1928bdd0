package authz

import (
	"net/url"
	"strings"

	"github.com/attini-go/runner/internal/test/iam"
)

func (q *question) s3() {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(q.call.Path, "/"), "/")
	if bucket == "" {
		return
	}
	if key == "" {
		context := iam.Context{}
		for parameter, name := range map[string]string{"prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys"} {
			if q.call.Query.Has(parameter) {
				context[name] = []string{q.call.Query.Get(parameter)}
			}
		}
		q.ask(q.bucket(bucket), context)
		return
	}
	if source := q.call.Header.Get("X-Amz-Copy-Source"); source != "" {
		if plain, err := url.PathUnescape(source); err == nil {
			source = plain
		}
		source, _, _ = strings.Cut(source, "?versionId=")
		q.askFor("s3:GetObject", q.bucket(strings.TrimPrefix(source, "/")), nil)
	}
	if version := q.call.Query.Get("versionId"); version != "" && q.call.Action() == "s3:GetObject" {
		q.askFor("s3:GetObjectVersion", q.bucket(bucket+"/"+key), iam.Context{"s3:VersionId": {version}})
		return
	}
	q.ask(q.bucket(bucket+"/"+key), nil)
}

// bucket is the ARN of a bucket, or of an object as BUCKET/KEY.
func (q *question) bucket(name string) string { return "arn:" + q.partition + ":s3:::" + name }
