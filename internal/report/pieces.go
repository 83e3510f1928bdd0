package report

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
)

// text is a text of the page, in pieces that the page unpacks when it shows them.
type text struct {
	Bytes int64 `json:"bytes"`
	// Pieces has for each the number of its element and how many lines it has.
	Pieces [][2]int `json:"pieces"`
	// Left is how many bytes in the middle are left out.
	Left int64 `json:"left,omitempty"`
}

// pieceSize is about how long a piece is, in bytes before it is compressed. A piece
// ends with a line, unless that is longer.
const pieceSize = 512 << 10

// store writes texts into the page.
type store struct {
	out    *output
	origin string
	// pieces is how many pieces there are.
	pieces int
	// seen are payloads that are in the page already: a step's input is often the
	// output of the one before.
	seen map[[32]byte]*text
}

// log writes a log, of which at most limit bytes: its start and its end.
func (s *store) log(log Log, limit int64) (written *text, err error) {
	file, err := log.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if log.Size <= limit {
		return s.write(io.NewSectionReader(file, 0, log.Size))
	}
	half := limit / 2
	note := fmt.Sprintf("\n[%d bytes are left out here; all of them are in %s]\n", log.Size-2*half, s.origin)
	written, err = s.write(io.MultiReader(
		io.NewSectionReader(file, 0, half), bytes.NewReader([]byte(note)), io.NewSectionReader(file, log.Size-half, half),
	))
	if err == nil {
		written.Left = log.Size - 2*half
		written.Bytes = log.Size
	}
	return written, err
}

// write cuts a text into pieces and writes them.
func (s *store) write(r io.Reader) (*text, error) {
	written := &text{Pieces: [][2]int{}}
	lines := bufio.NewReaderSize(r, 64<<10)
	var piece bytes.Buffer
	flush := func() {
		if piece.Len() > 0 {
			written.Bytes += int64(piece.Len())
			written.Pieces = append(written.Pieces, [2]int{s.piece(piece.Bytes()), countLines(piece.Bytes())})
			piece.Reset()
		}
	}
	for {
		part, err := lines.ReadSlice('\n')
		piece.Write(part)
		if ended := err == nil; ended && piece.Len() >= pieceSize || piece.Len() >= 2*pieceSize {
			flush()
		}
		if errors.Is(err, io.EOF) {
			flush()
			return written, s.out.err
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
}

func countLines(text []byte) int {
	lines := bytes.Count(text, []byte("\n"))
	if text[len(text)-1] != '\n' {
		lines++
	}
	return lines
}

// piece writes an element with a compressed text, and returns its number. Errors are
// those of the output.
func (s *store) piece(text []byte) int {
	s.pieces++
	fmt.Fprintf(s.out, `<script type="text/plain" id="p%d">`, s.pieces)
	encoder := base64.NewEncoder(base64.StdEncoding, s.out)
	compressor, err := gzip.NewWriterLevel(encoder, gzip.BestSpeed)
	if err == nil {
		_, err = compressor.Write(text)
		err = errors.Join(err, compressor.Close(), encoder.Close())
	}
	if s.out.err == nil {
		s.out.err = err
	}
	fmt.Fprint(s.out, "</script>\n")
	return s.pieces
}
