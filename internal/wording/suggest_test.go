package wording_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/wording"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"Image", "Memory", "Cpu", "EcsCluster", "RoleArn", "Ec2Configuration", "AwsVpcConfiguration", "DeletionPolicy", "OFF", "Änderung", "A"}
	for name, want := range map[string]string{
		"Image":               "Image",
		"IMAGE":               "Image",
		"Imgae":               "Image",
		"Memroy":              "Memory",
		"Cpuu":                "Cpu",
		"Cup":                 "Cpu",
		"Cluster":             "EcsCluster",
		"Role":                "RoleArn",
		"ContainerImage":      "Image",
		"VpcConfiguration":    "AwsVpcConfiguration",
		"änderungen":          "Änderung",
		"CreationPolicy":      "",
		"ON":                  "",
		"B":                   "",
		"Ab":                  "",
		"":                    "",
		"Zzz":                 "",
		"a":                   "A",
		"\xff\xfe":            "",
		"Imag\ufffd":          "Image",
		"RoleAr\xff":          "RoleArn",
		"ecsc\ufffd":          "",
		"Of\xfff":             "OFF",
		longName(1_000_000):   "",
		longName(200) + "Cpu": "Cpu",
	} {
		assert.Equal(t, want, wording.Nearest(name, known), name)
	}
}

func longName(length int) string { return strings.Repeat("x", length) }

func TestNearestOfNone(t *testing.T) {
	t.Parallel()
	assert.Empty(t, wording.Nearest("a", nil))
	assert.Empty(t, wording.Nearest("a", []string{longName(1_000_000)}))
}

func TestNearestTakesTheFirstOfEquals(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "StepB", wording.Nearest("StepA", []string{"StepB", "StepC"}))
}

// TestNearestCountsLetters compares it with the full table of distances, for
// names that differ in up to four letters.
func TestNearestCountsLetters(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	letters := []rune("abcdöB")
	for range 20_000 {
		meant := make([]rune, 5+random.IntN(5))
		for i := range meant {
			meant[i] = letters[random.IntN(len(letters))]
		}
		written := append([]rune{}, meant...)
		for range random.IntN(5) {
			at, letter := random.IntN(len(written)), letters[random.IntN(len(letters))]
			switch random.IntN(3) {
			case 0:
				written[at] = letter
			case 1:
				written = append(written[:at], append([]rune{letter}, written[at:]...)...)
			case 2:
				written = append(written[:at], written[at+1:]...)
			}
		}
		a, b := strings.ToLower(string(written)), strings.ToLower(string(meant))
		distance := table([]rune(a), []rune(b))
		part := len([]rune(a)) >= 3 && strings.Contains(b, a) || len([]rune(b)) >= 3 && strings.Contains(a, b)
		want := ""
		if part || distance <= 2 && 2*distance < len([]rune(a)) {
			want = string(meant)
		}
		require.Equal(t, want, wording.Nearest(string(written), []string{string(meant)}), "%s for %s: %d", string(written), string(meant), distance)
	}
}

// table is the distance of two names by the textbook.
func table(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				cost = 1 + min(cost, rows[i-1][j], rows[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cost = min(cost, 1+rows[i-2][j-2])
			}
			rows[i][j] = cost
		}
	}
	return rows[len(a)][len(b)]
}

func TestNearestLooksAtSomeCandidates(t *testing.T) {
	t.Parallel()
	candidates := make([]string, wording.MaxCandidates, wording.MaxCandidates+1)
	assert.Empty(t, wording.Nearest("Image", append(candidates, "Image")))
	assert.Equal(t, "Image", wording.Nearest("Image", append(candidates[:wording.MaxCandidates-1], "Image")))
}

// BenchmarkNearest compares long names that have nothing in common but their
// length, and those that have nearly all.
func BenchmarkNearest(b *testing.B) {
	for name, letter := range map[string]string{"unlike": "b", "alike": "a"} {
		candidates := make([]string, wording.MaxCandidates)
		for i := range candidates {
			candidates[i] = strings.Repeat(letter, 76) + fmt.Sprintf("%04d", i)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				wording.Nearest(strings.Repeat("a", 80), candidates)
			}
		})
	}
}
