package jsonata

import "time"

// assemble makes a date of its components.
func (c call) assemble(values map[byte]int) (any, error) {
	has := func(components string) bool {
		for i := range len(components) {
			if _, ok := values[components[i]]; !ok {
				return false
			}
		}
		return true
	}
	byDay := has("Yd") && !has("M") && !has("D")
	if (has("X") && (has("xw") || has("W"))) && !has("Y") {
		return nil, fault("D3136") // a date by its week
	}
	order := "YMD"
	if byDay {
		order = "Yd"
	}
	twelve := has("Ph") && !has("H")
	if twelve {
		order += "Phmsf"
	} else {
		order += "Hmsf"
	}
	if err := c.complete(values, order); err != nil {
		return nil, err
	}
	month, dayOfMonth := time.Month(max(values['M'], 1)), values['D']
	if byDay {
		month, dayOfMonth = 1, values['d']
	}
	hour := values['H']
	if twelve {
		hour = values['h']%12 + 12*values['P']
	}
	date := time.Date(values['Y'], month, dayOfMonth, hour, values['m'], values['s'], 0, time.UTC)
	offset := values['Z']
	if offset == 0 {
		offset = values['z']
	}
	return float64(date.UnixMilli() + int64(values['f']) - int64(offset)*60_000), nil
}

// complete gives values to the components that are missing. They may be missing at
// the start and at the end, but not in between.
func (c call) complete(values map[byte]int, order string) error {
	started, ended := false, false
	for i := range len(order) {
		component := order[i]
		_, given := values[component]
		switch {
		case given && ended:
			return fault("D3136")
		case given:
			started = true
		case started:
			ended = true
			if component == 'M' || component == 'D' || component == 'd' {
				values[component] = 1
			}
		case component == 'P':
			values[component] = c.now.UTC().Hour() / 12
		default:
			values[component], _ = fragment(c.now.UTC(), component) // 0 for what has no number in a date
		}
	}
	return nil
}
