package stacks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// maxBody is the size in bytes of a template that a call can have in itself, maxTemplate
// that of any (CloudFormation's quotas).
const (
	maxBody     = 51_200
	maxTemplate = 1_000_000
)

// IsFile reports whether a template is a file of the distribution, and not a URL.
func IsFile(template string) bool {
	return !strings.HasPrefix(template, "https://") && !strings.HasPrefix(template, "s3://")
}

// relative is a path from the root of the distribution, whether it begins with a slash or
// not.
func relative(file string) string { return path.Clean(strings.TrimLeft(file, "/")) }

// template finds a step's template.
func (d *Deployer) template(ctx context.Context, template string, origin Origin) (Template, error) {
	if bucket, isObject := strings.CutPrefix(template, "s3://"); isObject {
		bucket, key, found := strings.Cut(bucket, "/")
		if !found || bucket == "" || key == "" {
			return Template{}, configFailure("Template %q: must be s3://bucket/key", template)
		}
		return Template{URL: d.ports.Templates.URL(bucket, key)}, nil
	}
	if !IsFile(template) {
		return Template{URL: template}, nil
	}
	text, err := d.ports.Files(origin).Read(ctx, relative(template))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Template{}, configFailure("Template %q: the distribution does not have it", template)
	case err != nil:
		return Template{}, fmt.Errorf("read the template %q: %w", template, err)
	case len(text) > maxTemplate:
		return Template{}, configFailure("Template %q: has %d bytes, and CloudFormation takes %d", template, len(text), maxTemplate)
	case len(text) <= maxBody:
		return Template{Body: string(text)}, nil
	}
	url, err := d.ports.Templates.Store(ctx, origin, text)
	if err != nil {
		return Template{}, fmt.Errorf("store the template %q: %w", template, err)
	}
	return Template{URL: url}, nil
}
