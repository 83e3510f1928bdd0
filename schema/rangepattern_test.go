package schema

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRangePattern(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		least, most int
		want        string
	}{
		{1, 1, "(1)"},
		{1, 20, "([1-9]|1[0-9]|20)"},
		{60, 86400, ""},
		{5, 172800, ""},
		{512, 25165824, ""},
		{256, 98304, ""},
		{99, 101, ""},
		{100, 999, "([1-9][0-9]{2})"},
		{190, 210, ""},
	} {
		t.Run(strconv.Itoa(c.least)+"-"+strconv.Itoa(c.most), func(t *testing.T) {
			t.Parallel()
			pattern := rangePattern(c.least, c.most)
			if c.want != "" {
				assert.Equal(t, c.want, pattern)
			}
			expression := regexp.MustCompile("^" + pattern + "$")
			check := func(value int) {
				if want := value >= c.least && value <= c.most; want != expression.MatchString(strconv.Itoa(value)) {
					assert.Failf(t, "wrong", "%d: want %t by %s", value, want, pattern)
				}
			}
			for value := range 1000 {
				check(value)
				check(max(c.most-500, 0) + value)
				check(max(c.least-500, 0) + value)
			}
			random := rand.New(rand.NewPCG(1, 2))
			for range 2000 {
				check(random.IntN(2 * c.most))
			}
			assert.False(t, expression.MatchString("0"+strconv.Itoa(c.least)), "leading zero")
			assert.False(t, expression.MatchString(strconv.Itoa(c.least)+" "), "blank")
		})
	}
}
