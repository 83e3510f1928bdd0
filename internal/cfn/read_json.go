package cfn

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/attini-go/runner/internal/problem"
)

// ReadJSON reads JSON, such as a macro's fragment: without places, in the
// order of the text, number literals kept. Of two equal keys the last counts,
// as in every JSON reader of AWS's.
func ReadJSON(data []byte) (*Node, error) {
	reader := newJSONReader(data)
	n, err := reader.document()
	if err != nil {
		return nil, fmt.Errorf("read JSON at byte %d: %w", reader.offset(err), reason(err))
	}
	return n, nil
}

// readPlacedJSON reads a template file that is JSON, with places.
func readPlacedJSON(data []byte) (*Node, problem.List) {
	reader := newJSONReader(data)
	reader.cursor = &cursor{data: data, place: problem.Place{Line: 1, Column: 1}}
	n, err := reader.document()
	switch {
	case errors.Is(err, errTooDeep):
		return nil, problem.List{tooLarge(placeOf(data, reader.offset(err)))}
	case err != nil:
		return nil, problem.List{*syntaxError(placeOf(data, reader.offset(err)), "the template is not JSON: "+reason(err).Error())}
	}
	return n, reader.problems
}

// jsonReader makes Nodes of a stream of JSON tokens.
type jsonReader struct {
	data    []byte
	decoder *jsontext.Decoder
	// cursor follows the places; nil when none are wanted. With places a
	// duplicate key is a problem, without them the last one counts.
	cursor   *cursor
	problems problem.List
	builder  builder
}

func newJSONReader(data []byte) *jsonReader {
	return &jsonReader{data: data, decoder: jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))}
}

var errTooDeep = fmt.Errorf("nested deeper than %d", maxTemplateDepth)

func (r *jsonReader) document() (*Node, error) {
	n, err := r.value(0)
	if errors.Is(err, io.EOF) {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	if _, err := r.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the value")
	}
	return n, nil
}

func (r *jsonReader) value(depth int) (*Node, error) {
	if depth > maxTemplateDepth {
		return nil, errTooDeep
	}
	n := r.builder.node()
	n.Place = r.next()
	token, err := r.decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case jsontext.KindTrue, jsontext.KindFalse:
		n.Kind, n.Text = Bool, token.String()
	case jsontext.KindNumber:
		n.Kind, n.Text = Number, token.String()
		if r.cursor != nil {
			n.Text, _ = plainNumber(n.Text) // JSON's numbers are among YAML's
			n.setWritten(token.String())
		}
	case jsontext.KindString:
		n.Kind, n.Text = String, token.String()
	case jsontext.KindBeginArray:
		n.Kind = List
		err = r.items(n, depth)
	case jsontext.KindBeginObject:
		n.Kind = Map
		err = r.fields(n, depth)
	}
	return n, err
}

func (r *jsonReader) items(n *Node, depth int) error {
	first := len(r.builder.items)
	for r.decoder.PeekKind() != jsontext.KindEndArray {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		r.builder.items = append(r.builder.items, item)
	}
	r.builder.list(n, first)
	_, err := r.decoder.ReadToken()
	return err
}

func (r *jsonReader) fields(n *Node, depth int) error {
	var seen keys
	start := len(r.builder.fields)
	for r.decoder.PeekKind() != jsontext.KindEndObject {
		at := r.next()
		token, err := r.decoder.ReadToken()
		if err != nil {
			return err
		}
		key := token.String()
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.Fields = r.builder.fields[start:]
		switch first := seen.find(n, key); {
		case first < 0:
			r.builder.fields = append(r.builder.fields, Field{Key: key, Value: value, Place: at})
		case r.cursor == nil:
			n.Fields[first].Value = value
		default:
			r.problems.Add(duplicateKey(key, n.Fields[first].Place, at))
		}
	}
	r.builder.object(n, start)
	_, err := r.decoder.ReadToken()
	return err
}

// offset is where in the text an error was found.
func (r *jsonReader) offset(err error) int {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return min(int(syntax.ByteOffset), len(r.data))
	}
	return min(int(r.decoder.InputOffset()), len(r.data))
}

// reason is a syntax error without the library's own words for its place.
func reason(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &syntax) && errors.Is(syntax.Err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the text ends in the middle")
	case syntax != nil && syntax.Err != nil:
		return syntax.Err
	}
	return err
}

// next is the place of the token that is read next.
func (r *jsonReader) next() problem.Place {
	if r.cursor == nil {
		return problem.Place{}
	}
	offset := int(r.decoder.InputOffset())
	for offset < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[offset]) >= 0 {
		offset++
	}
	return r.cursor.advance(offset)
}

// cursor turns rising byte offsets into places.
type cursor struct {
	data   []byte
	offset int
	place  problem.Place
}

func (c *cursor) advance(offset int) problem.Place {
	passed := c.data[c.offset:offset]
	c.offset = offset
	if lines := bytes.Count(passed, []byte("\n")); lines > 0 {
		c.place.Line += lines
		c.place.Column = 1
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	c.place.Column += utf8.RuneCount(passed)
	return c.place
}
