package jsonata

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"math"

	"github.com/go-json-experiment/json/jsontext"
)

// statesFunction looks up the functions that Step Functions adds to the language.
// A number that is to be an integer is cut towards zero.
func statesFunction(name string) (definition, bool) {
	d, ok := map[string]definition{
		"partition": {"<xn?:a>", partition},
		"range":     {"<nnn?:a>", rangeFunction},
		"hash":      {"<ss?:s>", hash},
		"random":    {"<n?:n>", random},
		"uuid":      {"<:s>", func(c call) (any, error) { return c.surroundings.uuid(), nil }},
		"parse":     {"<s?:x>", parseFunction},
	}[name]
	return d, ok
}

func statesFault(message string) error {
	e := fault("D3137")
	e.Message = message
	return e
}

// partition cuts an array into chunks. Without a size, there is one chunk.
func partition(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	items, ok := itemsOf(c.arg(0))
	if !ok {
		e := fault("T0412").about(c.arg(0))
		e.index, e.want = 1, "values"
		return nil, e
	}
	size := float64(len(items))
	if given, ok := c.number(1); ok {
		size = math.Trunc(given)
	}
	switch {
	case size < 0:
		return nil, statesFault("Second argument must be zero or greater")
	case size == 0 || len(items) == 0:
		return Undefined{}, nil
	}
	if err := c.spend(len(items)); err != nil {
		return nil, err
	}
	chunk := int(min(size, float64(len(items))))
	result := []any{}
	for start := 0; start < len(items); start += chunk {
		end := min(start+chunk, len(items))
		result = append(result, items[start:end:end])
	}
	return result, nil
}

// rangeFunction counts from a start to an end, which is included. One number is no
// array, and a step in the wrong direction gives nothing.
func rangeFunction(c call) (any, error) {
	start, okStart := c.number(0)
	end, okEnd := c.number(1)
	step, okStep := c.number(2)
	start, end, step = math.Trunc(start), math.Trunc(end), math.Trunc(step)
	if !okStart || !okEnd || !okStep || step == 0 {
		return Undefined{}, nil
	}
	size := math.Floor((end-start)/step) + 1
	if size <= 0 {
		return Undefined{}, nil
	}
	if size > math.MaxInt32 {
		return nil, c.spend(math.MaxInt32)
	}
	if err := c.spend(int(size)); err != nil {
		return nil, err
	}
	items := make([]any, int(size))
	for i := range items {
		items[i] = start + float64(i)*step
	}
	return newSequence(items...), nil
}

// hash returns a digest of the UTF-8 of a text, in hexadecimal.
func hash(c call) (any, error) {
	text, ok := c.text(0)
	algorithm, okAlgorithm := c.text(1)
	if !ok || !okAlgorithm {
		return Undefined{}, nil
	}
	data := []byte(text)
	if err := c.spendText(len(data)); err != nil {
		return nil, err
	}
	// The old algorithms are for what others have hashed with them, not for secrets.
	switch algorithm {
	case "MD5":
		digest := md5.Sum(data)
		return hex.EncodeToString(digest[:]), nil
	case "SHA-1":
		digest := sha1.Sum(data)
		return hex.EncodeToString(digest[:]), nil
	case "SHA-256":
		digest := sha256.Sum256(data)
		return hex.EncodeToString(digest[:]), nil
	case "SHA-384":
		digest := sha512.Sum384(data)
		return hex.EncodeToString(digest[:]), nil
	case "SHA-512":
		digest := sha512.Sum512(data)
		return hex.EncodeToString(digest[:]), nil
	default:
		return nil, statesFault("Second argument must be one of MD5, SHA-1, SHA-256, SHA-384, SHA-512")
	}
}

// random returns a number from 0 up to 1. Of a seed, it is the number that Step
// Functions returns: the first double of a java.util.Random.
func random(c call) (any, error) {
	seed, ok := c.number(0)
	if !ok {
		return c.surroundings.random(), nil
	}
	const (
		multiplier = 0x5DEECE66D
		increment  = 0xB
		mask       = 1<<48 - 1
	)
	var whole int64
	switch seed = math.Trunc(seed); {
	case seed >= math.MaxInt64:
		whole = math.MaxInt64
	case seed <= math.MinInt64:
		whole = math.MinInt64
	default:
		whole = int64(seed)
	}
	state := (uint64(whole) ^ multiplier) & mask
	next := func(bits int) uint64 {
		state = (state*multiplier + increment) & mask
		return state >> (48 - bits)
	}
	high := next(26) << 27
	return float64(high+next(27)) / (1 << 53), nil
}

// parseFunction reads JSON. It refuses what Step Functions refuses: repeated keys,
// numbers out of range, and text behind the value.
func parseFunction(c call) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	if err := c.spend(len(text) + 1); err != nil {
		return nil, err
	}
	value, err := decode([]byte(text), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, statesFault("Invalid JSON: " + err.Error())
	}
	return value, nil
}
