// Package doctor finds out why a deployment plan waits or fails, or a runner does not
// start. It is rules alone: what was observed in an account goes in, findings come
// out, the likeliest cause first. It calls nothing and changes nothing.
package doctor
