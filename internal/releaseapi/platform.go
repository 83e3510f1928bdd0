package releaseapi

import (
	"slices"
	"strings"
)

// Platform is an operating system on a processor for which releases are built.
type Platform struct {
	// OS and Architecture are Go's words, as a store's paths have them: linux,
	// and amd64 or arm64.
	OS, Architecture string
}

// named is a word of Go's with the one that uname prints, and with the others
// that people and tools use for the same, in lower case.
type named struct {
	word, uname string
	synonyms    []string
}

func operatingSystems() []named {
	return []named{{word: "linux", uname: "Linux"}}
}

func architectures() []named {
	return []named{
		{word: "amd64", uname: "x86_64", synonyms: []string{"x64", "x86-64"}},
		{word: "arm64", uname: "aarch64"},
	}
}

// OperatingSystem is the platform's as `uname -s` prints it: Linux.
func (p Platform) OperatingSystem() string { return unameOf(operatingSystems(), p.OS) }

// CPUArchitecture is the platform's as `uname -m` prints it: x86_64, aarch64.
func (p Platform) CPUArchitecture() string { return unameOf(architectures(), p.Architecture) }

// String is the platform in a sentence: Linux on x86_64.
func (p Platform) String() string { return p.OperatingSystem() + " on " + p.CPUArchitecture() }

// platforms are those that the documentation supports ("Supported operating
// systems and CPU architectures"), in the order in which they are listed.
func platforms() []Platform {
	var all []Platform
	for _, system := range operatingSystems() {
		for _, architecture := range architectures() {
			all = append(all, Platform{OS: system.word, Architecture: architecture.word})
		}
	}
	return all
}

// parsePlatform reads the words of a client: those of uname, Go's, and their
// usual synonyms, in any case.
func parsePlatform(cpuArchitecture, operatingSystem string) (Platform, bool) {
	system, known := wordOf(operatingSystems(), operatingSystem)
	architecture, knownToo := wordOf(architectures(), cpuArchitecture)
	return Platform{OS: system, Architecture: architecture}, known && knownToo
}

func unameOf(names []named, word string) string {
	for _, n := range names {
		if n.word == word {
			return n.uname
		}
	}
	return word
}

func wordOf(names []named, text string) (string, bool) {
	text = strings.ToLower(text)
	for _, n := range names {
		if text == n.word || text == strings.ToLower(n.uname) || slices.Contains(n.synonyms, text) {
			return n.word, true
		}
	}
	return "", false
}
