package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// change is one difference between two payloads.
type change struct {
	Path string `json:"path"`
	// Before and After are compact JSON; "" where there is no value.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

const (
	// maxChanges is how many changes a page has of a step.
	maxChanges = 1000
	// maxValue is how much of a value a change shows, in bytes.
	maxValue = 2000
)

// changesOf are what differs between two payloads, in the order of their keys; more
// counts those that are left out. Numbers are compared as they are written.
func changesOf(before, after json.RawMessage) (changes []change, more int) {
	old, okOld := decode(before)
	now, okNow := decode(after)
	if !okOld || !okNow {
		return nil, 0
	}
	d := &difference{}
	d.compare("$", old, now)
	if len(d.changes) > maxChanges {
		return d.changes[:maxChanges], len(d.changes) - maxChanges
	}
	return d.changes, 0
}

func decode(text json.RawMessage) (value any, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return value, decoder.Decode(&value) == nil
}

type difference struct{ changes []change }

func (d *difference) compare(path string, before, after any) {
	switch old := before.(type) {
	case map[string]any:
		if now, ok := after.(map[string]any); ok {
			d.objects(path, old, now)
			return
		}
	case []any:
		if now, ok := after.([]any); ok {
			d.lists(path, old, now)
			return
		}
	default:
		if before == after { // texts, numbers, booleans and null
			return
		}
	}
	d.add(path, compact(before), compact(after))
}

func (d *difference) objects(path string, before, after map[string]any) {
	keys := map[string]bool{}
	for key := range before {
		keys[key] = true
	}
	for key := range after {
		keys[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		old, had := before[key]
		now, has := after[key]
		at := path + member(key)
		switch {
		case !had:
			d.add(at, "", compact(now))
		case !has:
			d.add(at, compact(old), "")
		default:
			d.compare(at, old, now)
		}
	}
}

func (d *difference) lists(path string, before, after []any) {
	for i := range max(len(before), len(after)) {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case i >= len(before):
			d.add(at, "", compact(after[i]))
		case i >= len(after):
			d.add(at, compact(before[i]), "")
		default:
			d.compare(at, before[i], after[i])
		}
	}
}

func (d *difference) add(path, before, after string) {
	d.changes = append(d.changes, change{path, before, after})
}

// member is a key in a path: .key, or ['a key'].
func member(key string) string {
	if plainKey.MatchString(key) {
		return "." + key
	}
	return "['" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(key) + "']"
}

var plainKey = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

// compact is a value as JSON, cut if it is long.
func compact(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "" // a decoded value can be encoded
	}
	all := strings.TrimSuffix(text.String(), "\n")
	if len(all) <= maxValue {
		return all
	}
	cut := maxValue
	for !utf8.RuneStart(all[cut]) {
		cut--
	}
	return fmt.Sprintf("%s … (%d bytes)", all[:cut], len(all))
}
