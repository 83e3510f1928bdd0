package jsonata

import (
	"strconv"
	"strings"
)

// isoPicture is the picture of dates without one.
const isoPicture = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"

// integerComponents are the components of a date that are numbers.
const integerComponents = "YMDdFWwXxHhmsf"

// nameStyle is how a name is written.
type nameStyle int

const (
	noName nameStyle = iota
	lowerName
	upperName
	titleName
)

// datePart is a literal text of a picture, or a component in brackets.
type datePart struct {
	literal      string
	component    byte // 0 for a literal
	integer      *integerFormat
	names        nameStyle
	presentation string
	traditional  bool // a t behind: no offset is Z
	maxWidth     int  // 0 if there is none
	yearDigits   int  // the digits of a year that are written; 0 for all
}

// parseDatePicture reads a picture such as [D01]/[M01]/[Y0001].
func parseDatePicture(picture string) ([]datePart, error) {
	var parts []datePart
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			parts = append(parts, datePart{literal: literal.String()})
			literal.Reset()
		}
	}
	for rest := picture; rest != ""; {
		switch {
		case strings.HasPrefix(rest, "[[") || strings.HasPrefix(rest, "]]"):
			literal.WriteByte(rest[0])
			rest = rest[2:]
		case rest[0] != '[':
			literal.WriteByte(rest[0])
			rest = rest[1:]
		default:
			marker, behind, ok := strings.Cut(rest[1:], "]")
			if !ok {
				return nil, fault("D3135").about(picture)
			}
			flush()
			part, err := parseMarker(strings.Join(strings.Fields(marker), ""))
			if err != nil {
				return nil, err
			}
			if last := len(parts) - 1; part.integer != nil && last >= 0 && parts[last].integer != nil {
				// Of two numbers without anything between, the first has a fixed width.
				parts[last].integer.parseWidth = parts[last].integer.mandatory
			}
			parts = append(parts, part)
			rest = behind
		}
	}
	flush()
	return parts, nil
}

// parseMarker reads what stands between brackets: a component, its presentation and
// a width, as in MNn,3-3.
func parseMarker(marker string) (datePart, error) {
	if marker == "" {
		return datePart{}, fault("D3132").about("")
	}
	part := datePart{component: marker[0]}
	presentation := marker[1:]
	minWidth := 0
	if place := strings.LastIndexByte(marker, ','); place > 0 {
		presentation = marker[1:place]
		least, most, _ := strings.Cut(marker[place+1:], "-")
		minWidth, part.maxWidth = parseWidth(least), parseWidth(most)
	}
	ordinal := false
	if last := len(presentation) - 1; last > 0 && strings.IndexByte("atco", presentation[last]) >= 0 {
		ordinal, part.traditional = presentation[last] == 'o', presentation[last] == 't'
		presentation = presentation[:last]
	}
	if presentation == "" {
		usual, ok := usualPresentation(part.component)
		if !ok {
			return datePart{}, fault("D3132").about(string(marker[0]))
		}
		presentation = usual
	}
	part.presentation = presentation
	switch {
	case presentation[0] == 'n':
		part.names = lowerName
	case strings.HasPrefix(presentation, "Nn"):
		part.names = titleName
	case presentation[0] == 'N':
		part.names = upperName
	case strings.IndexByte(integerComponents, part.component) >= 0:
		return part, part.setInteger(presentation, ordinal, minWidth)
	case part.component == 'Z' || part.component == 'z':
		var err error
		part.integer, err = parseIntegerPicture(presentation)
		return part, err
	}
	return part, nil
}

func (p *datePart) setInteger(presentation string, ordinal bool, minWidth int) error {
	format, err := parseIntegerPicture(presentation)
	if err != nil {
		return err
	}
	format.ordinal = ordinal
	format.mandatory = max(format.mandatory, minWidth)
	p.integer = format
	if p.component != 'Y' {
		return nil
	}
	if p.maxWidth > 0 {
		p.yearDigits, format.mandatory = p.maxWidth, p.maxWidth
	} else if width := format.mandatory + format.optional; width >= 2 {
		p.yearDigits = width
	}
	return nil
}

// parseWidth reads a width; * and what is no number are none. No date needs more
// than maxWidth characters for a component.
func parseWidth(text string) int {
	const maxWidth = 1000
	width, err := strconv.Atoi(text)
	if err != nil || width < 0 {
		return 0
	}
	return min(width, maxWidth)
}

func usualPresentation(component byte) (string, bool) {
	switch component {
	case 'Y', 'M', 'D', 'd', 'W', 'w', 'X', 'x', 'H', 'h', 'f':
		return "1", true
	case 'F', 'P', 'C', 'E':
		return "n", true
	case 'm', 's':
		return "01", true
	case 'Z', 'z':
		return "01:01", true
	default:
		return "", false
	}
}
