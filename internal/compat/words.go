package compat

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxWord is how many characters of a name a message repeats.
	maxWord = 100
	// maxListed is how many names a message lists.
	maxListed = 10
)

// brief shortens a name to what a message can hold.
func brief(name string) string {
	if utf8.RuneCountInString(name) <= maxWord {
		return name
	}
	return string([]rune(name)[:maxWord]) + "…"
}

func quoted(name string) string { return strconv.Quote(brief(name)) }

// listed writes names one after the other. hidden is how many there are
// besides.
func listed(names []string, hidden int) string {
	if len(names) > maxListed {
		hidden += len(names) - maxListed
		names = names[:maxListed]
	}
	text := strings.Join(names, ", ")
	switch {
	case hidden == 0:
		return text
	case text == "":
		return fmt.Sprintf("%d whose names are not known yet", hidden)
	default:
		return fmt.Sprintf("%s and %d more", text, hidden)
	}
}

func allQuoted(names []string) []string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = quoted(name)
	}
	return texts
}

func numbers(values []int) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = strconv.Itoa(value)
	}
	return strings.Join(texts, ", ")
}
