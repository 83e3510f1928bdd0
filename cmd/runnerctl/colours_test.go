package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestColours(t *testing.T) {
	t.Parallel()
	for i, c := range []struct {
		flag        string
		screen      bool
		environment map[string]string
		want        bool
	}{
		{"auto", true, nil, true},
		{"auto", false, nil, false},
		{"auto", true, map[string]string{"NO_COLOR": "1"}, false},
		{"auto", true, map[string]string{"NO_COLOR": ""}, true},
		{"auto", false, map[string]string{"FORCE_COLOR": "1"}, true},
		{"auto", false, map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{"auto", true, map[string]string{"FORCE_COLOR": "0"}, false},
		{"auto", false, map[string]string{"FORCE_COLOR": "1", "NO_COLOR": "1"}, false},
		{"always", false, map[string]string{"NO_COLOR": "1"}, true},
		{"never", true, map[string]string{"FORCE_COLOR": "1"}, false},
	} {
		assert.Equal(t, c.want, wantsColour(c.flag, c.screen, func(name string) string { return c.environment[name] }), fmt.Sprint(i))
	}
}
