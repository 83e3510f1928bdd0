package workspace

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxDirectory bounds an archive's directory, which is kept in memory, in bytes: a
// million entries with names of 80 bytes.
const maxDirectory = 128 << 20

// Parts of a ZIP archive (APPNOTE.TXT 4.3.12 to 4.3.16).
const (
	entrySignature    = "PK\x01\x02"
	endSignature      = "PK\x05\x06"
	end64Signature    = "PK\x06\x06"
	locator64         = "PK\x06\x07"
	entryLength       = 46
	endLength         = 22
	end64Length       = 56
	locator64Length   = 20
	maxComment        = 1<<16 - 1
	contextInterval   = 4096 // entries
	directoryReadSize = 64 << 10
)

// checkDirectory counts an archive's entries before zip.NewReader reads them all into
// memory. It believes no count that the archive states: zip.NewReader does not, either.
// It leaves it to zip.NewReader to refuse what is no archive.
func checkDirectory(ctx context.Context, archive io.ReaderAt, size int64, limits Limits) error {
	end, found := readEnd(archive, size)
	if !found {
		return nil
	}
	if end.entries > uint64(max(limits.Files, 0)) {
		return errTooMany(end.entries, limits)
	}
	// zip.NewReader reads from one of these places.
	for _, at := range []int64{end.at - int64(end.size), int64(end.offset)} {
		if at < 0 || at >= size {
			continue
		}
		if err := countEntries(ctx, io.NewSectionReader(archive, at, size-at), limits); err != nil {
			return err
		}
	}
	return nil
}

func errTooMany(entries uint64, limits Limits) error {
	return fmt.Errorf("it has %d entries (at most %d)", entries, limits.Files)
}

// directoryEnd is what an archive says about its directory.
type directoryEnd struct {
	// at is the place of the record; entries, size and offset are what it states.
	at                    int64
	entries, size, offset uint64
}

// readEnd finds the record as zip.NewReader does.
func readEnd(archive io.ReaderAt, size int64) (end directoryEnd, found bool) {
	tail := make([]byte, min(size, endLength+maxComment))
	if _, err := archive.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return end, false
	}
	at := len(tail) - endLength
	for ; at >= 0; at-- {
		if bytes.HasPrefix(tail[at:], []byte(endSignature)) {
			break
		}
	}
	if at < 0 {
		return end, false
	}
	record := tail[at:]
	end = directoryEnd{
		at:      size - int64(len(tail)-at),
		entries: uint64(binary.LittleEndian.Uint16(record[10:])), size: uint64(binary.LittleEndian.Uint32(record[12:])), offset: uint64(binary.LittleEndian.Uint32(record[16:])),
	}
	// Larger numbers are in a record of their own.
	locator := make([]byte, locator64Length)
	if _, err := archive.ReadAt(locator, max(end.at-locator64Length, 0)); err != nil || !bytes.HasPrefix(locator, []byte(locator64)) {
		return end, true
	}
	record = make([]byte, end64Length)
	at64 := binary.LittleEndian.Uint64(locator[8:])
	if at64 >= uint64(size) {
		return end, true
	}
	if _, err := archive.ReadAt(record, int64(at64)); err == nil && bytes.HasPrefix(record, []byte(end64Signature)) {
		end = directoryEnd{
			at: int64(at64), entries: binary.LittleEndian.Uint64(record[32:]), size: binary.LittleEndian.Uint64(record[40:]), offset: binary.LittleEndian.Uint64(record[48:]),
		}
	}
	return end, true
}

// countEntries reads the directory once, in a buffer of fixed size.
func countEntries(ctx context.Context, directory io.Reader, limits Limits) error {
	reader := bufio.NewReaderSize(directory, directoryReadSize)
	var length int64
	for entries := 0; ; entries++ {
		if entries%contextInterval == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		header, err := reader.Peek(entryLength)
		if err != nil || !bytes.HasPrefix(header, []byte(entrySignature)) {
			return nil
		}
		if entries == limits.Files {
			return fmt.Errorf("it has more than %d entries", limits.Files)
		}
		next := entryLength
		for _, at := range []int{28, 30, 32} { // the lengths of the name, the extra field and the comment
			next += int(binary.LittleEndian.Uint16(header[at:]))
		}
		if length += int64(next); length > maxDirectory {
			return fmt.Errorf("the names and comments of its entries have more than %d bytes", maxDirectory)
		}
		if _, err := reader.Discard(next); err != nil {
			return nil
		}
	}
}
