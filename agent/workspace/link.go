package workspace

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	// maxLinkText bounds the names and destinations of all links, in bytes. 100,000 links
	// of a package manager have less; a file system gives a long one a block of its own.
	maxLinkText = 16 << 20
	// maxLinkNodes bounds the names and directories of all links.
	maxLinkNodes = 1 << 19
)

// links checks where the links of a tree lead. It follows each name by name as the
// kernel does, because links that are harmless alone may together lead out of the tree. A
// missing name counts as a directory, because a job may create it. A circular link is
// harmless. Each link is followed once, so the time is linear in the text of all links.
type links struct {
	// nodes are the links and their directories; the first is the root of the tree.
	nodes    []linkNode
	children map[linkEdge]int32
	text     int
}

type linkEdge struct {
	parent int32
	name   string
}

type linkNode struct {
	parent int32
	// path and destination are set for links.
	path, destination string
	isLink            bool
	state             linkState
	// end is where a followed link leads.
	end place
}

type linkState int8

const (
	unfollowed linkState = iota
	following
	followed
	circular
	outside
)

// place is a directory of the tree: below names under a node. Nothing there is a link.
type place struct {
	node  int32
	below int
}

func newLinks() *links {
	return &links{nodes: make([]linkNode, 1), children: map[linkEdge]int32{}}
}

var errManyLinks = fmt.Errorf("the links are longer than %d bytes or have more than %d directories", maxLinkText, maxLinkNodes)

// add adds a link by its clean, slash-separated path, of which no directory is a link.
func (l *links) add(path, destination string) error {
	l.text += len(path) + len(destination)
	if l.text > maxLinkText {
		return errManyLinks
	}
	at := int32(0)
	for name := range strings.SplitSeq(path, "/") {
		child, known := l.children[linkEdge{at, name}]
		if !known {
			if len(l.nodes) >= maxLinkNodes {
				return errManyLinks
			}
			child = int32(len(l.nodes))
			l.nodes = append(l.nodes, linkNode{parent: at})
			l.children[linkEdge{at, name}] = child
		}
		at = child
	}
	node := &l.nodes[at]
	node.path, node.destination, node.isLink = path, destination, true
	return nil
}

// linkFrame is a link that is being followed: the place so far, and what is left of its
// destination.
type linkFrame struct {
	link int32
	at   place
	rest string
}

// CheckLinks calls refuse, in the given order, for each link that leads out of root, alone
// or together with others of the links. Their paths are clean and slash-separated, and
// no directory in them is a link.
func CheckLinks(ctx context.Context, root *os.Root, paths []string, refuse func(path string, err error)) error {
	all := newLinks()
	for _, path := range paths {
		destination, err := root.Readlink(path)
		if err == nil {
			err = all.add(path, destination)
		}
		if err != nil {
			return named("check the link", path, err)
		}
	}
	return all.check(ctx, refuse)
}

// check calls refuse for each link that leads out of the tree, in the order in which
// they were added. The error is ctx's cause.
func (l *links) check(ctx context.Context, refuse func(path string, err error)) error {
	for link := range l.nodes {
		node := &l.nodes[link]
		if !node.isLink {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if node.state == unfollowed {
			l.follow(int32(link))
		}
		if node.state == outside {
			refuse(node.path, fmt.Errorf("%q is a link to %q, outside the distribution", node.path, node.destination))
		}
	}
	return nil
}

// follow follows a link and those on its way. It has a stack of its own, because a chain
// may have a million links.
func (l *links) follow(link int32) {
	for stack := l.enter(nil, link); len(stack) > 0; {
		stack = l.advance(stack)
	}
}

// advance makes one step and returns the links that are still being followed.
func (l *links) advance(stack []linkFrame) []linkFrame {
	frame := &stack[len(stack)-1]
	switch state := l.step(frame); state {
	case following:
		return stack
	case unfollowed: // frame stands before this link
		return l.enter(stack, frame.at.node)
	case followed:
		end := frame.at
		l.nodes[frame.link].state, l.nodes[frame.link].end = followed, end
		if stack = stack[:len(stack)-1]; len(stack) > 0 {
			stack[len(stack)-1].at = end
		}
		return stack
	default: // so does every link that leads here
		for _, above := range stack {
			l.nodes[above.link].state = state
		}
		return nil
	}
}

func (l *links) enter(stack []linkFrame, link int32) []linkFrame {
	node := &l.nodes[link]
	node.state = following
	return append(stack, linkFrame{link, place{node: node.parent}, node.destination})
}

// step goes on to the next name. It returns following, or how the link ends, or
// unfollowed if it has come to another link.
func (l *links) step(frame *linkFrame) linkState {
	if destination := l.nodes[frame.link].destination; len(frame.rest) == len(destination) &&
		(filepath.IsAbs(destination) || strings.Contains(destination, `\`)) {
		return outside
	}
	if frame.rest == "" {
		return followed
	}
	name, rest, _ := strings.Cut(frame.rest, "/")
	frame.rest = rest
	switch at := &frame.at; {
	case name == "" || name == ".":
		return following
	case name == ".." && at.below > 0:
		at.below--
		return following
	case name == ".." && at.node == 0:
		return outside
	case name == "..":
		at.node = l.nodes[at.node].parent
		return following
	case at.below > 0:
		at.below++
		return following
	}
	child, known := l.children[linkEdge{frame.at.node, name}]
	if !known {
		frame.at.below++
		return following
	}
	next := &l.nodes[child]
	switch {
	case !next.isLink:
		frame.at.node = child
		return following
	case next.state == followed:
		frame.at = next.end
		return following
	case next.state == following:
		return circular
	case next.state == unfollowed:
		frame.at.node = child
	}
	return next.state
}
