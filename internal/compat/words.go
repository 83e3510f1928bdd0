package compat

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// listed writes names one after the other. hidden is how many there are
// besides.
func listed(names []string, hidden int) string {
	if len(names) == 0 && hidden > 0 {
		return fmt.Sprintf("%d whose names are not known yet", hidden)
	}
	return wording.ListedInQuotes(names, len(names)+hidden)
}

func numbers(values []int) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = strconv.Itoa(value)
	}
	return strings.Join(texts, ", ")
}
