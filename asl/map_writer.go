package asl

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// ResultFile is a file that a ResultWriter writes.
type ResultFile struct {
	State  string // the Map's name
	Bucket string
	Key    string // the object's key: Prefix/id/SUCCEEDED_0.json
	Data   []byte
}

// resultWriter is ResultWriter.
type resultWriter struct {
	arguments *template
	lines     bool
	flat      bool
}

func (o *object) resultWriter() *resultWriter {
	at, ok := o.field("ResultWriter")
	if !ok {
		return nil
	}
	r := o.open(at, "ResultWriter", FieldsOfPart(PartResultWriter), o.jsonata)
	w := &resultWriter{arguments: r.template("Parameters")}
	if o.jsonata {
		w.arguments = r.template("Arguments")
	}
	if resource, ok := r.text("Resource"); ok && resource == "" {
		r.required("Resource", "arn:aws:states:::s3:putObject")
	}
	config, ok := r.field("WriterConfig")
	if !ok {
		if at.value.Kind() == ObjectKind && !r.has("Resource") && !r.has("WriterConfig") {
			r.missing("Resource", RuleRequired, "Resource is required: arn:aws:states:::s3:putObject")
		}
		return w
	}
	c := r.open(config, "WriterConfig", FieldsOfPart(PartWriterConfig), o.jsonata)
	output, _ := c.text("OutputType")
	transformation, _ := c.text("Transformation")
	w.lines, w.flat = output == "JSONL", transformation == "FLATTEN"
	return w
}

// write writes the results and gives what the Map comes to then: where they are.
func (w *resultWriter) write(ctx context.Context, v *visit, s *scope, results any, failed *tolerance) (any, error) {
	all, _ := results.([]any)
	bucket, prefix, err := w.place(s)
	if err != nil {
		return nil, err
	}
	if bucket == "" {
		return results, nil // without a place, WriterConfig only says how the output looks
	}
	id := uuid.NewString()
	files := ObjectOf("FAILED", []any{}, "PENDING", []any{}, "SUCCEEDED", []any{})
	put := func(kind, name string, data []byte) error {
		key := objectKey(prefix, id, name)
		if kind != "" {
			files.Set(kind, []any{ObjectOf("Key", key, "Size", json.Number(fmt.Sprint(len(data))))})
		}
		if v.run.results == nil {
			return nil
		}
		if err := v.run.results(ctx, ResultFile{State: v.state.name, Bucket: bucket, Key: key, Data: data}); err != nil {
			return outside(ResultWriterFailed, "%s", err)
		}
		return nil
	}
	var succeeded, broken []any
	for i, result := range all {
		if e, bad := failed.failures[i]; bad {
			broken = append(broken, ObjectOf("Status", "FAILED", "Error", e.Name, "Cause", e.Cause))
			continue
		}
		succeeded = append(succeeded, result)
	}
	for _, part := range []struct {
		kind string
		rows []any
	}{{"SUCCEEDED", succeeded}, {"FAILED", broken}} {
		if len(part.rows) == 0 {
			continue
		}
		name, data := w.file(part.kind, part.rows)
		if err := put(part.kind, name, data); err != nil {
			return nil, err
		}
	}
	arn := "arn:aws:states:::mapRun:" + v.state.name + ":" + id
	manifest, err := encode(ObjectOf("DestinationBucket", bucket, "MapRunArn", arn, "ResultFiles", files))
	if err != nil {
		return nil, err
	}
	if err := put("", "manifest.json", manifest); err != nil {
		return nil, err
	}
	return ObjectOf("MapRunArn", arn, "ResultWriterDetails", ObjectOf("Bucket", bucket, "Key", objectKey(prefix, id, "manifest.json"))), nil
}

func objectKey(prefix, id, name string) string {
	return strings.TrimPrefix(strings.TrimSuffix(prefix, "/")+"/"+id+"/"+name, "/")
}

func (w *resultWriter) place(s *scope) (bucket, prefix string, err error) {
	if w.arguments == nil {
		return "", "", nil
	}
	value, err := w.arguments.fill(s)
	if err != nil {
		return "", "", err
	}
	arguments, ok := value.(*Object)
	if !ok {
		return "", "", outside(ResultWriterFailed, "the arguments of the ResultWriter must be an object, not %s", typeName(value))
	}
	text := func(name string) string {
		value, _ := arguments.Get(name)
		text, _ := value.(string)
		return text
	}
	return text("Bucket"), text("Prefix"), nil
}

// file is the file of the results that ended in one way.
func (w *resultWriter) file(kind string, rows []any) (name string, data []byte) {
	if w.flat {
		var flat []any
		for _, row := range rows {
			if list, ok := row.([]any); ok {
				flat = append(flat, list...)
			} else {
				flat = append(flat, row)
			}
		}
		rows = flat
	}
	if !w.lines {
		data, _ = encode(rows)
		return kind + "_0.json", data
	}
	var lines bytes.Buffer
	for _, row := range rows {
		line, _ := encode(row)
		lines.Write(append(line, '\n'))
	}
	return kind + "_0.jsonl", lines.Bytes()
}
