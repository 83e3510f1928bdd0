package asl

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ItemSource is what an ItemReader reads.
type ItemSource struct {
	State     string          // the Map's name
	Path      string          // the state's name with its branch or iteration, as in [Event]
	Resource  string          // the reader's Resource
	Arguments json.RawMessage // its Parameters or Arguments: the Bucket and Key
	File      string          // the key of a data file that the manifest names; empty for what the reader itself names
}

// maxReadBytes bounds what is read of a file of items: 256 MiB.
const maxReadBytes = 256 << 20

// itemReader is ItemReader.
type itemReader struct {
	resource  string
	arguments *template
	inputType string
	headers   []string
	given     bool // CSVHeaderLocation is GIVEN
	delimiter rune
	pointer   string
	manifest  string // its type, of the InputType MANIFEST or with a ManifestType; else empty
	most      amount
}

func (o *object) itemReader() *itemReader {
	at, ok := o.field("ItemReader")
	if !ok {
		return nil
	}
	r := o.open(at, "ItemReader", o.fieldsOfPart(PartItemReader), o.jsonata)
	w := &itemReader{arguments: r.template("Parameters"), delimiter: ',', inputType: "JSON"}
	if o.jsonata {
		w.arguments = r.template("Arguments")
	}
	if at.value.Kind() == ObjectKind {
		w.resource = r.required("Resource", "arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2")
		r.integrated("an ItemReader reads", w.resource, "s3:getObject", "s3:listObjectsV2")
	}
	config, ok := r.field("ReaderConfig")
	if !ok {
		if strings.HasSuffix(w.resource, ":s3:getObject") && !r.has("ReaderConfig") {
			r.missing("ReaderConfig", RuleRequired, "ReaderConfig is required, with the InputType of what is read")
		}
		return w
	}
	r.readerConfig(config, w)
	return w
}

func (o *object) readerConfig(at *location, w *itemReader) {
	c := o.open(at, "ReaderConfig", o.fieldsOfPart(PartReaderConfig), o.jsonata)
	if kind, ok := c.text("InputType"); ok {
		w.inputType = kind
	} else if strings.HasSuffix(w.resource, ":s3:getObject") && !c.has("InputType") && at.value.Kind() == ObjectKind {
		c.missing("InputType", RuleRequired, "InputType is required: CSV, JSON, JSONL, MANIFEST or PARQUET")
	}
	location, _ := c.text("CSVHeaderLocation")
	w.given = location == "GIVEN"
	w.headers = c.texts("CSVHeaders")
	switch headers, ok := c.field("CSVHeaders"); {
	case w.given && !c.has("CSVHeaders"):
		c.missing("CSVHeaders", RuleRequired, "CSVHeaders is required: the names of the columns")
	case w.given && ok && headers.value.Kind() == Array && headers.value.Len() == 0:
		c.problemAt(headers, RuleRequired, "is empty: give the names of the columns")
	}
	delimiter, _ := c.text("CSVDelimiter")
	w.delimiter = map[string]rune{"PIPE": '|', "SEMICOLON": ';', "SPACE": ' ', "TAB": '\t'}[delimiter]
	if w.delimiter == 0 {
		w.delimiter = ','
	}
	w.pointer, _ = c.text("ItemsPointer")
	w.most = c.amount("MaxItems")
	w.manifest, _ = c.text("ManifestType")
	if w.manifest == "" && w.inputType == "MANIFEST" {
		w.manifest = "S3_INVENTORY"
	}
	c.text("Transformation")
}

// texts reads a list of texts.
func (o *object) texts(key string) []string {
	at, ok := o.field(key)
	if !ok {
		return nil
	}
	if at.value.Kind() != Array {
		o.problemAt(at, RuleType, "must be a list of strings, not %s", at.value.Kind())
		return nil
	}
	var texts []string
	for i := range at.value.Len() {
		one := at.value.Item(i)
		if one.Kind() != Text && !o.later(one) {
			o.problemAt(at.item(i, one), RuleType, "must be a string, not %s", one.Kind())
		}
		texts = append(texts, one.Text())
	}
	return texts
}

// read asks the caller for the items and takes them apart.
func (r *itemReader) read(ctx context.Context, v *visit, s *scope) ([]item, error) {
	source := ItemSource{State: v.state.name, Path: v.path, Resource: r.resource}
	if r.arguments != nil {
		arguments, err := r.arguments.fill(s)
		if err != nil {
			return nil, err
		}
		if source.Arguments, err = v.run.sized("the arguments of the ItemReader", arguments); err != nil {
			return nil, err
		}
	}
	most, err := r.limit(s)
	if err != nil {
		return nil, err
	}
	if v.run.items == nil {
		return nil, outside(ItemReaderFailed, "the items of %q are in %s, which this run cannot read; give them as a file", v.path, r.resource)
	}
	file, err := v.run.items(ctx, source)
	if err != nil {
		return nil, outside(ItemReaderFailed, "%s", err)
	}
	defer file.Close()
	var items []item
	if content := io.LimitReader(file, maxReadBytes+1); r.manifest != "" {
		items, err = r.dataFiles(ctx, v, source, content, most)
	} else {
		items, err = r.parse(content, most)
	}
	var own *Error
	if err != nil && !errors.As(err, &own) {
		err = outside(ItemReaderFailed, "%s", err)
	}
	return items, err
}

// limit is MaxItems; 0 for all.
func (r *itemReader) limit(s *scope) (int, error) {
	unbounded := r.most
	unbounded.spec.Min, unbounded.spec.Max = negative, 0
	n, err := unbounded.in(s, 0)
	if err == nil && n < 0 {
		err = outside(ItemReaderFailed, "field MaxItems must be positive")
	}
	return int(min(n, r.mostItems())), err
}

func (r *itemReader) mostItems() float64 { return 100_000_000 }

func (r *itemReader) parse(file io.Reader, most int) ([]item, error) {
	var values []any
	var err error
	switch {
	case strings.HasSuffix(r.resource, ":listObjectsV2"), r.inputType == "JSON":
		return r.json(file, most)
	case r.inputType == "JSONL":
		values, err = jsonLines(file, most)
	case r.inputType == "CSV":
		values, err = r.csv(file, most)
	default:
		values, err = parquetLines(file, most)
	}
	items, _ := itemsOf(values, false)
	return items, err
}

func (r *itemReader) json(file io.Reader, most int) ([]item, error) {
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	if len(text) > maxReadBytes {
		return nil, fmt.Errorf("the items have more than %d bytes", maxReadBytes)
	}
	value, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("the items are not JSON: %w", err)
	}
	if value, err = pointed(value, r.pointer); err != nil {
		return nil, err
	}
	items, ok := itemsOf(value, true)
	if !ok {
		return nil, outside(ItemReaderFailed, "Attempting to map over non-iterable node.")
	}
	if most > 0 {
		items = items[:min(most, len(items))]
	}
	return items, nil
}

// pointed follows a JSON Pointer.
func pointed(value any, pointer string) (any, error) {
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if pointer == "" || pointer == "/" {
			break
		}
		name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		o, ok := value.(*Object)
		if ok {
			value, ok = o.Get(name)
		}
		if !ok {
			return nil, fmt.Errorf("ItemsPointer %s names nothing in the items", pointer)
		}
	}
	return value, nil
}

// parquetLines reads what stands for a Parquet file here: the same rows as JSON lines. The definition stays as Step Functions needs it.
func parquetLines(file io.Reader, most int) ([]any, error) {
	content := bufio.NewReader(file)
	if start, _ := content.Peek(len(parquetMagic)); string(start) == parquetMagic {
		return nil, errors.New("this is a Parquet file, which cannot be read here; give the same rows as JSON lines instead, with the InputType as it is." +
			" DuckDB writes them: COPY (FROM 'items.parquet') TO 'items.jsonl' (FORMAT json)")
	}
	return jsonLines(content, most)
}

// parquetMagic is how a Parquet file begins.
const parquetMagic = "PAR1"

func jsonLines(file io.Reader, most int) ([]any, error) {
	values := []any{}
	lines := bufio.NewReader(file)
	for number := 1; most == 0 || len(values) < most; number++ {
		line, err := lines.ReadBytes('\n')
		if text := bytes.TrimSpace(line); len(text) > 0 {
			value, bad := decode(text)
			if bad != nil {
				return nil, fmt.Errorf("line %d of the items is not JSON", number)
			}
			values = append(values, value)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

// csv makes an object of each row. A row may be shorter than the header: the fields that it lacks are empty.
func (r *itemReader) csv(file io.Reader, most int) ([]any, error) {
	rows := csv.NewReader(file)
	rows.Comma, rows.FieldsPerRecord, rows.LazyQuotes = r.delimiter, -1, true
	headers := r.headers
	if !r.given {
		first, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return []any{}, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the items are not CSV: %w", err)
		}
		first[0] = strings.TrimPrefix(first[0], "\ufeff")
		headers = first
	}
	for i, name := range headers {
		if slices.Contains(headers[:i], name) {
			return nil, outside(ItemReaderFailed, "CSV headers cannot contain duplicates.")
		}
	}
	values := []any{}
	for most == 0 || len(values) < most {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the items are not CSV: %w", err)
		}
		o := NewObject(len(headers))
		for i, name := range headers {
			value := ""
			if i < len(row) {
				value = row[i]
			}
			o.Set(name, value)
		}
		values = append(values, o)
	}
	return values, nil
}
