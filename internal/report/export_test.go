package report

// WriteAtMost is Write with another limit of all texts.
var WriteAtMost = write
