package jsonata

import (
	"math"
	"strings"
	"time"
)

func now(c call) (any, error) {
	picture, ok := c.text(0)
	if !ok {
		picture = isoPicture
	}
	zone, _ := c.text(1)
	return c.formatDate(c.now, picture, zone)
}

func fromMillis(c call) (any, error) {
	millis, ok := c.number(0)
	if !ok {
		return Undefined{}, nil
	}
	// A date of the language is at most so far from 1970.
	const most = 8.64e15
	if math.IsNaN(millis) || math.Abs(millis) > most {
		return nil, fault("D1001").about(millis)
	}
	picture, ok := c.text(1)
	if !ok {
		picture = isoPicture
	}
	zone, _ := c.text(2)
	return c.formatDate(time.UnixMilli(int64(millis)), picture, zone)
}

// formatDate writes a date for a time zone such as +0530.
func (c call) formatDate(date time.Time, picture, zone string) (any, error) {
	if err := c.spendText(formatCost + 16*len(picture)); err != nil {
		return nil, err
	}
	parts, err := parseDatePicture(picture)
	if err != nil {
		return nil, err
	}
	offset := parseOffset(zone)
	date = date.UTC().Add(time.Duration(offset.hours)*time.Hour + time.Duration(offset.minutes)*time.Minute)
	var out strings.Builder
	for _, part := range parts {
		text := part.literal
		if part.component != 0 {
			if text, err = part.format(date, offset); err != nil {
				return nil, err
			}
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

// zoneOffset is the offset of a time zone; both numbers have the same sign.
type zoneOffset struct{ hours, minutes int }

func parseOffset(zone string) zoneOffset {
	format := &integerFormat{zero: '0'}
	number, _ := format.parseDigitText(strings.TrimPrefix(zone, "+"))
	number = math.Trunc(math.Max(-9999, math.Min(9999, number)))
	return zoneOffset{int(number) / 100, int(number) % 100}
}

func (p datePart) format(date time.Time, offset zoneOffset) (string, error) {
	switch p.component {
	case 'Z', 'z':
		return p.formatZone(offset)
	case 'P':
		text := "am"
		if date.Hour() >= 12 {
			text = "pm"
		}
		if p.names == upperName {
			return strings.ToUpper(text), nil
		}
		return text, nil
	case 'C', 'E':
		return "ISO", nil
	}
	value, ok := fragment(date, p.component)
	if !ok {
		return "", fault("D3132").about(string(p.component))
	}
	if p.names != noName {
		return p.formatName(value)
	}
	if p.yearDigits > 0 && p.component == 'Y' {
		value = int(math.Mod(float64(value), math.Pow(10, float64(p.yearDigits))))
	}
	return p.integer.format(float64(value))
}

func (p datePart) formatName(value int) (string, error) {
	name, ok := "", false
	switch p.component {
	case 'M', 'x':
		name, ok = time.Month(value).String(), true
	case 'F':
		name, ok = time.Weekday(value%7).String(), true
	}
	if !ok {
		return "", fault("D3133").about(string(p.component))
	}
	switch p.names {
	case lowerName:
		name = strings.ToLower(name)
	case upperName:
		name = strings.ToUpper(name)
	}
	if p.maxWidth > 0 && len(name) > p.maxWidth {
		name = name[:p.maxWidth]
	}
	return name, nil
}

func (p datePart) formatZone(offset zoneOffset) (string, error) {
	if p.integer == nil {
		return "", fault("D3134").about(0.0)
	}
	number := float64(offset.hours*100 + offset.minutes)
	if number == 0 && p.traditional {
		return "Z", nil
	}
	var text string
	var err error
	switch digits := p.integer.mandatory; {
	case p.integer.every > 0 || digits == 3 || digits == 4:
		text, err = p.integer.format(number)
	case digits == 1 || digits == 2:
		text, err = p.integer.format(float64(offset.hours))
		if minutes := max(offset.minutes, -offset.minutes); minutes != 0 {
			text += ":" + string([]byte{'0' + byte(minutes/10), '0' + byte(minutes%10)})
		}
	default:
		return "", fault("D3134").about(float64(digits))
	}
	if number >= 0 {
		text = "+" + text
	}
	if p.component == 'z' {
		text = "GMT" + text
	}
	return text, err
}

// fragment returns a component of a date as a number.
func fragment(date time.Time, component byte) (int, bool) {
	switch component {
	case 'Y':
		return date.Year(), true
	case 'M':
		return int(date.Month()), true
	case 'D':
		return date.Day(), true
	case 'd':
		return date.YearDay(), true
	case 'F':
		return isoWeekday(date), true
	case 'W':
		_, week := date.ISOWeek()
		return week, true
	case 'X':
		year, _ := date.ISOWeek()
		return year, true
	case 'w':
		return weekOfMonth(date), true
	case 'x':
		return int(thursday(date).Month()), true
	case 'H':
		return date.Hour(), true
	case 'h':
		return (date.Hour()+11)%12 + 1, true
	case 'm':
		return date.Minute(), true
	case 's':
		return date.Second(), true
	case 'f':
		return date.Nanosecond() / int(time.Millisecond), true
	default:
		return 0, false
	}
}

// isoWeekday returns 1 for Monday to 7 for Sunday.
func isoWeekday(date time.Time) int { return (int(date.Weekday())+6)%7 + 1 }

// thursday returns the Thursday of a date's week. A week belongs to the month, and
// to the year, that its Thursday is in.
func thursday(date time.Time) time.Time { return date.AddDate(0, 0, 4-isoWeekday(date)) }

func weekOfMonth(date time.Time) int { return (thursday(date).Day()-1)/7 + 1 }
