package asl

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// dataFiles reads the files that a manifest names, one after the other, until there are as many items as wanted. An inventory of S3 says in its
// manifest which columns its CSV files have; a manifest of Athena is a list of the files that a query has written.
func (r *itemReader) dataFiles(ctx context.Context, v *visit, source ItemSource, manifest io.Reader, most int) ([]item, error) {
	data := *r
	data.manifest = ""
	var names []string
	var err error
	if r.manifest == "ATHENA_DATA" {
		names, err = athenaFiles(manifest)
	} else {
		data.inputType, data.given = "CSV", true
		names, data.headers, err = inventoryFiles(manifest)
	}
	if err != nil {
		return nil, err
	}
	var all []item
	for _, name := range names {
		if most > 0 && len(all) == most {
			break
		}
		items, err := data.dataFile(ctx, v, source, name, max(0, most-len(all)))
		if err != nil {
			return nil, fmt.Errorf("read %s, which the manifest names: %w", name, err)
		}
		for _, one := range items {
			one.index = len(all)
			all = append(all, one)
		}
	}
	return all, nil
}

func (r *itemReader) dataFile(ctx context.Context, v *visit, source ItemSource, name string, most int) ([]item, error) {
	source.File = name
	file, err := v.run.items(ctx, source)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	plain, err := unzipped(file)
	if err != nil {
		return nil, err
	}
	return r.parse(plain, most)
}

// unzipped reads a file that may be compressed by gzip, as those of an inventory are. What comes out is bounded, too.
func unzipped(file io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(file)
	start, err := buffered.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(start) != "\x1f\x8b" {
		return io.LimitReader(buffered, maxReadBytes+1), nil
	}
	unzip, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, err
	}
	return io.LimitReader(unzip, maxReadBytes+1), nil
}

// inventoryFiles reads the manifest.json of an S3 inventory.
func inventoryFiles(manifest io.Reader) (names, columns []string, err error) {
	text, err := io.ReadAll(manifest)
	if err != nil {
		return nil, nil, err
	}
	value, err := decode(text)
	if err != nil {
		return nil, nil, fmt.Errorf("the manifest is not JSON: %w", err)
	}
	o, _ := value.(*Object)
	field := func(o *Object, name string) any {
		if o == nil {
			return nil
		}
		value, _ := o.Get(name)
		return value
	}
	format, _ := field(o, "fileFormat").(string)
	schema, _ := field(o, "fileSchema").(string)
	files, isList := field(o, "files").([]any)
	switch {
	case !isList || schema == "":
		return nil, nil, errors.New("the manifest is not that of an S3 inventory: it needs files and fileSchema")
	case format != "CSV":
		return nil, nil, fmt.Errorf("the inventory has files in %s; Step Functions reads inventories in CSV", format)
	}
	for _, file := range files {
		one, _ := file.(*Object)
		key, _ := field(one, "key").(string)
		if key == "" {
			return nil, nil, errors.New("a file of the manifest has no key")
		}
		names = append(names, key)
	}
	for column := range strings.SplitSeq(schema, ",") {
		columns = append(columns, strings.TrimSpace(column))
	}
	return names, columns, nil
}

// athenaFiles reads a manifest with an s3:// address in each line.
func athenaFiles(manifest io.Reader) ([]string, error) {
	var names []string
	lines := bufio.NewScanner(manifest)
	for lines.Scan() {
		line := strings.Trim(strings.TrimSpace(lines.Text()), `"`)
		if line == "" {
			continue
		}
		_, name, ok := strings.Cut(strings.TrimPrefix(line, "s3://"), "/")
		if !ok || !strings.HasPrefix(line, "s3://") {
			return nil, fmt.Errorf("line %d of the manifest is no address such as s3://bucket/key", len(names)+1)
		}
		names = append(names, name)
	}
	return names, lines.Err()
}
