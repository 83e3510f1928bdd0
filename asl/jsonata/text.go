package jsonata

import (
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// stringFunction looks up the functions on strings.
func stringFunction(name string) (definition, bool) {
	d, ok := map[string]definition{
		"string":             {"<x-b?:s>", toString},
		"substring":          {"<s-nn?:s>", substring},
		"substringBefore":    {"<s-s:s>", func(c call) (any, error) { return around(c, true) }},
		"substringAfter":     {"<s-s:s>", func(c call) (any, error) { return around(c, false) }},
		"lowercase":          {"<s-:s>", mapText(lowercase)},
		"uppercase":          {"<s-:s>", mapText(uppercase)},
		"length":             {"<s-:n>", length},
		"trim":               {"<s-:s>", mapText(trim)},
		"pad":                {"<s-ns?:s>", pad},
		"join":               {"<a<s>s?:s>", join},
		"base64encode":       {"<s-:s>", mapText(base64Encode)},
		"base64decode":       {"<s-:s>", mapText(base64Decode)},
		"encodeUrl":          {"<s-:s>", encodeURL("encodeUrl", ";,/?:@&=+$#")},
		"encodeUrlComponent": {"<s-:s>", encodeURL("encodeUrlComponent", "")},
		"decodeUrl":          {"<s-:s>", decodeURL("decodeUrl", ";/?:@&=+$,#")},
		"decodeUrlComponent": {"<s-:s>", decodeURL("decodeUrlComponent", "")},
		"formatBase":         {"<n-n?:s>", formatBase},
		"formatNumber":       {"<n-so?:s>", formatNumberFunction},
		"formatInteger":      {"<n-s:s>", formatIntegerFunction},
		"parseInteger":       {"<s-s:n>", parseIntegerFunction},
		"now":                {"<s?s?:s>", now},
		"millis":             {"<:n>", func(c call) (any, error) { return float64(c.now.UnixMilli()), nil }},
		"fromMillis":         {"<n-s?s?:s>", fromMillis},
		"toMillis":           {"<s-s?:n>", toMillis},
	}[name]
	return d, ok
}

// mapText makes a function of one that takes a string.
func mapText(convert func(string) string) func(c call) (any, error) {
	return func(c call) (any, error) {
		text, ok := c.text(0)
		if !ok {
			return Undefined{}, nil
		}
		if err := c.spendText(2 * len(text)); err != nil {
			return nil, err
		}
		return convert(text), nil
	}
}

// A Caser has a state, so each call has its own.
func uppercase(text string) string { return cases.Upper(language.Und).String(text) }

func lowercase(text string) string { return cases.Lower(language.Und).String(text) }

// stringify casts a value to a string. Strings stay as they are, functions are
// empty, and the rest is JSON.
func (ev *evaluator) stringify(value any, pretty bool) (string, error) {
	if text, ok := value.(string); ok {
		return text, nil
	}
	if isFunction(value) {
		return "", nil
	}
	if number, ok := value.(float64); ok && (math.IsInf(number, 0) || math.IsNaN(number)) {
		return "", fault("D3001").about(value)
	}
	return ev.writeJSON(value, jsonStyle{pretty: pretty, rounded: true})
}

func toString(c call) (any, error) {
	value := c.arg(0)
	if isUndefined(value) {
		return value, nil
	}
	if wrapped, ok := value.(*array); ok && wrapped.outer {
		value = wrapped.items[0]
	}
	pretty, _ := c.arg(1).(bool)
	return c.stringify(value, pretty)
}

func length(c call) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	return float64(utf8.RuneCountInString(text)), nil
}

func substring(c call) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	if err := c.spendText(utf8.UTFMax * len(text)); err != nil {
		return nil, err
	}
	runes := []rune(text)
	size := float64(len(runes))
	start, _ := c.number(1)
	if size+start < 0 {
		start = 0
	}
	end := size
	if count, ok := c.number(2); ok {
		if count <= 0 {
			return "", nil
		}
		end = start + count
		if start < 0 {
			end += size
		}
	}
	if start = math.Trunc(start); start < 0 {
		start += size
	}
	start, end = min(start, size), min(math.Trunc(end), size)
	if end <= start {
		return "", nil
	}
	return string(runes[int(start):int(end)]), nil
}

func around(c call, before bool) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	separator, ok := c.text(1)
	if !ok {
		separator = "undefined" // as the reference searches for it
	}
	head, tail, found := strings.Cut(text, separator)
	switch {
	case !found:
		return text, nil
	case before:
		return head, nil
	default:
		return tail, nil
	}
}

// trim makes one blank of all runs of white space and drops those at the ends.
func trim(text string) string {
	return strings.Trim(strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return strings.ContainsRune(" \t\n\r", r)
	}), " "), " ")
}

// pad fills a text to a width, at its end or, for a negative width, at its start.
func pad(c call) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	width, _ := c.number(1)
	filler, ok := c.text(2)
	if !ok || filler == "" {
		filler = " "
	}
	missing := math.Trunc(math.Abs(width)) - float64(utf8.RuneCountInString(text))
	if missing <= 0 {
		return text, nil
	}
	if missing > math.MaxInt32 {
		return nil, c.spend(math.MaxInt32)
	}
	if err := c.spendText(int(missing) * utf8.UTFMax); err != nil {
		return nil, err
	}
	runes := []rune(filler)
	padding := make([]rune, int(missing))
	for i := range padding {
		padding[i] = runes[i%len(runes)]
	}
	if width > 0 {
		return text + string(padding), nil
	}
	return string(padding) + text, nil
}

func join(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	separator, _ := c.text(1)
	var out strings.Builder
	for i, item := range c.items(0) {
		text, _ := item.(string)
		if err := c.spendText(len(text) + len(separator)); err != nil {
			return nil, err
		}
		if i > 0 {
			out.WriteString(separator)
		}
		out.WriteString(text)
	}
	return out.String(), nil
}
