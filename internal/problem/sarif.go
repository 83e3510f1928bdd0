package problem

import (
	"io"
	"net/url"
	"path/filepath"
	"slices"
)

// File is a file and what is wrong with it.
type File struct {
	Name     string
	Problems List
}

// Tool is what a report says of the program that made it.
type Tool struct {
	Name, Version, URL string
	// Rule says what a rule means, and where it is explained.
	Rule func(name string) (meaning, url string)
}

// WriteSARIF writes the problems of files in SARIF 2.1.0, which code scanning
// services show at the lines of a repository.
func WriteSARIF(w io.Writer, tool Tool, files []File) error {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: tool.Name, Version: tool.Version, URL: tool.URL, Rules: []sarifRule{}}}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	rules := map[string]bool{}
	for _, file := range files {
		for _, p := range file.Problems.Sorted() {
			rules[p.Rule] = true
			run.Results = append(run.Results, sarifResultOf(file.Name, p))
		}
	}
	names := make([]string, 0, len(rules))
	for name := range rules {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		meaning, help := tool.Rule(name)
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: name, Description: sarifText{meaning}, Help: help})
	}
	for i := range run.Results {
		run.Results[i].RuleIndex, _ = slices.BinarySearch(names, run.Results[i].RuleID)
	}
	return writeIndented(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

func sarifResultOf(file string, p Problem) sarifResult {
	text := p.Message
	if p.Advice != "" {
		text += ". " + p.Advice
	}
	location := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: uriOf(file)}}}
	if p.Line > 0 {
		location.Physical.Region = &sarifRegion{Line: p.Line, Column: p.Column}
	}
	if p.Path != "" {
		location.Logical = []sarifLogical{{Name: p.Path}}
	}
	return sarifResult{RuleID: p.Rule, Level: string(p.Severity), Message: sarifText{text}, Locations: []sarifLocation{location}}
}

// uriOf is a file's name as a reference from the root of the repository.
func uriOf(file string) string {
	return (&url.URL{Path: filepath.ToSlash(filepath.Clean(file))}).String()
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	URL     string      `json:"informationUri,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID          string    `json:"id"`
	Description sarifText `json:"shortDescription"`
	Help        string    `json:"helpUri,omitempty"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	Line   int `json:"startLine"`
	Column int `json:"startColumn,omitempty"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"`
}
