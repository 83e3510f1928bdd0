package joblog

import (
	"bytes"
	"slices"
	"strconv"
	"time"
)

// appendRecords appends each line as a record of the archive (docs/wire.md, "Logs"):
//
//	{"timestamp":1700000000123,"data":"the line"}
//
// The time is in milliseconds since 1970. The lines are valid UTF-8 and have their LF.
func appendRecords(records []byte, at time.Time, lines []byte) []byte {
	var space [64]byte
	plain := isUnescaped(lines)
	head := append(strconv.AppendInt(append(space[:0], `{"timestamp":`...), at.UnixMilli(), 10), `,"data":"`...)
	for len(lines) > 0 {
		end := bytes.IndexByte(lines, '\n')
		line := lines
		if end < 0 {
			lines = nil
		} else {
			line, lines = lines[:end], lines[end+1:]
		}
		records = append(records, head...)
		if plain {
			records = append(records, line...)
		} else {
			records = appendText(records, line)
		}
		records = append(records, `"}`+"\n"...)
	}
	return records
}

// isUnescaped reports whether JSON needs no escapes for the lines. A splitter's lines
// have no other control bytes than these.
func isUnescaped(lines []byte) bool {
	for _, b := range []byte{'"', '\\', '\t', 0x1b} {
		if bytes.IndexByte(lines, b) >= 0 { // faster than a loop over the bytes
			return false
		}
	}
	return true
}

// appendText appends the inside of a JSON string.
func appendText(text, line []byte) []byte {
	const digits = "0123456789abcdef"
	for len(line) > 0 {
		n := slices.IndexFunc(line, func(b byte) bool { return b < ' ' || b == '"' || b == '\\' })
		if n < 0 {
			return append(text, line...)
		}
		text = append(text, line[:n]...)
		switch b := line[n]; b {
		case '"', '\\':
			text = append(text, '\\', b)
		case '\t':
			text = append(text, `\t`...)
		default:
			text = append(text, '\\', 'u', '0', '0', digits[b>>4], digits[b&0xf])
		}
		line = line[n+1:]
	}
	return text
}
