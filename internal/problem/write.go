package problem

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteText writes a line per problem for people, in the form that editors
// and terminals turn into links:
//
//	template.yaml:14:19: error: Runner "Build": … [range]
//	    advice
//
// Further lines of a message or an advice are indented as well, so that no
// value of a template can pass for a problem of its own.
func WriteText(w io.Writer, file string, l List) error {
	out := bufio.NewWriter(w)
	for _, p := range l.Sorted() {
		writeProblem(out, file, p)
	}
	return out.Flush()
}

func writeProblem(w io.Writer, file string, p Problem) {
	indent := strings.NewReplacer("\r\n", "\n    ", "\n", "\n    ", "\r", "\n    ")
	fmt.Fprintf(w, "%s: %s: %s [%s]\n", position(file, p.Place), p.Severity, indent.Replace(p.Message), p.Rule)
	if p.Advice != "" {
		fmt.Fprintf(w, "    %s\n", indent.Replace(p.Advice))
	}
}

func position(file string, at Place) string {
	if at.Line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, at.Line, at.Column)
}

// WriteJSON writes {"file": …, "valid": …, "problems": [ … ]}, indented.
func WriteJSON(w io.Writer, file string, l List) error {
	return writeIndented(w, fileReportOf(File{file, l}))
}

// WriteFilesJSON writes {"valid": …, "skipped": …, "files": [ … ]}, indented, with
// what WriteJSON writes for each file. skipped counts the other templates.
func WriteFilesJSON(w io.Writer, files []File, skipped int) error {
	report := struct {
		Valid   bool         `json:"valid"`
		Skipped int          `json:"skipped"`
		Files   []fileReport `json:"files"`
	}{true, skipped, []fileReport{}}
	for _, file := range files {
		report.Valid = report.Valid && !file.Problems.HasErrors()
		report.Files = append(report.Files, fileReportOf(file))
	}
	return writeIndented(w, report)
}

type fileReport struct {
	File     string `json:"file"`
	Valid    bool   `json:"valid"`
	Problems List   `json:"problems"`
}

func fileReportOf(file File) fileReport {
	sorted := file.Problems.Sorted()
	if sorted == nil {
		sorted = List{}
	}
	return fileReport{file.Name, !file.Problems.HasErrors(), sorted}
}

func writeIndented(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// WriteGitHub writes GitHub Actions workflow commands, which show each
// problem at its line of a pull request.
func WriteGitHub(w io.Writer, file string, l List) error {
	out := bufio.NewWriter(w)
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	for _, p := range l.Sorted() {
		text := p.Message
		if p.Advice != "" {
			text += "\n" + p.Advice
		}
		fmt.Fprintf(out, "::%s file=%s,line=%d,col=%d,title=%s::%s\n",
			p.Severity, property.Replace(file), max(p.Line, 1), max(p.Column, 1), property.Replace(p.Rule), data.Replace(text))
	}
	return out.Flush()
}
