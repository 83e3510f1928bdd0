package joblog

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"time"
)

// appendRecords appends each line as the archive has it (readers of the
// original agent's logs split the object at LF and parse each record):
//
//	{"timestamp":1700000000123,"data":"the line"}
//
// with the time in milliseconds since 1970. The lines are valid UTF-8 and have
// their LF.
func appendRecords(records []byte, at time.Time, lines []byte) []byte {
	var space [64]byte
	head := append(strconv.AppendInt(append(space[:0], `{"timestamp":`...), at.UnixMilli(), 10), `,"data":"`...)
	for len(lines) > 0 {
		end := bytes.IndexByte(lines, '\n')
		line := lines
		if end < 0 {
			lines = nil
		} else {
			line, lines = lines[:end], lines[end+1:]
		}
		records = appendText(append(records, head...), line)
		records = append(records, `"}`+"\n"...)
	}
	return records
}

// appendText appends the inside of a JSON string.
func appendText(text, line []byte) []byte {
	if !needsEscape(line) {
		return append(text, line...)
	}
	const digits = "0123456789abcdef"
	for _, b := range line {
		switch {
		case b == '"' || b == '\\':
			text = append(text, '\\', b)
		case b == '\t':
			text = append(text, `\t`...)
		case b < ' ':
			text = append(text, '\\', 'u', '0', '0', digits[b>>4], digits[b&0xf])
		default:
			text = append(text, b)
		}
	}
	return text
}

// needsEscape looks at eight bytes at a time.
func needsEscape(line []byte) bool {
	const low, high = 0x0101010101010101, 0x8080808080808080
	zeroByte := func(word uint64) uint64 { return (word - low) &^ word & high }
	for ; len(line) >= 8; line = line[8:] {
		word := binary.LittleEndian.Uint64(line)
		if (word-' '*low)&^word&high|zeroByte(word^'"'*low)|zeroByte(word^'\\'*low) != 0 {
			return true
		}
	}
	for _, b := range line {
		if b < ' ' || b == '"' || b == '\\' {
			return true
		}
	}
	return false
}
