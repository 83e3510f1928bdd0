package jsonata

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Encode writes a value as JSON, with the keys of objects in order and numbers as
// JavaScript writes them.
func Encode(value any) ([]byte, error) {
	w := jsonWriter{}
	err := w.value(value, 0)
	return w.out, err
}

// writeJSON writes a value in an evaluation.
func (ev *evaluator) writeJSON(value any, style jsonStyle) (string, error) {
	const valueWork = 8 // for a number, say
	w := jsonWriter{jsonStyle: style, count: func(values, bytes int) error {
		if err := ev.read(valueWork * values); err != nil {
			return err
		}
		return ev.spendText(bytes)
	}}
	err := w.value(value, 0)
	if err == nil {
		err = w.report()
	}
	return string(w.out), err
}

// quote writes the beginning of a value for a message.
func quote(value any) string {
	const most = 200 // characters
	enough := errors.New("the beginning is written")
	w := jsonWriter{jsonStyle: jsonStyle{rounded: true}}
	w.count = func(int, int) error {
		if len(w.out) > most*utf8.UTFMax {
			return enough
		}
		return nil
	}
	if number, ok := value.(float64); ok && (math.IsInf(number, 0) || math.IsNaN(number)) {
		return fmt.Sprint(number)
	}
	if err := w.value(value, 0); err != nil && !errors.Is(err, enough) {
		return string(w.out) + "…" // up to what JSON does not have
	}
	if runes := []rune(string(w.out[:min(len(w.out), most*utf8.UTFMax)])); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(w.out)
}

// jsonStyle is how JSON is written.
type jsonStyle struct {
	pretty bool
	// rounded writes fractions with 15 significant digits, as $string does.
	rounded bool
}

// jsonWriter writes values. If there is a count, it is told again and again
// what was written since, and its error ends the writing.
type jsonWriter struct {
	jsonStyle
	out     []byte
	values  int
	counted int
	count   func(values, bytes int) error
}

func (w *jsonWriter) report() error {
	if w.count == nil {
		return nil
	}
	err := w.count(w.values, len(w.out)-w.counted)
	w.values, w.counted = 0, len(w.out)
	return err
}

func (w *jsonWriter) value(value any, depth int) error {
	if depth > maxNesting {
		return errTooDeep()
	}
	const everyValues, everyBytes = 64, 4096
	if w.values++; w.values >= everyValues || len(w.out)-w.counted > everyBytes {
		if err := w.report(); err != nil {
			return err
		}
	}
	if items, ok := itemsOf(value); ok {
		return w.array(items, depth)
	}
	switch value := value.(type) {
	case nil, Undefined:
		w.out = append(w.out, "null"...)
	case bool:
		w.out = strconv.AppendBool(w.out, value)
	case int64:
		w.out = strconv.AppendInt(w.out, value, 10)
	case float64:
		return w.number(value)
	case string:
		w.text(value)
	case *Object:
		return w.object(value, depth)
	default:
		return w.rare(value, depth)
	}
	return nil
}

func (w *jsonWriter) number(value float64) error {
	if math.IsInf(value, 0) || math.IsNaN(value) {
		return fault("D1001").about(value)
	}
	if w.rounded {
		value = round15(value)
	}
	w.out = append(w.out, formatNumber(value)...)
	return nil
}

// text writes a string. Invalid UTF-8 becomes replacement characters; that it is
// invalid is all that the error says.
func (w *jsonWriter) text(value string) { w.out, _ = jsontext.AppendQuote(w.out, value) }

func (w *jsonWriter) rare(value any, depth int) error {
	switch {
	case !isFunction(value):
		return fmt.Errorf("a value of Go type %T is no JSON value", value)
	case depth == 0 || w.rounded:
		w.out = append(w.out, `""`...)
	default:
		w.out = append(w.out, "null"...)
	}
	return nil
}

func (w *jsonWriter) array(items []any, depth int) error {
	w.out = append(w.out, '[')
	for i, item := range items {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.newline(depth + 1)
		if err := w.value(item, depth+1); err != nil {
			return err
		}
	}
	if len(items) > 0 {
		w.newline(depth)
	}
	w.out = append(w.out, ']')
	return nil
}

func (w *jsonWriter) object(object *Object, depth int) error {
	w.out = append(w.out, '{')
	for i, key := range object.keys {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.newline(depth + 1)
		w.text(key)
		w.out = append(w.out, ':')
		if w.pretty {
			w.out = append(w.out, ' ')
		}
		if err := w.value(object.values[i], depth+1); err != nil {
			return err
		}
	}
	if len(object.keys) > 0 {
		w.newline(depth)
	}
	w.out = append(w.out, '}')
	return nil
}

func (w *jsonWriter) newline(depth int) {
	if !w.pretty {
		return
	}
	w.out = append(w.out, '\n')
	for range depth {
		w.out = append(w.out, "  "...)
	}
}
