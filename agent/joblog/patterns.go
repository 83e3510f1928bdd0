package joblog

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// patterns finds many texts in one pass: a table of the first four bytes of all
// patterns rules out nearly every position of ordinary output with one multiplication
// and one load. The zero value has no patterns.
type patterns struct {
	// table has a bit for the hash of the first four bytes of each pattern.
	table []uint64
	// longer are the patterns of at least prefixLength bytes, sorted, by their prefix.
	longer map[uint32][]string
	// shorter are the others, which a user listed.
	shorter []string
	// starts has every beginning of a pattern that is shorter than prefixLength.
	starts       map[string]bool
	count, bytes int
}

const (
	prefixLength = 4
	tableBits    = 17 // 16 KiB, which stay in the processor's first cache
	// maxPattern is the length in bytes of the longest pattern. A longer text becomes
	// several patterns, of which every occurrence of the text consists. It bounds the
	// time for each byte, and how much of a line has to be kept at a cut.
	maxPattern = 4096
)

// add adds a pattern.
func (p *patterns) add(text string) {
	for len(text) > maxPattern {
		p.addPart(text[:maxPattern])
		// The last part is long, too: a short one could be anywhere.
		text = text[min(maxPattern, len(text)-maxPattern):]
	}
	p.addPart(text)
}

func (p *patterns) addPart(text string) {
	if text == "" {
		return
	}
	if p.table == nil {
		p.table = make([]uint64, 1<<tableBits/64)
		p.longer, p.starts = map[uint32][]string{}, map[string]bool{}
	}
	if len(text) < prefixLength {
		if slices.Contains(p.shorter, text) {
			return
		}
		p.shorter = append(p.shorter, text)
	} else {
		prefix := binary.LittleEndian.Uint32([]byte(text))
		list := p.longer[prefix]
		at, known := slices.BinarySearch(list, text)
		if known {
			return
		}
		p.longer[prefix] = slices.Insert(list, at, text)
		p.table[hash(prefix)>>6] |= 1 << (hash(prefix) & 63)
	}
	for n := 1; n < min(prefixLength, len(text)); n++ {
		p.starts[text[:n]] = true
	}
	p.count++
	p.bytes += len(text)
}

func hash(prefix uint32) uint32 { return prefix * 0x9E3779B1 >> (32 - tableBits) }

// find appends where patterns are in the text, the longest one at each position.
func (p *patterns) find(text []byte, spans []span) []span {
	if p.count == 0 {
		return spans
	}
	for _, pattern := range p.shorter {
		for at := 0; ; at++ {
			next := bytes.Index(text[at:], []byte(pattern))
			if next < 0 {
				break
			}
			at += next
			spans = append(spans, span{at, at + len(pattern)})
		}
	}
	table := (*[1 << tableBits / 64]uint64)(p.table)
	end, first := 0, len(spans)
	for at := 0; at <= len(text)-prefixLength; at++ {
		prefix := binary.LittleEndian.Uint32(text[at:])
		if h := hash(prefix); table[h>>6]>>(h&63)&1 == 0 {
			continue
		}
		length := longest(p.longer[prefix], text[at:])
		if at+length <= end || length == 0 {
			continue
		}
		if at < end && len(spans) > first { // those that touch may have an escape sequence between them
			spans[len(spans)-1].end = at + length
		} else {
			spans = append(spans, span{at, at + length})
		}
		end = at + length
	}
	return spans
}

// at returns the length of the longest pattern with which the text starts; 0 if there is
// none.
func (p *patterns) at(text []byte) int {
	if len(text) >= prefixLength {
		if length := longest(p.startingAs(text), text); length > 0 {
			return length
		}
	}
	for n := min(prefixLength-1, len(text)); n > 0; n-- {
		if slices.Contains(p.shorter, string(text[:n])) {
			return n
		}
	}
	return 0
}

// startingAs returns the patterns with the first prefixLength bytes of the text, sorted.
func (p *patterns) startingAs(text []byte) []string {
	prefix := binary.LittleEndian.Uint32(text)
	if h := hash(prefix); p.table == nil || p.table[h>>6]>>(h&63)&1 == 0 {
		return nil
	}
	return p.longer[prefix]
}

// longest returns the length of the longest of the sorted patterns with which the text
// starts; 0 if there is none.
func longest(sorted []string, text []byte) int {
	for len(text) >= prefixLength {
		// A pattern that the text starts with is not greater than the text, and all
		// patterns between both start with it.
		at, equal := slices.BinarySearchFunc(sorted, text, func(pattern string, text []byte) int {
			return compare(pattern, text)
		})
		if equal {
			return len(text)
		}
		if at == 0 {
			return 0
		}
		nearest := sorted[at-1]
		common := 0
		for common < min(len(nearest), len(text)) && nearest[common] == text[common] {
			common++
		}
		if common == len(nearest) {
			return common
		}
		text = text[:common]
	}
	return 0
}

func compare(pattern string, text []byte) int {
	switch start := text[:min(len(text), len(pattern))]; {
	case pattern[:len(start)] < string(start):
		return -1
	case pattern[:len(start)] > string(start):
		return 1
	default:
		return len(pattern) - len(text)
	}
}

// begun returns the length of the longest end of the text with which a pattern starts,
// without being complete.
func (p *patterns) begun(text []byte) int {
	for n := min(maxPattern-1, len(text)); n > 0; n-- {
		if end := text[len(text)-n:]; p.begins(end) {
			return n
		}
	}
	return 0
}

func (p *patterns) begins(text []byte) bool {
	if len(text) < prefixLength {
		return p.starts[string(text)]
	}
	sorted := p.startingAs(text)
	at, equal := slices.BinarySearchFunc(sorted, text, func(pattern string, text []byte) int { return compare(pattern, text) })
	if equal {
		at++
	}
	return at < len(sorted) && bytes.HasPrefix([]byte(sorted[at]), text)
}
