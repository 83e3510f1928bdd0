package runview

import (
	"slices"
	"strconv"
	"strings"
)

// treeNode is a step at its place in the tree. name is its path below its parent.
type treeNode struct {
	*treeStep
	depth int
	name  string
}

// arrange puts each step below the one around it: branches and iterations by their
// index, others in the order in which they started.
func arrange(steps []*treeStep) []treeNode {
	byPath := make(map[string]*treeStep, len(steps))
	for _, s := range steps {
		byPath[s.step.Path] = s
	}
	children := map[*treeStep][]*treeStep{}
	for _, s := range steps {
		parent := parentOf(s, byPath)
		children[parent] = append(children[parent], s)
	}
	var nodes []treeNode
	var add func(parent *treeStep, depth int)
	add = func(parent *treeStep, depth int) {
		below := ""
		if parent != nil {
			below = parent.step.Path
			slices.SortStableFunc(children[parent], func(a, b *treeStep) int {
				return indexBelow(a.step.Path, below) - indexBelow(b.step.Path, below)
			})
		}
		for _, s := range children[parent] {
			nodes = append(nodes, treeNode{s, depth, s.step.Path[len(below):]})
			add(s, depth+1)
		}
	}
	add(nil, 0)
	return nodes
}

// parentOf is the step that runs a step in one of its branches or iterations; nil on
// the top level.
func parentOf(s *treeStep, byPath map[string]*treeStep) *treeStep {
	for path := s.step.Path; ; {
		i := strings.LastIndexByte(path, '[')
		if i < 0 {
			return nil
		}
		path = path[:i]
		if parent := byPath[path]; parent != nil && parent != s {
			return parent
		}
	}
}

// indexBelow is the index of the branch or iteration: 3 for Loop[3].Step below Loop.
func indexBelow(path, parent string) int {
	text, _, _ := strings.Cut(path[len(parent)+1:], "]")
	index, err := strconv.Atoi(text)
	if err != nil {
		return 0 // a name with brackets of its own
	}
	return index
}
