// Package e2e tests the programs as they are deployed, as processes, through the
// real SDK, against a stand-in of AWS (internal/test/fakeaws). It has tests only.
//
// The conformance tests hold the stand-in itself to what AWS documents: where
// one fails, look at the stand-in before you look at our code. A fixture is what a
// framework has set up before an agent starts: queue, tables, bucket, a state
// machine whose steps wait for their task tokens, and the launcher.
package e2e
