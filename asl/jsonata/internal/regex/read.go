package regex

import "unicode/utf8"

// step returns the place one character further.
func (m *machine) step(at int, back bool) int {
	if back {
		_, size := utf8.DecodeLastRuneInString(m.text[:at])
		return at - size
	}
	_, size := utf8.DecodeRuneInString(m.text[at:])
	return at + size
}

// read matches one character.
func (m *machine) read(i *instruction, at int) (int, bool) {
	var r rune
	var size int
	if i.back {
		r, size = utf8.DecodeLastRuneInString(m.text[:at])
		at -= size
	} else {
		r, size = utf8.DecodeRuneInString(m.text[at:])
		at += size
	}
	switch {
	case size == 0:
		return at, false
	case i.class == nil && m.fold:
		return at, canonical(r) == i.char
	case i.class == nil:
		return at, r == i.char
	case m.fold:
		return at, i.class.folds(r)
	default:
		return at, i.class.contains(r)
	}
}

// repeat matches a run of one character or class. pc is where to go on.
func (m *machine) repeat(i *instruction, pc, at int) (int, bool) {
	count := 0
	least := at
	for ; i.max < 0 || count < i.max; count++ {
		if i.flag && count >= i.min {
			break
		}
		m.steps++
		next, ok := m.read(i, at)
		if !ok {
			break
		}
		at = next
		if count+1 == i.min {
			least = at
		}
	}
	switch {
	case count < i.min:
		return at, false
	case i.flag && i.max != count:
		m.push(entry{kind: takeMore, pc: pc, at: at, value: i.max - count})
	case !i.flag && at != least:
		m.push(entry{kind: giveBack, pc: pc, at: at, value: least})
	}
	return at, true
}

func (m *machine) assert(kind rune, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(m.text[:at])
	after, _ := utf8.DecodeRuneInString(m.text[at:])
	switch kind {
	case '^':
		return at == 0 || m.multiline && isLineBreak(before)
	case '$':
		return at == len(m.text) || m.multiline && isLineBreak(after)
	default:
		atWord := (at > 0 && isWord(before)) != (at < len(m.text) && isWord(after))
		return atWord == (kind == 'b')
	}
}

func isLineBreak(r rune) bool { return r == '\n' || r == '\r' || r == 0x2028 || r == 0x2029 }

// refer matches what a group has matched; a group that took no part matches nothing.
func (m *machine) refer(i *instruction, at int) (int, bool) {
	start, end := m.captures[2*i.n], m.captures[2*i.n+1]
	if start < 0 || end < 0 {
		return at, true
	}
	wanted := []rune(m.text[start:end])
	m.steps += len(wanted)
	for n := range wanted {
		r := wanted[n]
		if i.back {
			r = wanted[len(wanted)-1-n]
		}
		if m.fold {
			r = canonical(r)
		}
		var ok bool
		if at, ok = m.read(&instruction{char: r, back: i.back}, at); !ok {
			return at, false
		}
	}
	return at, true
}

func hasRuneAt(text string, at int, r rune) bool {
	found, size := utf8.DecodeRuneInString(text[at:])
	return size > 0 && found == r
}
