package asl

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
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
	whole     bool // each result with its execution's data
}

func (o *object) resultWriter() *resultWriter {
	at, ok := o.field("ResultWriter")
	if !ok {
		return nil
	}
	r := o.open(at, "ResultWriter", o.fieldsOfPart(PartResultWriter), o.jsonata)
	w := &resultWriter{arguments: r.template("Parameters"), whole: true}
	if o.jsonata {
		w.arguments = r.template("Arguments")
	}
	if r.has("Resource") {
		r.integrated("a ResultWriter writes", r.required("Resource", "arn:aws:states:::s3:putObject"), "s3:putObject")
	}
	config, ok := r.field("WriterConfig")
	if !ok {
		if at.value.Kind() == ObjectKind && !r.has("Resource") && !r.has("WriterConfig") {
			r.missing("Resource", RuleRequired, "Resource is required: arn:aws:states:::s3:putObject")
		}
		return w
	}
	c := r.open(config, "WriterConfig", o.fieldsOfPart(PartWriterConfig), o.jsonata)
	output, _ := c.text("OutputType")
	transformation, _ := c.text("Transformation")
	w.lines, w.flat, w.whole = output == "JSONL", transformation == "FLATTEN", transformation == "" || transformation == "NONE"
	return w
}

// write writes the results and gives what the Map comes to then: where they are.
func (w *resultWriter) write(ctx context.Context, v *visit, s *scope, inputs []item, results any, failed *tolerance) (any, error) {
	all, _ := results.([]any)
	bucket, prefix, err := w.place(s)
	if err != nil {
		return nil, err
	}
	id := v.run.newID()
	if bucket == "" { // without a place, WriterConfig only says how the output looks
		return w.shown(v, id, inputs, all, failed), nil
	}
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
			broken = append(broken, record(v, id, i, &inputs[i], nil, e))
			continue
		}
		if w.whole {
			result = record(v, id, i, &inputs[i], result, nil)
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
		if part.kind == "SUCCEEDED" && w.flat {
			part.rows = flattened(part.rows)
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

// shown is the Map's output if nothing is written.
func (w *resultWriter) shown(v *visit, id string, inputs []item, results []any, failed *tolerance) any {
	rows := make([]any, len(results))
	for i, result := range results {
		rows[i] = result
		if e := failed.failures[i]; w.whole || e != nil {
			rows[i] = record(v, id, i, &inputs[i], result, e)
		}
	}
	if w.flat {
		rows = flattened(rows)
	}
	return rows
}

// record is a result with what the service tells of its execution. Input and output are texts in it.
func record(v *visit, id string, index int, it *item, result any, failed *Error) *Object {
	text := func(value any) string {
		encoded, err := encode(value)
		if err != nil { // a value of this package always is JSON
			return ""
		}
		return string(encoded)
	}
	name := fmt.Sprintf("%s-%d", id, index)
	o := ObjectOf("ExecutionArn", "arn:aws:states:::execution:"+v.state.name+":"+name)
	if failed != nil {
		o.Set("Cause", failed.Cause)
		o.Set("Error", failed.Name)
	}
	o.Set("Input", text(it.input))
	o.Set("InputDetails", ObjectOf("Included", true))
	o.Set("Name", name)
	if failed == nil {
		o.Set("Output", text(result))
	}
	o.Set("OutputDetails", ObjectOf("Included", true))
	o.Set("StartDate", timestamp(it.started))
	o.Set("Status", map[bool]string{true: "SUCCEEDED", false: "FAILED"}[failed == nil])
	o.Set("StopDate", timestamp(it.stopped))
	return o
}

// flattened puts the items of lists in their place.
func flattened(rows []any) []any {
	flat := []any{}
	for _, row := range rows {
		if list, ok := row.([]any); ok {
			flat = append(flat, list...)
		} else {
			flat = append(flat, row)
		}
	}
	return flat
}

// file is the file of the results that ended in one way.
func (w *resultWriter) file(kind string, rows []any) (name string, data []byte) {
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
