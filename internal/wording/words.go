// Package wording puts names and lists of a user's input into messages, bounded,
// and finds which known name was meant by a wrong one. It knows no subject.
package wording

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a message repeats of an input is bounded here, so that no input makes a
// report that is much longer than itself.
const (
	// maxWord is how many characters of a name or a value a message repeats.
	maxWord = 100
	// maxListed is how many names a message lists.
	maxListed = 20
	// maxKnown is how many a suggestion lists that has no idea what was meant.
	maxKnown = 12
)

// Brief shortens a name or a value to what a message can hold.
func Brief(text string) string { return Cut(text, maxWord) }

// Quote is a name or a value in quotes, shortened.
func Quote(text string) string { return strconv.Quote(Brief(text)) }

// Listed writes names one after the other, with commas, and says how many more
// there are than a message can hold.
func Listed(names []string) string { return listed(names, len(names), Brief) }

// ListedInQuotes is Listed with quotes, of the total names that there are of
// which these are at hand.
func ListedInQuotes(names []string, total int) string { return listed(names, total, Quote) }

func listed(names []string, total int, write func(string) string) string {
	return listedUpTo(maxListed, names, total, write)
}

func listedUpTo(most int, names []string, total int, write func(string) string) string {
	words := make([]string, min(len(names), most))
	for i := range words {
		words[i] = write(names[i])
	}
	text := strings.Join(words, ", ")
	if more := total - len(words); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Suggestion names the candidate that was probably meant, or else the known
// ones.
func Suggestion(name string, candidates []string) string {
	if near := Nearest(name, candidates); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known: " + listedUpTo(maxKnown, candidates, len(candidates), Brief)
}

// Cut shortens a text to a number of characters. What it returns does not keep
// the whole text in memory.
func Cut(text string, characters int) string {
	if len(text) <= characters {
		return text
	}
	at := 0
	for range characters {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	if at == len(text) {
		return text
	}
	return strings.Clone(text[:at]) + "…"
}
