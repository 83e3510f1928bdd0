package plantesting

import "strings"

// maxDiff bounds the table of a comparison of lines: lists that are longer differ from
// their first difference on.
const maxDiff = 4_000_000

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
	// cost[i][j] is how many lines differ from i and j on.
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
		case i < n && cost[i][j] == cost[i+1][j]+1:
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
		return m - j
	case want[i] == Ellipsis && j == m:
		return cost[i+1][j]
	case want[i] == Ellipsis:
		return min(cost[i+1][j], cost[i][j+1])
	case j == m:
		return 1 + cost[i+1][j]
	case want[i] == got[j]:
		return cost[i+1][j+1]
	default:
		return 1 + min(cost[i+1][j], cost[i][j+1])
	}
}

// longDiff shows the first lines that differ.
func longDiff(want, got []string) (diff []string, same bool) {
	i := 0
	for i < len(want) && i < len(got) && want[i] == got[i] {
		i++
	}
	if i == len(want) && i == len(got) {
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
