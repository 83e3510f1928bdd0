package plantesting

import "strings"

// maxDiff bounds the table of a comparison of lines: lists that are longer differ from
// their first difference on.
const maxDiff = 4_000_000

// What a line costs that is only expected, or only seen. An expected line is rather kept
// than left to an Ellipsis after it.
const (
	costExpected = 3
	costSeen     = 2
)

// diffLines compares two texts line by line.
func diffLines(want, got string) []string {
	diff, _ := diffStates(strings.Split(want, "\n"), strings.Split(got, "\n"))
	return diff
}

// diffStates compares two lists, of which the first may have an Ellipsis, by their
// longest common part.
func diffStates(want, got []string) (diff []string, same bool) {
	n, m := len(want), len(got)
	if n*m > maxDiff {
		return longDiff(want, got)
	}
	// cost[i][j] is what the lines from i and j on cost.
	cost := make([][]int, n+1)
	for i := range cost {
		cost[i] = make([]int, m+1)
	}
	for i := n; i >= 0; i-- {
		for j := m; j >= 0; j-- {
			cost[i][j] = least(want, got, cost, i, j)
		}
	}
	i, j := 0, 0
	for i < n || j < m {
		switch {
		case i < n && want[i] == Ellipsis && cost[i][j] == cost[i+1][j]:
			diff = append(diff, "  "+Ellipsis)
			i++
		case i < n && want[i] == Ellipsis:
			j++
		case i < n && j < m && want[i] == got[j]:
			diff = append(diff, "  "+got[j])
			i, j = i+1, j+1
		case i < n && cost[i][j] == cost[i+1][j]+costExpected:
			diff = append(diff, "- "+want[i])
			i++
		default:
			diff = append(diff, "+ "+got[j])
			j++
		}
	}
	return diff, cost[0][0] == 0
}

func least(want, got []string, cost [][]int, i, j int) int {
	n, m := len(want), len(got)
	switch {
	case i == n:
		return costSeen * (m - j)
	case want[i] == Ellipsis && j == m:
		return cost[i+1][j]
	case want[i] == Ellipsis:
		return min(cost[i+1][j], cost[i][j+1])
	case j == m:
		return costExpected + cost[i+1][j]
	case want[i] == got[j]:
		return cost[i+1][j+1]
	default:
		return min(costExpected+cost[i+1][j], costSeen+cost[i][j+1])
	}
}

// longDiff shows the first lines that differ.
func longDiff(want, got []string) (diff []string, same bool) {
	i := 0
	for i < len(want) && i < len(got) && want[i] == got[i] {
		i++
	}
	if matches(want[i:], got[i:]) {
		return nil, true
	}
	const shown = 5
	for _, line := range want[i:min(i+shown, len(want))] {
		diff = append(diff, "- "+line)
	}
	for _, line := range got[i:min(i+shown, len(got))] {
		diff = append(diff, "+ "+line)
	}
	return append(diff, "  …"), false
}

// matches compares a list that may have an Ellipsis, without a table.
func matches(want, got []string) bool {
	i, j, ellipsis, resumed := 0, 0, -1, 0
	for j < len(got) {
		switch {
		case i < len(want) && want[i] == Ellipsis:
			ellipsis, resumed = i, j
			i++
		case i < len(want) && want[i] == got[j]:
			i, j = i+1, j+1
		case ellipsis >= 0: // it takes one more
			resumed++
			i, j = ellipsis+1, resumed
		default:
			return false
		}
	}
	for i < len(want) && want[i] == Ellipsis {
		i++
	}
	return i == len(want)
}
